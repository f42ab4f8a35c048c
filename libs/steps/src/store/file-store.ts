import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isRunning, thisProcess } from './process-identity.ts';
import { readStepPart, readStepRecord, type ReadOutcome, type VerifiedParts } from './read-step-file.ts';
import { checkKey, isHash, stepKey } from './step-key.ts';
import { lockStore } from './store-lock.ts';
import { promised, type StepStore, type StoreEntry, type StoreWarning } from './step-store.ts';
import { writeStepFile } from './write-step-file.ts';

/** How a file store behaves. */
export interface FileStoreOptions {
  /** Told about damaged steps and removed leftovers. Default: nobody. */
  readonly warn?: (warning: StoreWarning) => void;
}

const stepSuffix = '.step';
const partialSuffix = '.partial';
/**
 * A part-written file of another machine is taken for a leftover after this time: its writer cannot be seen from here.
 */
const foreignLeftoverMilliseconds = 24 * 3600 * 1000;
const hostTag = createHash('sha256').update(thisProcess.host).digest('hex').slice(0, 8);

/**
 * Keeps each finished step as one file in `folder/steps`, written whole and flushed to disk. The folder is made at the
 * first write. Reading needs no lock; taking the lock removes what killed runs left half-written.
 */
export function fileStore(folder: string, { warn = () => undefined }: FileStoreOptions = {}): StepStore {
  const steps = path.join(path.resolve(folder), 'steps');
  const fileOf = (key: string) => path.join(steps, `${checkKey(key)}${stepSuffix}`);
  const damaged = new Set<string>();
  const verified: VerifiedParts = new Map();
  const settle = <T>(key: string, read: () => ReadOutcome<T>): T | undefined => {
    if (damaged.has(key)) return undefined;
    const outcome = read();
    if (outcome.state === 'read') return outcome.value;
    if (outcome.state === 'damaged') {
      damaged.add(key);
      warn({
        code: 'STEP_DAMAGED',
        message: 'a stored step is damaged or cut short; it counts as missing and is made again',
        file: fileOf(key),
      });
    }
    return undefined;
  };
  return {
    folder: path.resolve(folder),
    find(key) {
      return promised(() => settle(key, () => readStepRecord(fileOf(key), key)));
    },
    async read(key, part) {
      const outcome = damaged.has(key) ? undefined : await readStepPart(fileOf(key), key, part, verified);
      return outcome && settle(key, () => outcome);
    },
    async write(step, parts, signal) {
      const key = stepKey(step);
      const writer = `${hostTag}-${String(thisProcess.pid)}-${thisProcess.start}-${randomBytes(4).toString('hex')}`;
      const record = await writeStepFile(
        fileOf(key),
        path.join(steps, `${key}.${writer}${partialSuffix}`),
        step,
        parts,
        signal,
      );
      damaged.delete(key);
      return record;
    },
    list() {
      return promised(() =>
        readFolder(steps)
          .filter((name) => name.endsWith(stepSuffix) && isHash(name.slice(0, -stepSuffix.length)))
          .sort()
          .flatMap((name): StoreEntry[] => {
            const key = name.slice(0, -stepSuffix.length);
            const outcome = readStepRecord(fileOf(key), key);
            const record = settle(key, () => outcome);
            return outcome.state === 'missing' ? [] : [{ key, bytes: outcome.bytes, record }];
          }),
      );
    },
    async remove(key) {
      await rm(fileOf(key), { force: true });
      damaged.delete(key);
    },
    async lock(options) {
      const lock = await lockStore(path.resolve(folder), options);
      await removeLeftovers(steps, warn);
      return lock;
    },
  };
}

async function removeLeftovers(steps: string, warn: (warning: StoreWarning) => void): Promise<void> {
  const leftovers = readFolder(steps).filter(
    (name) => name.endsWith(partialSuffix) && isLeftover(path.join(steps, name)),
  );
  for (const name of leftovers) await rm(path.join(steps, name), { force: true });
  if (leftovers.length > 0)
    warn({
      code: 'LEFTOVERS_REMOVED',
      message: `removed ${String(leftovers.length)} part-written file${leftovers.length === 1 ? '' : 's'} of runs that were stopped`,
      file: steps,
    });
}

function isLeftover(file: string): boolean {
  const [, host, pid, start] = /\.([0-9a-f]+)-(\d+)-(\d*)-[0-9a-f]+\.partial$/u.exec(file) ?? [];
  if (host === hostTag) return isRunning({ ...thisProcess, pid: Number(pid), start: start ?? '' }) === false;
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs > foreignLeftoverMilliseconds;
}

function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
