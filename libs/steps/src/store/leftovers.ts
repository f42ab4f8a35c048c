import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isRunning, thisMachine, thisProcess } from './process-identity.ts';
import type { StoreWarning } from './step-store.ts';

const partialSuffix = '.partial';
/**
 * A part-written file of another machine is taken for a leftover when it has not changed for this time: its writer
 * cannot be seen from here. Clocks of machines may differ by hours without harm.
 */
const foreignLeftoverMilliseconds = 24 * 3600 * 1000;

/** Name of a file of this process that is there while a step is being written. */
export function nameOfWriter(key: string, suffix = partialSuffix): string {
  const random = randomBytes(4).toString('hex');
  return `${key}.${thisMachine}-${String(thisProcess.pid)}-${thisProcess.start}-${random}${suffix}`;
}

/** Files by {@link nameOfWriter} whose process has ended, as far as it can be seen from here. */
export function findLeftovers(folder: string, suffix = partialSuffix): readonly string[] {
  return readFolder(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => path.join(folder, name))
    .filter((file) => isLeftover(file, suffix));
}

/** Removes part-written files of processes that have ended; they once lay beside the steps. */
export async function removeLeftovers(
  folders: readonly string[],
  warn: (warning: StoreWarning) => void,
): Promise<void> {
  for (const folder of folders) {
    const leftovers = findLeftovers(folder);
    for (const file of leftovers) await rm(file, { force: true });
    if (leftovers.length > 0)
      warn({
        code: 'LEFTOVERS_REMOVED',
        message: `removed ${String(leftovers.length)} part-written file${leftovers.length === 1 ? '' : 's'} of runs that were stopped`,
        file: folder,
      });
  }
}

function isLeftover(file: string, suffix: string): boolean {
  const [, machine, pid, start] = /\.([0-9a-f]+)-(\d+)-(\d*)-[0-9a-f]+$/u.exec(file.slice(0, -suffix.length)) ?? [];
  if (machine === thisMachine) return isRunning({ ...thisProcess, pid: Number(pid), start: start ?? '' }) === false;
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs > foreignLeftoverMilliseconds;
}

/** Names in a folder; none where there is no such folder. */
export function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
