import { createRandom, type Random } from '../random.ts';
import { floatOfKey, keyOfFloat } from './float-keys.ts';
import { quantilePosition, type QuantileRule } from './quantile-position.ts';

/** Options of {@link KllSketch}. */
export interface KllSketchOptions {
  /**
   * Values kept on the highest level, 8 to 65535: the greater, the more accurate, and the more memory. @default 4096
   */
  readonly k?: number;
  /** Seed of the coin that says which half of a level survives. @default 0 */
  readonly seed?: number;
  /** Number of an independent stream of the seed, such as that of a unit. @default 0 */
  readonly stream?: number;
}

/** Defaults of {@link KllSketch}. */
export const kllSketchDefaults = { k: 4096, seed: 0, stream: 0 } as const satisfies Required<KllSketchOptions>;

/** Rank error of one quantile at 99 % confidence, `factor / k ^ exponent`, as measured for Apache DataSketches' KLL. */
export const kllErrorModel = { factor: 2.296, exponent: 0.9723, confidence: 0.99 } as const;

/** Share of its upper neighbour's values that a level holds (Karnin, Lang and Liberty 2016 recommend 2/3). */
const SHRINKAGE = 2 / 3;
/** Fewest values of a level. */
const SMALLEST_LEVEL = 8;

/** Bound of the rank error of a sketch with this k, as a share of the values, that 99 of 100 quantiles keep within. */
export function kllRankError(k: number): number {
  return kllErrorModel.factor / k ** kllErrorModel.exponent;
}

/**
 * Quantiles of a stream in memory that does not grow with it: the sketch of Karnin, Lang and Liberty (2016, "Optimal
 * Quantile Approximation in Streams"). Values of level h stand for 2^h values each; when all is full, the lowest level
 * beyond its share is sorted and every other value, the odd or the even ones by a toss, moves up. At most about 3 k
 * values are kept, of any number. Up to as many the quantiles are exact.
 *
 * The same values in the same order give the same sketch, however they are cut into calls of `add`.
 */
export class KllSketch {
  readonly k: number;
  readonly #random: Random;
  #levels: Float32Array[] = [];
  #sizes: number[] = [0];
  #capacity = 0;
  #kept = 0;
  #count = 0;
  #minimum = Infinity;
  #maximum = -Infinity;

  constructor(options: KllSketchOptions = {}) {
    const { k, seed, stream } = { ...kllSketchDefaults, ...options };
    if (!Number.isInteger(k) || k < 8 || k > 65535)
      throw new RangeError(`KllSketch: k must be a whole number from 8 to 65535, got ${String(k)}`);
    this.k = k;
    this.#random = createRandom(seed, stream);
    this.#addLevel();
  }

  /** Values added. */
  get count(): number {
    return this.#count;
  }

  /** Values kept. */
  get kept(): number {
    return this.#kept;
  }

  /** Adds values. @throws RangeError for NaN, which has no rank */
  add(values: Float32Array): void {
    for (const value of values) {
      if (Number.isNaN(value)) throw new RangeError('KllSketch.add: NaN has no rank');
      if (value < this.#minimum) this.#minimum = value;
      if (value > this.#maximum) this.#maximum = value;
    }
    this.#count += values.length;
    for (let from = 0; from < values.length;) {
      this.#compress(this.#capacity - 1);
      const part = values.subarray(from, from + this.#capacity - this.#kept);
      this.#append(0, part);
      from += part.length;
    }
  }

  /** Adds what another sketch of the same k has seen. */
  merge(other: KllSketch): void {
    if (other.k !== this.k)
      throw new RangeError(`KllSketch.merge: the sketches differ in k, ${String(this.k)} and ${String(other.k)}`);
    while (this.#levels.length < other.#levels.length) this.#addLevel();
    other.#levels.forEach((values, level) => {
      this.#append(level, values.slice(0, other.#sizes[level]));
    });
    this.#compress(this.#capacity);
    this.#count += other.#count;
    this.#minimum = Math.min(this.#minimum, other.#minimum);
    this.#maximum = Math.max(this.#maximum, other.#maximum);
  }

  /**
   * Estimates the value under which a share of all values lies; NaN where there are none.
   *
   * @param level the share, 0 to 1
   * @param rule how the level becomes a position among the sorted values
   */
  quantile(level: number, rule: QuantileRule = 'hazen'): number {
    if (!(level >= 0 && level <= 1))
      throw new RangeError(`KllSketch.quantile: level must lie from 0 to 1, got ${String(level)}`);
    if (this.#count === 0) return NaN;
    const { lower: position, fraction } = quantilePosition(level, this.#count, rule);
    const sorted = this.#sortKept();
    const lower = this.#valueAt(sorted, position);
    if (fraction === 0) return lower;
    const upper = this.#valueAt(sorted, position + 1);
    return lower === upper ? lower : lower + fraction * (upper - lower);
  }

  /**
   * Bound of the difference between the level asked for and the share of values under the answer, at 99 % confidence.
   */
  rankError(): number {
    return this.#levels.length === 1 ? 0 : kllRankError(this.k);
  }

  /** Keys of all kept values, each with its level in the last 6 bits, ascending. */
  #sortKept(): Float64Array {
    const keys = new Float64Array(this.#kept);
    let at = 0;
    this.#levels.forEach((values, level) => {
      for (let index = 0; index < (this.#sizes[level] as number); index++)
        keys[at++] = keyOfFloat(values[index] as number) * 64 + level;
    });
    return keys.sort();
  }

  /** Order statistic of a 0-based position; the extremes are known exactly. */
  #valueAt(sorted: Float64Array, position: number): number {
    if (position <= 0) return this.#minimum;
    if (position >= this.#count - 1) return this.#maximum;
    let before = 0;
    for (const key of sorted) {
      before += 2 ** (key % 64);
      if (before > position) return floatOfKey(Math.floor(key / 64));
    }
    return this.#maximum;
  }

  /** Halves levels until at most so many values are kept. */
  #compress(most: number): void {
    while (this.#kept > most) {
      const level = this.#sizes.findIndex((size, index) => size >= this.#share(index));
      if (level + 1 === this.#levels.length) this.#addLevel();
      this.#halve(level);
    }
  }

  #halve(level: number): void {
    const size = this.#sizes[level] as number;
    const values = (this.#levels[level] as Float32Array).subarray(0, size).sort();
    // Of an odd number the first stays, so that the weight of all values is kept.
    const stay = size % 2;
    const survivors = new Float32Array((size - stay) / 2);
    for (let index = 0, from = stay + this.#random.below(2); index < survivors.length; index++, from += 2)
      survivors[index] = values[from] as number;
    this.#sizes[level] = stay;
    this.#kept -= size - stay;
    this.#append(level + 1, survivors);
  }

  #append(level: number, values: Float32Array): void {
    const size = this.#sizes[level] as number;
    let room = this.#levels[level] as Float32Array;
    if (room.length < size + values.length) {
      room = new Float32Array(Math.max(size + values.length, Math.min(2 * room.length, this.#capacity)));
      room.set((this.#levels[level] as Float32Array).subarray(0, size));
      this.#levels[level] = room;
    }
    room.set(values, size);
    this.#sizes[level] = size + values.length;
    this.#kept += values.length;
  }

  #addLevel(): void {
    this.#sizes[this.#levels.length] = 0;
    this.#levels.push(new Float32Array(SMALLEST_LEVEL));
    this.#capacity = this.#levels.reduce((sum, _, level) => sum + this.#share(level), 0);
  }

  /** Values that a level may hold before it is halved. */
  #share(level: number): number {
    return Math.max(SMALLEST_LEVEL, Math.ceil(this.k * SHRINKAGE ** (this.#levels.length - 1 - level)));
  }
}
