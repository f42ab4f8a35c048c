import { keyOf } from './graph/step-family.ts';
import type { StepDescription } from './store/step-key.ts';
import { stepRunner, type Step, type StepEvent, type StepResult, type StepRunner } from './store/step-runner.ts';
import type { StepParts, StepStore } from './store/step-store.ts';
import type { StepTimes } from './store/step-times.ts';
import { RecentParts } from './recent-parts.ts';

/** Options of {@link StudySteps}. */
export interface StudyStepsOptions {
  /** Where finished steps are kept; its lock is the caller's business. */
  readonly store: StepStore;
  /** Ends the run: no step is begun any more. */
  readonly signal: AbortSignal;
  /** Told what happens to steps, in order. */
  readonly onEvent: (event: StepEvent) => void;
  /** Remembers how long steps take. */
  readonly times?: StepTimes | undefined;
}

/** Steps that are stored at a time while the work goes on: more would only hold memory. */
const besideMost = 4;

/** Steps that a store is told of at a time before they are asked for. */
const lookedAheadAtOnce = 1024;

/** Bytes of parts that were stored last and are held, as most of what a pass makes is read soon after. */
const recentBytes = 2 ** 24;

/** The steps of one run of a study: some are computed one by one, others come out of a pass that makes many of them. */
export class StudySteps {
  readonly #options: StudyStepsOptions;
  readonly #runner: StepRunner;
  readonly #needed = new Set<string>();
  readonly #begun = new Set<string>();
  /** Steps that were told of already, since each was run for itself. */
  readonly #told = new Set<string>();
  /** Writes under way beside the work. */
  readonly #beside = new Set<Promise<void>>();
  /** Parts of steps that are being stored. */
  readonly #underWay = new Map<string, StepParts>();
  readonly #recent = new RecentParts(recentBytes);
  /** What went wrong first while a step was stored. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: StudyStepsOptions) {
    this.#options = options;
    this.#runner = stepRunner(options);
  }

  /** Keys of all steps that were asked for: what this study needs. */
  get neededKeys(): ReadonlySet<string> {
    return new Set([...this.#needed, ...this.#runner.neededKeys]);
  }

  /** Gives the stored result of a step, or computes and stores it. */
  run(step: Step): Promise<StepResult> {
    this.#told.add(keyOf(step));
    return this.#runner.run(step);
  }

  /** Whether a step is stored; where it is, this is told, unless the step was run for itself before. */
  async has(step: StepDescription): Promise<boolean> {
    const record = await this.#options.store.find(this.#key(step));
    if (record === undefined) return false;
    if (this.#told.has(record.key)) return true;
    this.#options.onEvent({
      kind: 'step-skipped',
      key: record.key,
      step: step.step,
      subject: step.subject ?? '',
      bytes: record.bytes,
    });
    return true;
  }

  /** Whether a step is stored; nothing is told, and the step does not count as needed. */
  isStored(step: StepDescription): false | Promise<boolean> {
    const key = keyOf(step);
    return this.#options.store.isMissing?.(key) === true ? false : this.#find(key);
  }

  async #find(key: string): Promise<boolean> {
    return (await this.#options.store.find(key)) !== undefined;
  }

  /**
   * Says which steps are about to be asked for one by one, for a store that looks for many at once; undefined: it looks
   * for each in no time.
   */
  get lookAhead(): ((steps: readonly StepDescription[]) => Promise<void>) | undefined {
    const { store } = this.#options;
    return store.lookAhead === undefined ? undefined : async (steps) => store.lookAhead?.(steps.map(keyOf));
  }

  /** Gives back steps that are about to be asked for one by one, having had the store look for many at once. */
  async *lookingAhead<Some extends StepDescription>(steps: Iterable<Some>): AsyncGenerator<Some> {
    for (const chunk of chunksOf(steps, lookedAheadAtOnce)) {
      await this.lookAhead?.(chunk);
      yield* chunk;
    }
  }

  /** Reads a part of a step, which may still be on its way into the store; undefined where it is missing or damaged. */
  async read(step: StepDescription, part: string): Promise<Uint8Array | undefined> {
    const key = this.#key(step);
    const bytes = this.#underWay.get(key)?.[part] ?? this.#recent.get(key, part);
    return bytes instanceof Uint8Array ? bytes : this.#options.store.read(key, part);
  }

  /** Names of the parts of a step that was made; none where it is not stored. */
  async partsOf(step: StepDescription): Promise<readonly string[]> {
    return (await this.#options.store.find(this.#key(step)))?.parts.map(({ name }) => name) ?? [];
  }

  /** Tells that a step is being made; what makes it calls `write` in the end. */
  begin(step: StepDescription): void {
    const key = this.#key(step);
    if (this.#begun.has(key)) return;
    this.#begun.add(key);
    this.#options.onEvent({ kind: 'step-started', key, step: step.step, subject: step.subject ?? '' });
  }

  /** Stores a step that a pass has made, and tells how long its part of the pass (as given) and storing it took. */
  async write(step: StepDescription, parts: StepParts, milliseconds = 0): Promise<void> {
    const begun = performance.now();
    this.begin(step);
    const key = this.#key(step);
    this.#begun.delete(key);
    const { bytes } = await this.#store(key, step, parts);
    const took = milliseconds + performance.now() - begun;
    this.#options.times?.set(key, took);
    this.#options.onEvent({
      kind: 'step-done',
      key,
      step: step.step,
      subject: step.subject ?? '',
      bytes,
      milliseconds: took,
    });
  }

  /**
   * Stores a step that a pass has made while the work goes on; waits only where several are being stored already. What
   * goes wrong is thrown by `settled`.
   */
  async writeBeside(step: StepDescription, parts: StepParts, milliseconds?: number): Promise<void> {
    this.begin(step);
    while (this.#beside.size >= besideMost) await Promise.race(this.#beside);
    const writing = this.write(step, parts, milliseconds)
      .catch(() => undefined)
      .finally(() => this.#beside.delete(writing));
    this.#beside.add(writing);
  }

  /** Waits until nothing is being stored beside the work any more. @throws what went wrong while any step was stored */
  async settled(): Promise<void> {
    await Promise.all(this.#beside);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Stores other parts instead of those of a step, where these serve as well; nothing is told. */
  async rewrite(step: StepDescription, parts: StepParts): Promise<void> {
    this.#recent.delete(this.#key(step));
    await this.#options.store.write(step, parts, this.#options.signal);
  }

  async #store(key: string, step: StepDescription, parts: StepParts) {
    this.#underWay.set(key, parts);
    this.#recent.delete(key);
    try {
      const record = await this.#options.store.write(step, parts, this.#options.signal);
      this.#recent.add(key, parts);
      return record;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #key(step: StepDescription): string {
    const key = keyOf(step);
    this.#needed.add(key);
    return key;
  }
}

function* chunksOf<T>(items: Iterable<T>, most: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < most) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** JSON of a part. */
export function jsonPart(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Value of a JSON part. */
export function readJsonPart(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
