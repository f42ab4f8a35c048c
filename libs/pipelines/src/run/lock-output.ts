import { realpathSync } from 'node:fs';
import path from 'node:path';
import { type LockOptions, lockStore, type StoreLock } from '@intermodel/steps';
import { makeFolder, writeError } from '@intermodel/streams';
import { storeFolder } from './run-folder.ts';

/**
 * Keeps other runs out of an output folder, whatever store they use. The lock lies where a run that names no store has
 * its own, so that such a run is kept out too; where that is the store of this run, it is held already.
 *
 * @param out output folder
 * @param store folder of this run's store, which is locked; undefined: it is in no folder
 * @throws InputError `OUTPUT_LOCKED` naming the process that holds it; MachineError `WRITE_FAILED`.
 */
export async function lockOutput(out: string, store: string | undefined, options: LockOptions): Promise<StoreLock> {
  const folder = path.join(out, storeFolder);
  if (store !== undefined && isSame(store, folder)) return { release: () => undefined };
  return lockStore(folder, options, { code: 'OUTPUT_LOCKED', name: out });
}

function isSame(store: string, folder: string): boolean {
  try {
    makeFolder(folder);
    return realpathSync(store) === realpathSync(folder);
  } catch (cause) {
    throw writeError(folder, cause);
  }
}
