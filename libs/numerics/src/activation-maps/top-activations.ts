/** How the values of a map become its score. */
export type ActivationPool = 'max' | 'mean';

/** Sizes of what is tallied. */
export interface TopActivationsOptions {
  /** Number of units. */
  readonly units: number;
  /** Values of a map, height x width. */
  readonly mapSize: number;
  /** Images kept for each unit, at least 1. @default 5 */
  readonly images?: number;
  /** Score of a map: its largest or its mean value. @default 'max' (Bau et al. 2017) */
  readonly pool?: ActivationPool;
}

/** Defaults of {@link TopActivations}. */
export const topActivationsDefaults = { images: 5, pool: 'max' } as const satisfies Partial<TopActivationsOptions>;

/** One of the images that drive a unit most. */
export interface TopActivation {
  /** Number of the image. */
  readonly image: number;
  /** Score of its map. */
  readonly score: number;
  /** The map itself. */
  readonly map: Float32Array;
}

/**
 * Tallies the images that drive each unit most, with their maps, in the pass that runs the model. Of equal scores the
 * image with the lower number is kept, so that order and shards do not matter; NaN never counts.
 */
export class TopActivations {
  readonly #units: number;
  readonly #mapSize: number;
  readonly #images: number;
  readonly #pool: ActivationPool;
  readonly #best: TopActivation[][];

  constructor({ units, mapSize, images = topActivationsDefaults.images, pool = topActivationsDefaults.pool }: TopActivationsOptions) {
    if (!Number.isInteger(images) || images < 1) throw new RangeError(`TopActivations: ${String(images)} images of a unit cannot be kept`);
    this.#units = units;
    this.#mapSize = mapSize;
    this.#images = images;
    this.#pool = pool;
    this.#best = Array.from({ length: units }, () => []);
  }

  /**
   * Looks at the maps of one image.
   *
   * @param image its number
   * @param activations units x map values; what is kept is copied
   */
  add(image: number, activations: Float32Array): void {
    const size = this.#mapSize;
    for (let unit = 0; unit < this.#units; unit++) {
      const start = unit * size;
      let score = this.#pool === 'max' ? -Infinity : 0;
      if (this.#pool === 'max') for (let index = start; index < start + size; index++) score = (activations[index] as number) > score ? (activations[index] as number) : score;
      else for (let index = start; index < start + size; index++) score += (activations[index] as number) / size;
      const best = this.#best[unit] as TopActivation[];
      const last = best.at(-1);
      if (best.length === this.#images && last !== undefined && !(score > last.score || (score === last.score && image < last.image))) continue;
      if (score > -Infinity) this.#insert(best, { image, score, map: activations.slice(start, start + size) });
    }
  }

  /** Takes in what another shard found. */
  merge(other: TopActivations): void {
    other.#best.forEach((activations, unit) => {
      for (const activation of activations) this.#insert(this.#best[unit] as TopActivation[], activation);
    });
  }

  /** Images of a unit, the strongest first. */
  read(unit: number): readonly TopActivation[] {
    return this.#best[unit] ?? [];
  }

  #insert(best: TopActivation[], activation: TopActivation): void {
    let place = best.length;
    while (place > 0 && precedes(activation, best[place - 1] as TopActivation)) place--;
    best.splice(place, 0, activation);
    best.length = Math.min(best.length, this.#images);
  }
}

function precedes(one: TopActivation, other: TopActivation): boolean {
  return one.score > other.score || (one.score === other.score && one.image < other.image);
}
