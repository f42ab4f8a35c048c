import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of pseudo-random draws that depends on nothing but its seed, on any platform. */
export interface Random {
  /** Draws a float64 that is uniform in [0, 1), with 53 random bits. */
  readonly uniform: () => number;
  /** Draws an integer from 0 to `bound` - 1, each equally likely (draws that would favour some are rejected). */
  readonly below: (bound: number) => number;
  /** Draws from the standard normal distribution (Marsaglia's polar method). */
  readonly normal: () => number;
  /** Puts the items into a random order, in place (Fisher-Yates), and returns them. */
  readonly shuffle: <Items extends ShuffledItems>(items: Items) => Items;
}

type ShuffledItems = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/**
 * Makes a generator from a seed and, for independent streams of one seed, the number of the stream.
 *
 * The generator is xoroshiro128+ of pure-rand. Seed and stream are mixed (the finalizer of MurmurHash3)
 * before they become its state, so that neighbouring seeds or streams have nothing in common.
 *
 * @example
 * createRandom(1).below(6) + 1;
 */
export function createRandom(seed: number, stream = 0): Random {
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(stream)) {
    throw new RangeError(`seed and stream must be integers, got ${String(seed)} and ${String(stream)}`);
  }
  const generator = xoroshiro128plus(mixSeed(seed, stream));
  const uniform = (): number => uniformFloat64(generator);
  const below = (bound: number): number => uniformInt(generator, 0, bound - 1);
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const first = 2 * uniform() - 1;
      const second = 2 * uniform() - 1;
      const square = first * first + second * second;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = second * factor;
        return first * factor;
      }
    }
  };
  const shuffle = <Items extends ShuffledItems>(items: Items): Items => {
    for (let last = items.length - 1; last > 0; last--) {
      const other = below(last + 1);
      const held = items[last] as number;
      items[last] = items[other] as number;
      items[other] = held;
    }
    return items;
  };
  return { uniform, below, normal, shuffle };
}

function mixSeed(seed: number, stream: number): number {
  let state = 0;
  for (const word of [seed, Math.floor(seed / 2 ** 32), stream, Math.floor(stream / 2 ** 32)]) {
    state = finalize((state ^ (word | 0)) + 0x9e3779b9);
  }
  return state | 0;
}

function finalize(bits: number): number {
  let mixed = bits | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
