import type { StudyPlace } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import type { Command } from 'commander';

/** Options of commands that look into the store of a study, as they are parsed. */
export interface StoreOptions {
  /** Output folder of the study. */
  readonly out?: string;
  /** Folder of the finished steps. */
  readonly store?: string;
}

/** Adds the options of commands that look into the store of a study. */
export function withStoreOptions(command: Command): Command {
  return command
    .option('--out <DIR>', 'output folder of the study')
    .option('--store <DIR>', 'folder of its finished steps (default: .store in --out)');
}

/** Where a study is kept. @throws InputError `STORE_NOT_GIVEN`. */
export function studyPlace({ out, store }: StoreOptions): StudyPlace {
  if (out === undefined && store === undefined)
    throw new InputError('STORE_NOT_GIVEN', 'neither --out nor --store was given', {
      expected: 'the folder that "intermodel run" wrote to, or its store',
      hint: 'Give --out DIR as for "intermodel run".',
    });
  return { ...(out === undefined ? {} : { out }), ...(store === undefined ? {} : { store }) };
}
