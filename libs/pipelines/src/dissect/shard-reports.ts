import type { DissectionEvent } from './dissect-events.ts';
import type { PassTask } from './pass-consumer.ts';

/** Tells of each shard of a pass once all that was counted of it is stored, while the pass goes on. */
export class ShardReports {
  readonly #onEvent: (event: DissectionEvent) => void;
  readonly #pending = new Set<Promise<void>>();

  constructor(onEvent: (event: DissectionEvent) => void) {
    this.#onEvent = onEvent;
  }

  /**
   * Begins a pass over so many shards. What it gives is called with each of them, the images that were passed over and
   * all that must be stored first; it does not wait.
   */
  begin(total: number): (task: PassTask, skipped: number, stored: readonly Promise<void>[]) => void {
    let done = 0;
    return ({ shard, places }, skipped, stored) => {
      const models = [...new Set(places.map(({ model }) => model.name))];
      const report = Promise.all(stored)
        .then(() => {
          this.#onEvent({
            kind: 'shard-done',
            models,
            shard: shard.name,
            images: shard.entries.length - skipped,
            done: ++done,
            total,
          });
        })
        // Whoever stores it meets the failure; such a shard is not done.
        .catch(() => undefined)
        .finally(() => this.#pending.delete(report));
      this.#pending.add(report);
    };
  }

  /** Waits until all has been told. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
