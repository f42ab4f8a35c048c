import { explainDifference, type StepDifference } from './explain-difference.ts';
import { keyOf } from '../graph/step-family.ts';
import type { StepDescription } from './step-key.ts';
import type { StepRecord, StepStore } from './step-store.ts';

/** Whether a step would have to be computed, and why. */
export type StepState =
  | { readonly state: 'done'; readonly record: StepRecord }
  | { readonly state: 'stale'; readonly record: StepRecord; readonly differences: readonly StepDifference[] }
  | { readonly state: 'missing' };

/**
 * Lists a store once, and returns a function that tells the state of any step: done, stale (an older result of the same
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
  for (const { key, record } of await store.list()) {
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

function subjectOf({ step, subject = '' }: StepDescription): string {
  return JSON.stringify([step, subject]);
}
