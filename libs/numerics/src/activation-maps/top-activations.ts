import { KernelMemory } from './kernel-memory.ts';

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
  /**
   * Images with this score, where it is the highest of the unit and they are known: those that are not kept too. @default
   * 1
   */
  readonly tied?: number;
}

/** State of a tally as plain data; the fields but for the first two are its own business. */
export interface TopActivationsState {
  /** What the state is of, with the version of its form. */
  readonly kind: 'TopActivations/2';
  /** What is tallied. */
  readonly options: Required<TopActivationsOptions>;
  /** Places taken of each unit. */
  readonly filled: Uint32Array;
  /** Places of each unit in the order of their scores. */
  readonly order: Uint32Array;
  /** Image at each place. */
  readonly imageAt: Float64Array;
  /** Score at each place. */
  readonly scoreAt: Float64Array;
  /** Map at each place. */
  readonly mapAt: Float32Array;
  /** Images of each unit that have its highest score. */
  readonly tied: Uint32Array;
}

/**
 * Tallies the images that drive each unit most, with their maps, in the pass that runs the model. Of equal scores, which
 * are many where activations have a ceiling (ReLU6, quantised), the image whose map has the higher mean is kept, of
 * these the one with the lower number, so that order and shards do not matter; NaN never counts.
 */
export class TopActivations {
  readonly #units: number;
  readonly #mapSize: number;
  readonly #images: number;
  readonly #pool: ActivationPool;
  /** Scores maps, once that is asked for. */
  #scorer: MapScorer | undefined;
  /** Score that an image has to reach, one entry a unit. */
  readonly #bars: Float64Array;
  /** Places taken, one entry a unit. */
  readonly #filled: Uint32Array;
  /** Places of a unit in the order of their scores: units x images. */
  readonly #order: Uint32Array;
  readonly #imageAt: Float64Array;
  readonly #scoreAt: Float64Array;
  readonly #mapAt: Float32Array;
  /** Sum of the map at each place, by which equal scores are told apart. */
  readonly #sumAt: Float64Array;
  readonly #tied: Uint32Array;

  constructor({
    units,
    mapSize,
    images = topActivationsDefaults.images,
    pool = topActivationsDefaults.pool,
  }: TopActivationsOptions) {
    if (!Number.isInteger(images) || images < 1)
      throw new RangeError(`TopActivations: ${String(images)} images of a unit cannot be kept`);
    this.#units = units;
    this.#mapSize = mapSize;
    this.#images = images;
    this.#pool = pool;
    this.#bars = new Float64Array(units).fill(-Infinity);
    this.#filled = new Uint32Array(units);
    this.#order = new Uint32Array(units * images);
    this.#imageAt = new Float64Array(units * images);
    this.#scoreAt = new Float64Array(units * images);
    this.#mapAt = new Float32Array(units * images * mapSize);
    this.#sumAt = new Float64Array(units * images);
    this.#tied = new Uint32Array(units);
  }

  /**
   * Looks at the maps of one image.
   *
   * @param image its number
   * @param activations units x map values; what is kept is copied
   * @param greatest greatest value of each map where it is known, NaN where a value is not finite: maps are then not
   *   read for it
   */
  add(image: number, activations: Float32Array, greatest?: Float32Array): void {
    const [units, size] = [this.#units, this.#mapSize];
    if (activations.length !== units * size)
      throw new RangeError(
        `TopActivations.add: expected ${String(units)} maps of ${String(size)} values, got ${String(activations.length)} values`,
      );
    if (this.#pool === 'max' && greatest?.every((score) => !Number.isNaN(score)) === true) {
      for (let unit = 0; unit < units; unit++) {
        const score = greatest[unit] as number;
        if (score >= (this.#bars[unit] as number)) this.#insert(unit, image, score, activations, unit * size);
      }
      return;
    }
    this.#scorer ??= new MapScorer(units, size, this.#pool);
    const { reached, scores } = this.#scorer.score(activations, this.#bars);
    reached.forEach((unit, index) => {
      this.#insert(unit, image, scores[index] as number, activations, unit * size);
    });
  }

  /**
   * Takes in what another shard found.
   *
   * @param other what was tallied there
   * @param firstImage added to its numbers of images, where those count within the shard
   */
  merge(other: TopActivations, firstImage = 0): void {
    for (let unit = 0; unit < other.#units; unit++) {
      const first = unit * other.#images;
      for (let rank = first; rank < first + (other.#filled[unit] as number); rank++) {
        const place = other.#order[rank] as number;
        this.#insert(
          unit,
          (other.#imageAt[place] as number) + firstImage,
          other.#scoreAt[place] as number,
          other.#mapAt,
          place * other.#mapSize,
          rank === first ? other.#tied[unit] : 0,
        );
      }
    }
  }

  /** Takes in one image of a unit, which was found elsewhere; its map is copied. */
  insert(unit: number, { image, score, map, tied }: TopActivation): void {
    this.#insert(unit, image, score, map, 0, tied);
  }

  /** Images of a unit that have its highest score, those that are not kept too. */
  tied(unit: number): number {
    return this.#tied[unit] ?? 0;
  }

  /** State as plain data, the arrays copied. */
  toState(): TopActivationsState {
    const options = { units: this.#units, mapSize: this.#mapSize, images: this.#images, pool: this.#pool };
    return {
      kind: 'TopActivations/2',
      options,
      filled: this.#filled.slice(),
      order: this.#order.slice(),
      imageAt: this.#imageAt.slice(),
      scoreAt: this.#scoreAt.slice(),
      mapAt: this.#mapAt.slice(),
      tied: this.#tied.slice(),
    };
  }

  /** Tally of a state, to be read or merged. @throws RangeError if the state is not whole */
  static fromState(state: TopActivationsState): TopActivations {
    if ((state.kind as string) !== 'TopActivations/2')
      throw new RangeError(`TopActivations.fromState: expected a state of kind TopActivations/2, got ${state.kind}`);
    const top = new TopActivations(state.options);
    for (const [into, from] of [
      [top.#filled, state.filled],
      [top.#order, state.order],
      [top.#imageAt, state.imageAt],
      [top.#scoreAt, state.scoreAt],
      [top.#mapAt, state.mapAt],
      [top.#tied, state.tied],
    ] as const) {
      if (into.length !== from.length)
        throw new RangeError(
          `TopActivations.fromState: an array has ${String(from.length)} entries instead of ${String(into.length)}`,
        );
      into.set(from);
    }
    for (let place = 0; place < top.#sumAt.length; place++)
      top.#sumAt[place] = sumOf(top.#mapAt, place * top.#mapSize, top.#mapSize);
    top.#filled.forEach((filled, unit) => {
      if (filled === top.#images)
        top.#bars[unit] = top.#scoreAt[top.#order[(unit + 1) * top.#images - 1] as number] as number;
    });
    return top;
  }

  /** Images of a unit, the strongest first. */
  read(unit: number): readonly TopActivation[] {
    const first = unit * this.#images;
    return Array.from(this.#order.subarray(first, first + (this.#filled[unit] ?? 0)), (place) => ({
      image: this.#imageAt[place] as number,
      score: this.#scoreAt[place] as number,
      map: this.#mapAt.slice(place * this.#mapSize, (place + 1) * this.#mapSize),
    }));
  }

  #insert(unit: number, image: number, score: number, maps: Float32Array, start: number, tied = 1): void {
    const [first, filled] = [unit * this.#images, this.#filled[unit] as number];
    const highest = filled === 0 ? -Infinity : (this.#scoreAt[this.#order[first] as number] as number);
    if (filled === 0 || score > highest) this.#tied[unit] = tied;
    else if (score === highest) this.#tied[unit] = (this.#tied[unit] as number) + tied;
    const full = filled === this.#images;
    const last = this.#order[first + filled - 1] as number;
    if (full && score < (this.#scoreAt[last] as number)) return;
    const sum = sumOf(maps, start, this.#mapSize);
    if (full && !this.#precedes(image, score, sum, last)) return;
    // A full unit gives up its last place.
    const place = full ? last : first + filled;
    let rank = full ? filled - 1 : filled;
    for (; rank > 0 && this.#precedes(image, score, sum, this.#order[first + rank - 1] as number); rank--)
      this.#order[first + rank] = this.#order[first + rank - 1] as number;
    this.#order[first + rank] = place;
    this.#imageAt[place] = image;
    this.#scoreAt[place] = score;
    this.#sumAt[place] = sum;
    for (let value = 0, at = place * this.#mapSize; value < this.#mapSize; value++, at++)
      this.#mapAt[at] = maps[start + value] as number;
    if (!full) this.#filled[unit] = filled + 1;
    if (filled + 1 >= this.#images)
      this.#bars[unit] = this.#scoreAt[this.#order[first + this.#images - 1] as number] as number;
  }

  #precedes(image: number, score: number, sum: number, place: number): boolean {
    const other = this.#scoreAt[place] as number;
    if (score !== other) return score > other;
    const otherSum = this.#sumAt[place] as number;
    return sum === otherSum ? image < (this.#imageAt[place] as number) : sum > otherSum;
  }
}

/** Sum of the values of a map, in their order; least of all where infinite values cancel out. */
function sumOf(maps: Float32Array, start: number, size: number): number {
  let sum = 0;
  for (let at = start; at < start + size; at++) sum += maps[at] as number;
  return Number.isNaN(sum) ? -Infinity : sum;
}

/** The kernel that scores the maps of an image, with its memory. */
class MapScorer {
  readonly #units: number;
  readonly #mapSize: number;
  readonly #pool: ActivationPool;
  readonly #memory = new KernelMemory();
  readonly #at: { readonly maps: number; readonly bars: number; readonly scores: number; readonly reached: number };

  constructor(units: number, mapSize: number, pool: ActivationPool) {
    this.#units = units;
    this.#mapSize = mapSize;
    this.#pool = pool;
    const memory = this.#memory;
    this.#at = {
      maps: memory.allocate(units * mapSize * 4),
      bars: memory.allocate(units * 8),
      scores: memory.allocate(units * 8),
      reached: memory.allocate(units * 4),
    };
  }

  /** Units whose map reaches its bar, and their scores; the views hold until the next call. */
  score(
    activations: Float32Array,
    bars: Float64Array,
  ): { readonly reached: Uint32Array; readonly scores: Float64Array } {
    const [memory, at] = [this.#memory, this.#at];
    memory.floats(at.maps, activations.length).set(activations);
    memory.doubles(at.bars, bars.length).set(bars);
    const count = memory.kernels.scoreMaps(
      at.maps,
      this.#units,
      this.#mapSize,
      this.#pool === 'mean',
      at.bars,
      at.scores,
      at.reached,
    );
    return { reached: memory.integers(at.reached, count), scores: memory.doubles(at.scores, count) };
  }
}
