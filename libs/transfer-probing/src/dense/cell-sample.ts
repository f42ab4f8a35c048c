import { createRandom, type Random } from '@intermodel/numerics';
import type { FeatureRows } from '../feature-rows.ts';

/** Bytes that sampled cells may take up, about. */
const sampleBytes = 256 * 2 ** 20;

/** Cells of so many features and classes that 256 MB hold, about. */
export function cellsInMemory(units: number, classes: number): number {
  return Math.max(1, Math.floor(sampleBytes / 4 / (units + classes)));
}

/** Options of {@link CellSample}. */
export interface CellSampleOptions {
  /** Cells that are kept at most. */
  readonly most: number;
  /** Cells that may be offered, at most. */
  readonly offered: number;
  /** Features of a cell. */
  readonly units: number;
  /** Classes. */
  readonly classes: number;
  /** Seed of the draws. */
  readonly seed: number;
  /** Number of the stream of draws, for several samples with one seed. @default 0 */
  readonly stream?: number;
}

/**
 * A sample of cells, each as likely to be in it as any other, drawn while they come by (algorithm R): memory does not
 * grow with the number of images. All cells where these are no more than it keeps.
 */
export class CellSample {
  readonly #most: number;
  readonly #units: number;
  readonly #classes: number;
  readonly #random: Random;
  readonly #features: Float32Array;
  readonly #weights: Float32Array;
  #seen = 0;

  constructor({ most, offered, units, classes, seed, stream = 0 }: CellSampleOptions) {
    this.#most = Math.min(most, offered);
    this.#units = units;
    this.#classes = classes;
    this.#random = createRandom(seed, stream);
    this.#features = new Float32Array(this.#most * units);
    this.#weights = new Float32Array(this.#most * classes);
  }

  /** Cells that were offered. */
  get seen(): number {
    return this.#seen;
  }

  /** Offers a cell: its features and the weight of each class. */
  offer(features: Float32Array, weights: ArrayLike<number>): void {
    const place = this.#seen < this.#most ? this.#seen : this.#random.below(this.#seen + 1);
    this.#seen++;
    if (place >= this.#most) return;
    this.#features.set(features, place * this.#units);
    this.#weights.set(weights, place * this.#classes);
  }

  /** The cells with the weights of their classes, which stand for all cells that were offered; ends the sampling. */
  read(): { readonly features: FeatureRows; readonly weights: Float32Array } {
    const rows = Math.min(this.#seen, this.#most);
    const weights = this.#weights.subarray(0, rows * this.#classes);
    if (this.#seen > rows) {
      const scale = this.#seen / rows;
      weights.forEach((weight, index) => (weights[index] = weight * scale));
    }
    const values = this.#features.subarray(0, rows * this.#units);
    return { features: { values, rows, columns: this.#units }, weights };
  }
}
