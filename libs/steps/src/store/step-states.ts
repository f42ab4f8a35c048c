import { explainDifference, type StepDifference } from './explain-difference.ts';
import { keyOf } from '../graph/step-family.ts';
import type { StepDescription } from './step-key.ts';
import type { StepRecord, StepStore, StoreEntry } from './step-store.ts';

/** Whether a step would have to be computed, and why. */
export type StepState =
  | { readonly state: 'done'; readonly record: StepRecord }
  | { readonly state: 'stale'; readonly record: StepRecord; readonly differences: readonly StepDifference[] }
  | { readonly state: 'missing' };

/** Keys that a store is told of at a time before they are asked for. */
const aheadMost = 1024;

/**
 * Lists a store once, but for one that is far away and has all present steps, and returns a function that tells the state of any step: done, stale (an older result of the same
 * step and subject is there; of several, the one with the fewest differences), or missing. Parts are not read.
 *
 * @param store finished steps
 * @param currentKeys keys of all present steps: what is stored under them is no older result of another one
 */
export async function stepStates(
  store: StepStore,
  currentKeys: ReadonlySet<string> = new Set(),
): Promise<(step: StepDescription) => StepState> {
  const byKey = new Map<string, StepRecord>();
  const bySubject = new Map<string, StepRecord[]>();
  const all = await findAll(store, currentKeys);
  for (const { key, record } of all ?? (await store.list())) {
    if (record === undefined) continue;
    byKey.set(key, record);
    if (currentKeys.has(key)) continue;
    const subject = subjectOf(record);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), record]);
  }
  return (step) => {
    const done = byKey.get(keyOf(step));
    if (done !== undefined) return { state: 'done', record: done };
    const older = (bySubject.get(subjectOf(step)) ?? []).map((record) => ({
      record,
      differences: explainDifference(record, step),
    }));
    const nearest = older.reduce<(typeof older)[number] | undefined>(
      (best, candidate) =>
        best === undefined || candidate.differences.length < best.differences.length ? candidate : best,
      undefined,
    );
    return nearest === undefined ? { state: 'missing' } : { state: 'stale', ...nearest };
  };
}

/** Finds all of some steps in a store that looks for many at once; undefined where one is missing, or it does not. */
async function findAll(
  store: StepStore,
  keys: ReadonlySet<string>,
): Promise<readonly Pick<StoreEntry, 'key' | 'record'>[] | undefined> {
  if (store.lookAhead === undefined || keys.size === 0) return undefined;
  const rest = [...keys];
  const found: { key: string; record: StepRecord }[] = [];
  while (rest.length > 0) {
    const some = rest.splice(0, aheadMost);
    await store.lookAhead(some);
    for (const key of some) {
      const record = await store.find(key);
      if (record === undefined) return undefined;
      found.push({ key, record });
    }
  }
  return found;
}

function subjectOf({ step, subject = '' }: StepDescription): string {
  return JSON.stringify([step, subject]);
}
