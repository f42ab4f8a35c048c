import { MachineError } from '@intermodel/errors';
import { stepKey, type StepDescription } from './step-key.ts';
import { partHash, type StepParts, type StepRecord, type StepStore } from './step-store.ts';
import type { StepTimes } from './step-times.ts';

/** A step that can be computed when its result is not stored. */
export interface Step extends StepDescription {
  /** Computes the result; the same ingredients must give the same bytes. It should stop when the signal does. */
  compute(context: { readonly signal: AbortSignal | undefined }): StepParts | Promise<StepParts>;
}

interface StepEventPlace {
  /** Key of the step. */
  readonly key: string;
  /** Kind of step. */
  readonly step: string;
  /** Place of the step in its study. */
  readonly subject: string;
}

/** What happens to steps while they run. */
export type StepEvent =
  | (StepEventPlace & { readonly kind: 'step-skipped'; readonly bytes: number })
  | (StepEventPlace & { readonly kind: 'step-started' })
  | (StepEventPlace & { readonly kind: 'step-done'; readonly bytes: number; readonly milliseconds: number });

/** Where steps are kept, and who is told. */
export interface StepRunnerOptions {
  /** Store of finished steps; its lock is the caller's business. */
  readonly store: StepStore;
  /** Ends the run: no step is begun any more, and what is half-written is dropped. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens, in order. */
  readonly onEvent?: ((event: StepEvent) => void) | undefined;
  /** Remembers how long steps take. */
  readonly times?: StepTimes | undefined;
}

/** A finished step, stored or just computed. */
export interface StepResult {
  /** What is known of it without reading it; its parts' hashes are the inputs of later steps. */
  readonly record: StepRecord;
  /** Whether this run computed it. */
  readonly fresh: boolean;
  /**
   * Reads one part. Where it is found damaged, the step is computed again.
   *
   * @throws MachineError `STEP_NOT_REPRODUCIBLE` where that gives other bytes, `STORE_BROKEN` where the store does not
   *   keep them.
   */
  read(part: string): Promise<Uint8Array>;
}

/** Runs steps of a study graph: each at most once, and only those that are not stored. */
export interface StepRunner {
  /**
   * Gives the stored result of a step, or computes and stores it. Callers that ask at the same time share one
   * computation.
   */
  run(step: Step): Promise<StepResult>;
  /** Keys of all steps that were asked for: what this study needs. */
  readonly neededKeys: ReadonlySet<string>;
}

/** Makes a runner for one run of a study. */
export function stepRunner({ store, signal, onEvent = () => undefined, times }: StepRunnerOptions): StepRunner {
  const results = new Map<string, Promise<StepResult>>();
  const remade = new Map<string, Promise<StepRecord>>();
  const neededKeys = new Set<string>();

  const compute = async (key: string, step: Step): Promise<StepRecord> => {
    const place = placeOf(key, step);
    onEvent({ kind: 'step-started', ...place });
    const begun = performance.now();
    const record = await store.write(step, await step.compute({ signal }), signal);
    const milliseconds = performance.now() - begun;
    times?.set(key, milliseconds);
    onEvent({ kind: 'step-done', ...place, bytes: record.bytes, milliseconds });
    return record;
  };

  const readPart = async (step: Step, record: StepRecord, part: string): Promise<Uint8Array> => {
    const expected = partHash(record, part);
    const stored = await store.read(record.key, part);
    if (stored !== undefined) return stored;
    signal?.throwIfAborted();
    const again = await once(remade, record.key, () => compute(record.key, step));
    // Later steps may be stored under the old hash already: going on would mix results of two kinds.
    if (partHash(again, part) !== expected) {
      throw new MachineError(
        'STEP_NOT_REPRODUCIBLE',
        `step "${step.step}" (${placeOf(record.key, step).subject}) was damaged in the store, and computing it again gave other bytes`,
        {
          column: part,
          expected: 'the same bytes from the same inputs, options and code version',
          hint: 'Run again: the new result is stored now. If the code of the step was changed, change its version too.',
        },
      );
    }
    const bytes = await store.read(record.key, part);
    if (bytes === undefined)
      throw new MachineError('STORE_BROKEN', `step "${step.step}" cannot be read back after it was written`, {
        column: part,
        hint: 'Check the disk of the store, or give another folder.',
      });
    return bytes;
  };

  const start = async (key: string, step: Step): Promise<StepResult> => {
    signal?.throwIfAborted();
    const stored = await store.find(key);
    if (stored !== undefined) onEvent({ kind: 'step-skipped', ...placeOf(key, step), bytes: stored.bytes });
    const record = stored ?? (await compute(key, step));
    return { record, fresh: stored === undefined, read: (part) => readPart(step, record, part) };
  };

  return {
    neededKeys,
    async run(step) {
      const key = stepKey(step);
      neededKeys.add(key);
      return once(results, key, () => start(key, step));
    },
  };
}

function placeOf(key: string, { step, subject = '' }: StepDescription): StepEventPlace {
  return { key, step, subject };
}

/** Gives the promise under way or fulfilled under a key; a failed one is forgotten, so that it may be tried again. */
function once<T>(promises: Map<string, Promise<T>>, key: string, begin: () => Promise<T>): Promise<T> {
  const known = promises.get(key);
  if (known !== undefined) return known;
  const promise = begin();
  promises.set(key, promise);
  promise.catch(() => promises.delete(key));
  return promise;
}
