import type { ImageMaps } from './image-maps.ts';
import { KernelMemory } from './kernel-memory.ts';
import { readCombinations, type CombinedLabels } from './label-combinations.ts';
import {
  checkOverlapState,
  countCategories,
  resolveOverlapOptions,
  sameOverlaps,
  type OverlapCounts,
  type OverlapOptions,
  type OverlapState,
  type ResolvedOverlapOptions,
} from './overlap-state.ts';
import { planUpsampling } from './upsampling.ts';

/** Place among the combinations for pixels that are left out: counted by the kernel like any other, and never read. */
const LEFT_OUT = 65535;

const SCOPES = { all: 0, 'category-in-image': 1, 'category-under-mask': 2 } as const;

/**
 * Counts, over images, the pixels where a unit is active and a concept is labelled. A map is upsampled only where the
 * corners of a cell exceed the threshold; active pixels are counted by combination of labels and spread to concepts
 * once a map. Equal to counting every pixel, since a pixel never exceeds its four neighbours.
 */
export class OverlapTally {
  readonly options: ResolvedOverlapOptions;
  readonly #memory = new KernelMemory();
  readonly #groups: number;
  readonly #pixelsPerImage: number;
  readonly #categoryCount: number;
  readonly #conceptOfNumber = new Int32Array(65536).fill(-1);
  readonly #at: {
    readonly maps: number;
    readonly units: number;
    readonly highest: number;
    readonly intersections: number;
    readonly unitAreas: number;
    readonly scopedAreas: number;
    readonly map: number;
    readonly uniform: number;
  };
  readonly #conceptAreas: Float64Array;
  readonly #conceptImages: Float64Array;
  readonly #categoryPixels: Float64Array;
  readonly #seen: Float64Array;
  readonly #seenCategory: Float64Array;
  readonly #scratch: { address: number; length: number } = { address: 0, length: 0 };
  #images = 0;
  #pixels = 0;

  /**
   * @param options what is counted
   * @param thresholds threshold of each unit; NaN: never active
   */
  constructor(options: OverlapOptions, thresholds: Float32Array) {
    this.options = resolveOverlapOptions(options);
    const { units, height, width, targetHeight, targetWidth, concepts, categories, areaScope, compare } = this.options;
    if (thresholds.length !== units)
      throw new RangeError(`OverlapTally: ${String(thresholds.length)} thresholds for ${String(units)} units`);
    const categoryCount = (this.#categoryCount = countCategories(categories));
    concepts.forEach((number, concept) => {
      this.#conceptOfNumber[number] = concept;
    });
    this.#pixelsPerImage = targetHeight * targetWidth;
    const memory = this.#memory;
    this.#groups = memory.usePlan(planUpsampling(this.options));
    const cells = this.#groups * targetHeight;
    const thresholdsAt = memory.allocate(units * 4);
    const stamps = memory.allocate(categoryCount * 4);
    const counts = memory.allocate(65536 * 4);
    const tiles = memory.allocate((height + 1) * this.#groups * 4);
    const at = (this.#at = {
      ...{
        units: memory.allocate(units * 4),
        highest: memory.allocate(units * 4),
        maps: memory.allocate(units * height * width * 4 + 16),
        map: memory.allocate(cells * 8),
        uniform: memory.allocate(cells),
      },
      ...{
        intersections: memory.allocate(units * concepts.length * 8),
        unitAreas: memory.allocate(units * 8),
        scopedAreas: memory.allocate(areaScope === 'all' ? 0 : units * categoryCount * 8),
      },
    });
    memory.kernels.setTally(
      height * width,
      compare === '>=',
      concepts.length,
      categoryCount,
      SCOPES[areaScope],
      thresholdsAt,
      at.intersections,
      at.unitAreas,
      at.scopedAreas,
      stamps,
      at.map,
      at.uniform,
      tiles,
      counts,
    );
    memory.floats(thresholdsAt, units).set(thresholds);
    this.#conceptAreas = new Float64Array(concepts.length);
    this.#conceptImages = new Float64Array(concepts.length);
    this.#categoryPixels = new Float64Array(categoryCount);
    this.#seen = new Float64Array(concepts.length);
    this.#seenCategory = new Float64Array(categoryCount);
  }

  /**
   * Maps and groups of four pixels that were evaluated so far; all others were skipped without looking at their pixels.
   */
  get evaluated(): { readonly maps: number; readonly groups: number } {
    return { maps: this.#memory.kernels.getEvaluatedMaps(), groups: this.#memory.kernels.getEvaluatedGroups() };
  }

  /**
   * Adds one image: its labels, and the maps that may be active. Maps that are left out count as inactive.
   *
   * @throws RangeError if a label's number is no concept, or sizes do not fit
   */
  add(labels: CombinedLabels, { units, maxima, maps }: ImageMaps): void {
    const { height, width } = this.options;
    if (
      maxima.length !== units.length ||
      maps.length !== units.length * height * width ||
      units.length > this.options.units
    )
      throw new RangeError(
        `OverlapTally.add: ${String(units.length)} units, ${String(maxima.length)} maxima and ${String(maps.length)} values do not belong together`,
      );
    const { sets, runs } = readCombinations(labels);
    const leftOut = sets.map((set) => this.options.ignore !== 0 && set.includes(this.options.ignore));
    const concepts = sets.map((set, index) =>
      leftOut[index] === true ? [] : Array.from(set, (number) => this.#concept(number)),
    );
    const imageCategories = this.#countLabels(concepts, leftOut, runs);
    this.#images++;
    if (units.length === 0) return;
    this.#writeRuns(runs, leftOut);
    const categories = concepts.map((combination) => [
      ...new Set(combination.map((concept) => this.options.categories[concept] as number)),
    ]);
    const lists = [offsets(concepts), concepts.flat(), offsets(categories), categories.flat(), imageCategories];
    const addresses = this.#writeLists(lists);
    const memory = this.#memory;
    memory.integers(this.#at.units, units.length).set(units);
    memory.floats(this.#at.highest, units.length).set(maxima);
    memory.floats(this.#at.maps, maps.length).set(maps);
    const [starts, flat, categoryStarts, flatCategories, inImage] = addresses as [
      number,
      number,
      number,
      number,
      number,
    ];
    memory.kernels.tallyImage(
      this.#at.maps,
      this.#at.units,
      this.#at.highest,
      units.length,
      sets.length,
      starts,
      flat,
      categoryStarts,
      flatCategories,
      inImage,
      imageCategories.length,
    );
  }

  /** Adds the counts of another shard. */
  merge(other: OverlapTally | OverlapState): void {
    if (!sameOverlaps(this.options, other.options))
      throw new RangeError('OverlapTally.merge: the tallies differ in their options');
    const mine = this.#views();
    const theirs = other instanceof OverlapTally ? other.#views() : other;
    for (const name of [
      'intersections',
      'unitAreas',
      'scopedAreas',
      'conceptAreas',
      'conceptImages',
      'categoryPixels',
    ] as const) {
      const [into, from] = [mine[name], theirs[name]];
      for (let index = 0; index < into.length; index++) into[index] = (into[index] as number) + (from[index] as number);
    }
    this.#images += theirs.images;
    this.#pixels += theirs.pixels;
  }

  /** The counts, copied. */
  read(): OverlapCounts {
    const counts = this.#views();
    const copies = (
      ['intersections', 'unitAreas', 'scopedAreas', 'conceptAreas', 'conceptImages', 'categoryPixels'] as const
    ).map((name) => [name, counts[name].slice()]);
    return { ...counts, ...(Object.fromEntries(copies) as Partial<OverlapCounts>) };
  }

  /** State as plain data. The thresholds are no part of it. */
  toState(): OverlapState {
    return { kind: 'OverlapTally/1', options: this.options, ...this.read() };
  }

  /** State as plain data of what was added since the last call; the tally goes on from nothing. */
  takeState(): OverlapState {
    const state = this.toState();
    const counts = this.#views();
    for (const name of [
      'intersections',
      'unitAreas',
      'scopedAreas',
      'conceptAreas',
      'conceptImages',
      'categoryPixels',
    ] as const)
      counts[name].fill(0);
    // Stamps of images that were seen stay apart from those to come.
    this.#seen.fill(0);
    this.#seenCategory.fill(0);
    [this.#images, this.#pixels] = [0, 0];
    return state;
  }

  /** Tally of a state, to merge others into. @throws RangeError if the state is not whole */
  static fromState(
    state: OverlapState,
    thresholds: Float32Array = new Float32Array(state.options.units).fill(NaN),
  ): OverlapTally {
    checkOverlapState(state);
    const tally = new OverlapTally(state.options, thresholds);
    tally.merge(state);
    return tally;
  }

  #views(): OverlapCounts {
    const { units, concepts, areaScope } = this.options;
    return {
      intersections: this.#memory.doubles(this.#at.intersections, units * concepts.length),
      unitAreas: this.#memory.doubles(this.#at.unitAreas, units),
      scopedAreas: this.#memory.doubles(this.#at.scopedAreas, areaScope === 'all' ? 0 : units * this.#categoryCount),
      conceptAreas: this.#conceptAreas,
      conceptImages: this.#conceptImages,
      categoryPixels: this.#categoryPixels,
      images: this.#images,
      pixels: this.#pixels,
    };
  }

  #concept(number: number): number {
    const concept = this.#conceptOfNumber[number] as number;
    if (concept < 0)
      throw new RangeError(
        `OverlapTally.add: label number ${String(number)} is none of the ${String(this.options.concepts.length)} concepts`,
      );
    return concept;
  }

  /** Counts the pixels of each concept; returns the categories of the image. */
  #countLabels(concepts: readonly (readonly number[])[], leftOut: readonly boolean[], runs: Uint16Array): number[] {
    const areas = new Float64Array(concepts.length);
    let [all, pixels] = [0, 0];
    for (let run = 0; run < runs.length; run += 2) {
      const [length, combination] = [runs[run] as number, runs[run + 1] as number];
      all += length;
      if (leftOut[combination] === true) continue;
      areas[combination] = (areas[combination] as number) + length;
      pixels += length;
    }
    if (all !== this.#pixelsPerImage)
      throw new RangeError(
        `OverlapTally.add: labels of ${String(all)} pixels, expected ${String(this.#pixelsPerImage)}`,
      );
    this.#pixels += pixels;
    const found: number[] = [];
    const stamp = this.#images + 1;
    concepts.forEach((combination, index) => {
      for (const concept of combination) {
        this.#conceptAreas[concept] = (this.#conceptAreas[concept] as number) + (areas[index] as number);
        if (this.#seen[concept] === stamp) continue;
        this.#seen[concept] = stamp;
        this.#conceptImages[concept] = (this.#conceptImages[concept] as number) + 1;
        const category = this.options.categories[concept] as number;
        if (this.#seenCategory[category] === stamp) continue;
        this.#seenCategory[category] = stamp;
        this.#categoryPixels[category] = (this.#categoryPixels[category] as number) + pixels;
        found.push(category);
      }
    });
    return found;
  }

  /** Spreads runs over the grid whose rows are padded to whole groups of four, and marks groups of one combination. */
  #writeRuns(runs: Uint16Array, leftOut: readonly boolean[]): void {
    const { targetHeight, targetWidth } = this.options;
    const stride = this.#groups * 4;
    const map = this.#memory.shorts(this.#at.map, stride * targetHeight);
    const uniform = this.#memory.bytes(this.#at.uniform, this.#groups * targetHeight).fill(1);
    let [row, column] = [0, 0];
    for (let run = 0; run < runs.length; run += 2) {
      const combination = leftOut[runs[run + 1] as number] === true ? LEFT_OUT : (runs[run + 1] as number);
      for (let left = runs[run] as number; left > 0;) {
        const length = Math.min(left, targetWidth - column);
        const start = row * stride + column;
        map.fill(combination, start, start + length);
        if (column % 4 !== 0) uniform[start >> 2] = 0;
        left -= length;
        column += length;
        if (column === targetWidth) [row, column] = [row + 1, 0];
      }
    }
  }

  /** Puts lists of integers into working memory, which grows when they need more; returns their addresses. */
  #writeLists(lists: readonly (readonly number[])[]): number[] {
    const length = lists.reduce((sum, list) => sum + list.length, 0);
    if (length > this.#scratch.length) {
      this.#scratch.length = length * 2;
      this.#scratch.address = this.#memory.allocate(this.#scratch.length * 4);
    }
    const view = this.#memory.integers(this.#scratch.address, length);
    let at = 0;
    return lists.map((list) => {
      view.set(list, at);
      at += list.length;
      return this.#scratch.address + (at - list.length) * 4;
    });
  }
}

/** Where each list begins when they stand one after the other, and where the last ends. */
function offsets(lists: readonly (readonly number[])[]): number[] {
  const starts = [0];
  for (const list of lists) starts.push((starts.at(-1) as number) + list.length);
  return starts;
}
