import type { BlockLabelCounts } from './block-labels.ts';

/** Sums over blocks under weights: what replicates, each with its weights, have of what blocks have. */
export class BlockWeights {
  /** How many replicates have weights. */
  readonly replicates: number;
  /** How many blocks they weigh. */
  readonly blocks: number;
  /** Blocks x replicates. */
  readonly #weights: Float64Array;

  /**
   * @param weights how often a replicate has a block: replicates x blocks
   * @param blocks how many blocks these weights are of
   */
  constructor(weights: Uint32Array, blocks: number) {
    this.blocks = blocks;
    const replicates = (this.replicates = weights.length / blocks);
    this.#weights = Float64Array.from(
      weights,
      (_, at) => weights[(at % replicates) * blocks + Math.floor(at / replicates)] as number,
    );
  }

  /**
   * Sums up counts, one a block, under the weights of each replicate.
   *
   * @param counts array that holds the counts
   * @param first place of the count of block 0 in it
   * @param sums takes the sums, from `at` on; all integers, exact to 2^53
   * @param at place of the sum of replicate 0
   */
  sum(counts: ArrayLike<number>, first: number, sums: Float64Array, at = 0): void {
    const { replicates, blocks } = this;
    sums.fill(0, at, at + replicates);
    for (let block = 0, row = 0; block < blocks; block++, row += replicates) {
      const count = counts[first + block] as number;
      if (count === 0) continue;
      for (let replicate = 0; replicate < replicates; replicate++)
        sums[at + replicate] = (sums[at + replicate] as number) + count * (this.#weights[row + replicate] as number);
    }
  }

  /** Sums up every row of counts: rows x blocks become rows x replicates. */
  sumRows(counts: Float64Array): Float64Array {
    const rows = counts.length / this.blocks;
    const sums = new Float64Array(rows * this.replicates);
    for (let row = 0; row < rows; row++) this.sum(counts, row * this.blocks, sums, row * this.replicates);
    return sums;
  }

  /** Sums up the labels of all blocks. */
  sumLabels({ conceptImages, conceptAreas, categoryPixels, pixels }: BlockLabelCounts): BlockLabelCounts {
    return {
      conceptImages: this.sumRows(conceptImages),
      conceptAreas: this.sumRows(conceptAreas),
      categoryPixels: this.sumRows(categoryPixels),
      pixels: this.sumRows(pixels),
    };
  }
}
