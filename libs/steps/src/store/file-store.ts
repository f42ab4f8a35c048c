import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { nameOfWriter, readFolder, removeLeftovers } from './leftovers.ts';
import { readStepPart, readStepRecord, type ReadOutcome, type VerifiedParts } from './read-step-file.ts';
import { keyOfStepFile, stepFileName } from './step-file.ts';
import { stepKey } from './step-key.ts';
import { enter, shareStore, shareWithNobody } from './share-store.ts';
import { lockStore } from './store-lock.ts';
import { promised } from './promised.ts';
import type { StepRecord, StepStore, StoreEntry, StoreWarning } from './step-store.ts';
import { writeStepFile } from './write-step-file.ts';

/** How a file store behaves. */
export interface FileStoreOptions {
  /** Told about damaged steps and removed leftovers. Default: nobody. */
  readonly warn?: (warning: StoreWarning) => void;
}

const prefixPattern = /^[0-9a-f]{3}$/u;

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
  const place = { name: root, writers: path.join(root, 'writers') };
  const fileOf = (key: string) => `${steps}${path.sep}${stepFileName(key)}`;
  const formerFileOf = (key: string) => path.join(steps, path.basename(stepFileName(key)));
  // No program writes them any more: those that are there were there from the start.
  let former: boolean | undefined;
  const hasFormer = () => (former ??= readFolder(steps).some((name) => keyOfStepFile(name) !== undefined));
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
    claims: path.join(root, 'claims'),
    isMissing: (key) => !existsSync(fileOf(key)) && !(hasFormer() && existsSync(formerFileOf(key))),
    find(key) {
      return promised(() => (damaged.has(key) ? undefined : settle(key, findRecord(key))));
    },
    async read(key, part) {
      return damaged.has(key) ? undefined : settle(key, await findPart(key, part));
    },
    async write(step, parts, signal) {
      const key = stepKey(step);
      const partial = path.join(partials, nameOfWriter(key));
      const record = await writeStepFile(fileOf(key), partial, step, parts, { signal });
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
      return enter(lock, async () => {
        const others = alone ? await shareWithNobody(place, options) : undefined;
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
      const share = await shareStore(place, options);
      return enter(share, async () => {
        await removeLeftovers([partials, steps], warn);
        return share;
      });
    },
  };
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
  return [...new Set(files.flatMap((name) => keyOfStepFile(name) ?? []))].sort();
}
