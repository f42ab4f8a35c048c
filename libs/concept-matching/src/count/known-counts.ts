import { ShardJoin, type SelectionState } from '@intermodel/numerics';
import type { UnitHistogramBatch } from '@intermodel/schemas';
import { histogramState } from './unit-histograms.ts';

/** Counts of shards that are known already, under one preset; of each shard little more than its bounds is held. */
export class KnownCounts {
  readonly #join = new ShardJoin();

  /** Adds the counts of a shard. @throws BatchSchemaError for another table */
  add(histogram: UnitHistogramBatch): this {
    this.#join.add(histogramState('KnownCounts', histogram).state);
    return this;
  }

  /** What they prove of the bounds, for so many images in all; undefined where no shard was added. */
  seed(maximumImages: number): SelectionState | undefined {
    return this.#join.shards === 0 ? undefined : this.#join.seed(maximumImages);
  }
}
