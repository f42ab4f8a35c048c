import {
  OverlapTally,
  readCombinations,
  type CombinedLabels,
  type OverlapCounts,
  type OverlapOptions,
} from '@intermodel/numerics';

const noMaps = { units: new Uint32Array(), maxima: new Float32Array(), maps: new Float32Array() };

/** Sums over labelled images: areas of concepts, and where some of them lie. */
export class LabelSums {
  readonly #tally: OverlapTally;
  readonly #options: OverlapOptions;
  /** By the number of the concept, the images that bear it at each pixel. */
  readonly #places: ReadonlyMap<number, Float64Array>;

  /**
   * @param options what overlaps count
   * @param concepts numbers of the concepts whose places are wanted
   */
  constructor(options: OverlapOptions, concepts: Iterable<number>) {
    const { targetHeight, targetWidth } = options;
    this.#options = options;
    this.#tally = new OverlapTally({ ...options, units: 1 }, Float32Array.of(Number.NaN));
    this.#places = new Map(
      Array.from(concepts, (number) => [number, new Float64Array(targetHeight * targetWidth)] as const),
    );
  }

  /** Adds an image. @throws RangeError if a label's number is no concept */
  add(labels: CombinedLabels): void {
    this.#tally.add(labels, noMaps);
    const { ignore = 0 } = this.#options;
    const { sets, runs } = readCombinations(labels);
    const borne = sets.map((set) =>
      ignore !== 0 && set.includes(ignore)
        ? []
        : Array.from(set, (number) => this.#places.get(number)).filter((places) => places !== undefined),
    );
    let at = 0;
    for (let run = 0; run < runs.length; run += 2) {
      const end = at + (runs[run] as number);
      for (const places of borne[runs[run + 1] as number] ?? [])
        for (let pixel = at; pixel < end; pixel++) places[pixel] = (places[pixel] as number) + 1;
      at = end;
    }
  }

  /** Areas of concepts, and pixels. */
  counts(): OverlapCounts {
    return this.#tally.read();
  }

  /** Images that bear a concept at each pixel. @throws RangeError for one that was not asked for */
  places(concept: number): Float64Array {
    const places = this.#places.get(concept);
    if (places === undefined)
      throw new RangeError(`LabelSums: the places of concept ${String(concept)} were not asked for`);
    return places;
  }

  /**
   * Sum over the pixels of firing x places: n times the overlap that is expected where the labels of n images are
   * exchanged in all ways.
   *
   * @param concept number of the concept
   * @param firing images in which a unit is active at each pixel
   */
  product(concept: number, firing: Uint32Array): number {
    const places = this.places(concept);
    let sum = 0;
    for (let pixel = 0; pixel < firing.length; pixel++) sum += (firing[pixel] as number) * (places[pixel] as number);
    return sum;
  }
}
