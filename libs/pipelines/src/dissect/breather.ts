import type { DissectionStep } from './dissect-events.ts';
import type { GroupContext } from './group-context.ts';

/** Milliseconds of work after which signals and timers get a turn. */
const interval = 100;

/** Counts images in a long computation, tells of progress, and lets signals and timers have a turn now and then. */
export class Breather {
  readonly #context: Pick<GroupContext, 'onEvent' | 'signal'>;
  readonly #event: Pick<DissectionStep, 'kind' | 'step' | 'models' | 'total'>;
  #done = 0;
  #last = performance.now();

  /**
   * @param context who is told, and who stops the computation
   * @param step what is under way
   * @param model name of the model that it is about
   * @param total images to do
   */
  constructor(context: Pick<GroupContext, 'onEvent' | 'signal'>, step: DissectionStep['step'], model: string, total: number) {
    this.#context = context;
    this.#event = { kind: 'progress', step, models: [model], total };
  }

  /** Counts an image; waits for a moment if the last time is long ago. @throws the signal's reason once it is aborted */
  async breathe(): Promise<void> {
    this.#done++;
    if (performance.now() - this.#last < interval) return;
    this.#context.onEvent({ ...this.#event, done: Math.min(this.#done, this.#event.total) });
    await new Promise(setImmediate);
    this.#context.signal.throwIfAborted();
    this.#last = performance.now();
  }
}
