import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isRunning, thisMachine, thisProcess } from './process-identity.ts';
import { readStepPart, readStepRecord, type ReadOutcome, type VerifiedParts } from './read-step-file.ts';
import { checkKey, isHash, stepKey } from './step-key.ts';
import { shareStore, shareWithNobody } from './share-store.ts';
import { lockStore } from './store-lock.ts';
import {
  promised,
  type StepRecord,
  type StepStore,
  type StoreEntry,
  type StoreLock,
  type StoreWarning,
} from './step-store.ts';
import { writeStepFile } from './write-step-file.ts';

/** How a file store behaves. */
export interface FileStoreOptions {
  /** Told about damaged steps and removed leftovers. Default: nobody. */
  readonly warn?: (warning: StoreWarning) => void;
}

const stepSuffix = '.step';
const partialSuffix = '.partial';
/** Digits of a key that name the folder of its step: 4,096 folders hold millions of steps. */
const prefixDigits = 3;
const prefixPattern = /^[0-9a-f]{3}$/u;
/**
 * A part-written file of another machine is taken for a leftover when it has not changed for this time: its writer
 * cannot be seen from here. Clocks of machines may differ by hours without harm.
 */
const foreignLeftoverMilliseconds = 24 * 3600 * 1000;

/**
 * Keeps each finished step as one file in `folder/steps`, in a folder of the first digits of its key, written whole in
 * `folder/partial` and flushed to disk. The folders are made at the first write. Reading needs no lock; taking the lock,
 * or a share, removes what killed runs left half-written. Steps that lie in `folder/steps` itself, as they once did, are
 * found too. Several machines may use a folder of a shared file system that renames at once (as NFS does); names of
 * machines must differ for the lock.
 */
export function fileStore(folder: string, { warn = () => undefined }: FileStoreOptions = {}): StepStore {
  const root = path.resolve(folder);
  const steps = path.join(root, 'steps');
  const partials = path.join(root, 'partial');
  const fileOf = (key: string) => path.join(steps, checkKey(key).slice(0, prefixDigits), `${key}${stepSuffix}`);
  const formerFileOf = (key: string) => path.join(steps, `${checkKey(key)}${stepSuffix}`);
  // No program writes them any more: those that are there were there from the start.
  let former: boolean | undefined;
  const hasFormer = () => (former ??= readFolder(steps).some((name) => name.endsWith(stepSuffix)));
  const damaged = new Set<string>();
  const verified: VerifiedParts = new Map();
  const settle = <T>(key: string, { file, outcome }: Found<T>): T | undefined => {
    if (outcome.state === 'read') return outcome.value;
    if (outcome.state === 'damaged' && !damaged.has(key)) {
      damaged.add(key);
      warn({
        code: 'STEP_DAMAGED',
        message: 'a stored step is damaged or cut short; it counts as missing and is made again',
        file,
      });
    }
    return undefined;
  };
  const findRecord = (key: string): Found<StepRecord> => {
    const file = fileOf(key);
    const outcome = readIfThere(file, key);
    if (outcome.state !== 'missing') return { file, outcome };
    if (!hasFormer()) return { file, outcome };
    const former = formerFileOf(key);
    return { file: former, outcome: readIfThere(former, key) };
  };
  const findPart = async (key: string, part: string): Promise<Found<Uint8Array>> => {
    const file = fileOf(key);
    const outcome = await readStepPart(file, key, part, verified);
    if (outcome.state !== 'missing') return { file, outcome };
    const former = formerFileOf(key);
    return { file: former, outcome: await readStepPart(former, key, part, verified) };
  };
  return {
    folder: root,
    find(key) {
      return promised(() => (damaged.has(key) ? undefined : settle(key, findRecord(key))));
    },
    async read(key, part) {
      return damaged.has(key) ? undefined : settle(key, await findPart(key, part));
    },
    async write(step, parts, signal) {
      const key = stepKey(step);
      const writer = `${thisMachine}-${String(thisProcess.pid)}-${thisProcess.start}-${randomBytes(4).toString('hex')}`;
      const partial = path.join(partials, `${key}.${writer}${partialSuffix}`);
      const record = await writeStepFile(fileOf(key), partial, step, parts, signal);
      damaged.delete(key);
      return record;
    },
    list() {
      return promised(() =>
        listKeys(steps).flatMap((key): StoreEntry[] => {
          const found = findRecord(key);
          const record = damaged.has(key) ? undefined : settle(key, found);
          return found.outcome.state === 'missing' ? [] : [{ key, bytes: found.outcome.bytes, record }];
        }),
      );
    },
    async remove(key) {
      for (const file of [fileOf(key), formerFileOf(key)]) await rm(file, { force: true });
      damaged.delete(key);
    },
    async lock({ alone = false, ...options } = {}) {
      const lock = await lockStore(root, options);
      return entered(lock, async () => {
        const others = alone ? await shareWithNobody(root, options) : undefined;
        await removeLeftovers([partials, steps], warn);
        return {
          release: () => {
            others?.release();
            lock.release();
          },
        };
      });
    },
    async share(options) {
      const share = await shareStore(root, options);
      return entered(share, async () => {
        await removeLeftovers([partials, steps], warn);
        return share;
      });
    },
  };
}

/** Goes on with a lock, which is given free if that fails. */
async function entered(lock: StoreLock, goOn: () => Promise<StoreLock>): Promise<StoreLock> {
  try {
    return await goOn();
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Reads a record. To look whether there is one takes a tenth of failing to open it: a plan asks for millions. */
function readIfThere(file: string, key: string): ReadOutcome<StepRecord> {
  return existsSync(file) ? readStepRecord(file, key) : { state: 'missing' };
}

/** What reading gave, and of which file. */
interface Found<T> {
  readonly file: string;
  readonly outcome: ReadOutcome<T>;
}

/** Keys of all steps, in order: the one walk over the whole store. */
function listKeys(steps: string): readonly string[] {
  const names = readFolder(steps);
  const files = [
    ...names,
    ...names.filter((name) => prefixPattern.test(name)).flatMap((prefix) => readFolder(path.join(steps, prefix))),
  ];
  const keys = files
    .filter((name) => name.endsWith(stepSuffix))
    .map((name) => name.slice(0, -stepSuffix.length))
    .filter(isHash);
  return [...new Set(keys)].sort();
}

/** Removes part-written files of processes that have ended; they once lay beside the steps. */
async function removeLeftovers(folders: readonly string[], warn: (warning: StoreWarning) => void): Promise<void> {
  for (const folder of folders) {
    const leftovers = readFolder(folder).filter(
      (name) => name.endsWith(partialSuffix) && isLeftover(path.join(folder, name)),
    );
    for (const name of leftovers) await rm(path.join(folder, name), { force: true });
    if (leftovers.length > 0)
      warn({
        code: 'LEFTOVERS_REMOVED',
        message: `removed ${String(leftovers.length)} part-written file${leftovers.length === 1 ? '' : 's'} of runs that were stopped`,
        file: folder,
      });
  }
}

function isLeftover(file: string): boolean {
  const [, machine, pid, start] = /\.([0-9a-f]+)-(\d+)-(\d*)-[0-9a-f]+\.partial$/u.exec(file) ?? [];
  if (machine === thisMachine) return isRunning({ ...thisProcess, pid: Number(pid), start: start ?? '' }) === false;
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
