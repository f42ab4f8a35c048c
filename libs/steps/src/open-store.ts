import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import { FileHashes } from './store/file-hashes.ts';
import { fileStore } from './store/file-store.ts';
import { memoryStore } from './store/memory-store.ts';
import type { StepStore, StoreWarning } from './store/step-store.ts';
import { StepTimes } from './store/step-times.ts';

/** Where a study keeps its steps, with what belongs to them. */
export interface StudyStore {
  /** Finished steps. */
  readonly store: StepStore;
  /** Hashes of the files that the study reads. */
  readonly hashes: FileHashes;
  /** How long steps took. */
  readonly times: StepTimes;
  /** Folder of the steps; undefined: they are not on a disk that we know of. */
  readonly folder: string | undefined;
  /**
   * Writes hashes and times beside the steps, into a folder that still stands (a run that came to nothing removes its
   * own), or to where the store says.
   */
  readonly save: () => void;
}

/** Options of {@link openStudyStore}. */
export interface OpenStudyStoreOptions {
  /** Whether files are hashed again that seem unchanged by their size and times. @default false */
  readonly verify?: boolean | undefined;
  /** Is told of damaged steps and files. @default nobody */
  readonly warn?: ((warning: StoreWarning) => void) | undefined;
}

/**
 * Opens the store of a study: a folder, a store of one's own, or (undefined) memory. Nothing is written yet.
 *
 * @throws InputError `STORE_NOT_A_FOLDER` for something else of that name.
 */
export function openStudyStore(
  store: StepStore | string | undefined,
  { verify = false, warn = () => undefined }: OpenStudyStoreOptions = {},
): StudyStore {
  if (typeof store === 'string' && statSync(store, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new InputError('STORE_NOT_A_FOLDER', 'was named as the store of finished steps, and is a file', {
      file: store,
      expected: 'a folder, or the name of one that is to be made',
      hint: 'Give another `store`.',
    });
  const opened = typeof store === 'string' ? fileStore(store, { warn }) : (store ?? memoryStore());
  const indexFolder = typeof store === 'string' ? path.resolve(store) : opened.indexFolder;
  const indexFile = (name: string) => (indexFolder === undefined ? {} : { indexFile: path.join(indexFolder, name) });
  const hashes = new FileHashes({ ...indexFile('hashes.index'), verify, warn });
  const times = new StepTimes({ ...indexFile('times.index'), warn });
  return {
    store: opened,
    hashes,
    times,
    folder: opened.folder,
    save: () => {
      if (indexFolder === undefined || (typeof store === 'string' && !existsSync(indexFolder))) return;
      hashes.save();
      times.save();
    },
  };
}
