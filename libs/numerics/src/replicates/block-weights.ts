import { createRandom } from '../random.ts';

/** Blocks, and the replicates that are drawn of them. */
export interface BlockWeightsOptions {
  /** Blocks, at least 1. */
  readonly blocks: number;
  /** Number of the first replicate. */
  readonly first: number;
  /** Replicates to draw. */
  readonly count: number;
  /** Seed of the draws. */
  readonly seed: number;
}

/** Streams of block draws lie apart from those of other draws of the same seed. */
const firstStream = 2 ** 44;

/**
 * Draws, for every replicate, as many blocks as there are, with replacement: how often it has each, replicates x blocks,
 * whose sum over the blocks is their number (a multinomial sample). What a replicate has depends on its number, the
 * seed and the number of blocks alone, so that more replicates can be drawn without those before.
 */
export function drawBlockWeights({ blocks, first, count, seed }: BlockWeightsOptions): Uint32Array {
  const weights = new Uint32Array(count * blocks);
  for (let replicate = 0; replicate < count; replicate++) {
    const { below } = createRandom(seed, firstStream + first + replicate);
    const own = weights.subarray(replicate * blocks, (replicate + 1) * blocks);
    for (let draw = 0; draw < blocks; draw++) {
      const block = below(blocks);
      own[block] = (own[block] as number) + 1;
    }
  }
  return weights;
}
