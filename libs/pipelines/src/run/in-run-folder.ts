import path from 'node:path';
import { lockOutput, openRunFolder, storeFolder, type RunFolder } from '@intermodel/outputs';
import {
  openStudyStore,
  type LockOptions,
  type StepStore,
  type StoreWarning,
  type StudyStore,
} from '@intermodel/steps';
import { checkOutputOutside } from '@intermodel/streams';

/** Where a run keeps what it makes. */
export interface RunPlace {
  /** Folder to write; undefined: nothing is written. */
  readonly out?: string | undefined;
  /** Where finished steps are kept: a folder, or a store of one's own. @default '.store' in `out`, else memory */
  readonly store?: StepStore | string | undefined;
  /** Whether files are hashed again that seem unchanged by their size and times. @default false */
  readonly verify?: boolean | undefined;
  /** What happens where another run holds the store or the output folder. @default it is refused */
  readonly lock?: Pick<LockOptions, 'waitMilliseconds' | 'onWait'> | undefined;
}

/** What a run is given beside its place. */
export interface InRunFolderOptions extends RunPlace {
  /** Folders that it reads, which the output must not lie in. */
  readonly inputs: readonly (string | undefined)[];
  /** Stops it. */
  readonly signal: AbortSignal;
  /** Is told of damaged steps and files. */
  readonly onWarning: (warning: { readonly kind: 'warning'; readonly subject: string; readonly text: string }) => void;
}

/**
 * Does work with the store and the output folder of a run, which other runs are kept out of meanwhile.
 *
 * @throws InputError `STORE_LOCKED`, `OUTPUT_LOCKED`, `OUTPUT_NOT_EMPTY`, and those of the work.
 */
export async function inRunFolder<Result>(
  { out, store: given, verify, lock, inputs, signal, onWarning }: InRunFolderOptions,
  work: (folder: RunFolder | undefined, store: StudyStore) => Promise<Result>,
): Promise<Result> {
  if (out !== undefined)
    checkOutputOutside(
      out,
      inputs.filter((input) => input !== undefined),
    );
  const folder = out === undefined ? undefined : openRunFolder(out);
  const store = openStudyStore(given ?? (out === undefined ? undefined : path.join(out, storeFolder)), {
    verify,
    warn: ({ file, message }: StoreWarning) => {
      onWarning({ kind: 'warning', subject: file, text: message });
    },
  });
  const storeLock = await store.store.lock({ ...lock, signal }).catch((error: unknown) => {
    folder?.abandon();
    throw error;
  });
  try {
    const outputLock = out === undefined ? undefined : await lockOutput(out, store.folder, { ...lock, signal });
    try {
      return await work(folder, store);
    } finally {
      outputLock?.release();
    }
  } finally {
    store.save();
    storeLock.release();
  }
}
