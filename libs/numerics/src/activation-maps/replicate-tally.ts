import type { ImageMaps } from './image-maps.ts';
import { KernelMemory } from './kernel-memory.ts';
import { readCombinations, type CombinedLabels } from './label-combinations.ts';
import {
  countCategories,
  resolveOverlapOptions,
  type OverlapOptions,
  type ResolvedOverlapOptions,
} from './overlap-state.ts';
import { planUpsampling } from './upsampling.ts';

/** Most labellings that a group of images can have. */
export const mostLabellings = 16;

/** Labels of an image, shifted in a circle. */
export interface ShiftedLabels {
  /** The labels. */
  readonly labels: CombinedLabels;
  /** Rows by which they are shifted down, 0 to height - 1. */
  readonly down: number;
  /** Columns by which they are shifted to the right, 0 to width - 1. */
  readonly right: number;
}

/** Images that are relabelled together. */
export interface LabelledGroup {
  /** Maps of each image, in the order of the units. */
  readonly images: readonly Pick<ImageMaps, 'units' | 'maxima' | 'maps'>[];
  /** Labels that the images can have. */
  readonly labelled: readonly ShiftedLabels[];
  /** Which labels an image has in a labelling: images x labellings. */
  readonly labelOf: Uint8Array;
  /** Labelling of each replicate; where replicates are weighted, how often each has the images with their first one. */
  readonly chosen: Uint32Array;
}

/** Options of {@link ReplicateTally}. */
export interface ReplicateOptions extends OverlapOptions {
  /** Replicates, at least 1. */
  readonly replicates: number;
  /** Whether a replicate takes a group several times, with its first labelling, instead of one of its labellings. @default false */
  readonly weighted?: boolean;
  /** Whether the images in which a unit is active are counted, pixel by pixel. @default false */
  readonly firing?: boolean;
}

/** What a tally of replicates has counted. */
export interface ReplicateSums {
  /**
   * Active pixels by column and replicate: units x columns x replicates. Columns are the concepts, then all judged
   * pixels, then, unless areas are of all images, those within the scope of each category.
   */
  readonly sums: Uint32Array;
  /** Images in which a unit is active at a pixel: units x height x width of the target; empty unless asked for. */
  readonly firing: Uint32Array;
}

const SCOPES = { all: 0, 'category-in-image': 1, 'category-under-mask': 2 } as const;

/** Place among the combinations for pixels that are left out: counted, and never read. */
const LEFT_OUT = 65535;

/** Bytes of sums that are worked on at a time. */
const nearBytes = 2 ** 18;

/** Columns of the sums: concepts, all judged pixels, and areas within the scope of each category. */
export function replicateColumns({
  concepts,
  categories,
  areaScope = 'all',
}: Pick<OverlapOptions, 'concepts' | 'categories' | 'areaScope'>): number {
  return concepts.length + 1 + (areaScope === 'all' ? 0 : countCategories(Uint32Array.from(categories)));
}

/**
 * Counts, over groups of images, the pixels where a unit is active and a concept labelled, under several labellings of
 * each group, and adds for every replicate the counts of one of them, as {@link OverlapTally} would count them. Each map
 * is upsampled once, whatever the labellings. Sums are integers and add up over groups in any order.
 */
export class ReplicateTally {
  readonly options: ResolvedOverlapOptions;
  readonly replicates: number;
  /** Columns of the sums. */
  readonly columns: number;
  readonly #weighted: boolean;
  readonly #memory = new KernelMemory();
  readonly #stride: number;
  readonly #thresholds: number;
  readonly #sums: number;
  readonly #firing: number;
  readonly #columnOfNumber = new Int32Array(65536).fill(-1);
  readonly #scratch = new Map<string, { readonly address: number; readonly bytes: number }>();
  /** Pixels of each replicate. */
  readonly #pixels: Float64Array;

  /**
   * @param options what is counted
   * @param thresholds threshold of each unit; NaN: never active
   */
  constructor(options: ReplicateOptions, thresholds: Float32Array) {
    this.options = resolveOverlapOptions(options);
    const { units, height, width, targetHeight, concepts, compare, areaScope } = this.options;
    const { replicates, weighted = false, firing = false } = options;
    if (!Number.isInteger(replicates) || replicates < 1)
      throw new RangeError(
        `ReplicateTally: replicates must be a whole number of at least 1, got ${String(replicates)}`,
      );
    this.replicates = replicates;
    this.#pixels = new Float64Array(replicates);
    this.#weighted = weighted;
    this.columns = replicateColumns(this.options);
    concepts.forEach((number, concept) => {
      this.#columnOfNumber[number] = concept;
    });
    const memory = this.#memory;
    this.#stride = memory.usePlan(planUpsampling(this.options)) * 4;
    const grid = this.#stride * targetHeight;
    this.#thresholds = memory.allocate(units * 4);
    const pixels = memory.allocate(grid * 4);
    const counts = memory.allocate((LEFT_OUT + 1) * 4);
    this.#sums = memory.allocate(units * this.columns * replicates * 4);
    this.#firing = firing ? memory.allocate(units * grid * 4) : 0;
    memory.kernels.setReplicates(
      height * width,
      compare === '>=',
      SCOPES[areaScope],
      replicates,
      this.columns,
      grid,
      this.#thresholds,
      pixels,
      counts,
      this.#sums,
      this.#firing,
    );
    this.restart(thresholds);
  }

  /** Goes on with other units, as many, once what was counted is taken. */
  restart(thresholds: Float32Array): void {
    const { units } = this.options;
    if (thresholds.length !== units)
      throw new RangeError(`ReplicateTally: ${String(thresholds.length)} thresholds for ${String(units)} units`);
    this.#memory.floats(this.#thresholds, units).set(thresholds);
  }

  /**
   * Adds groups of images.
   *
   * @throws RangeError if a label's number is no concept, sizes do not fit, or so many images were added that counts
   * would pass 32 bits
   */
  add(groups: readonly LabelledGroup[]): void {
    const { units } = this.options;
    const adders = groups.map((group, slot) => this.#prepare(group, slot));
    // The sums of few units stay near the processor while all groups are added to them.
    const step = Math.max(1, Math.floor(nearBytes / (this.columns * this.replicates * 4)));
    for (let first = 0; first < units; first += step)
      for (const addUnits of adders) addUnits(first, Math.min(units, first + step));
  }

  /** Writes what the kernel reads of a group into a slot; gives what adds a range of its units. */
  #prepare({ images, labelled, labelOf, chosen }: LabelledGroup, slot: number): (first: number, end: number) => void {
    const labellings = labelOf.length / images.length;
    const { targetHeight, targetWidth } = this.options;
    if (
      !Number.isInteger(labellings) ||
      labellings < 1 ||
      labellings > mostLabellings ||
      chosen.length !== this.replicates ||
      labelOf.some((label) => label >= labelled.length)
    )
      throw new RangeError('ReplicateTally.add: labellings and draws do not belong to these images');
    const pixels = images.length * targetHeight * targetWidth;
    chosen.forEach((draw, replicate) => {
      this.#pixels[replicate] = (this.#pixels[replicate] as number) + pixels * (this.#weighted ? draw : 1);
    });
    if (this.#pixels.some((all) => all >= 2 ** 32))
      throw new RangeError('ReplicateTally.add: more pixels than 32 bits can count: use fewer images');
    const { lists, leftOut, areaColumn } = this.#readLabels(labelled);
    const width = lists.columnOf.length;
    const list = (name: keyof GroupLists['lists']) => this.#writeList(`${name} ${String(slot)}`, lists[name]);
    const given = [
      images.length,
      this.#writeMembers(images, slot),
      labellings,
      this.#writeBytes(`labelOf ${String(slot)}`, labelOf),
      this.#writeList(`maps ${String(slot)}`, this.#writeLabels(labelled, leftOut, slot)),
      list('labelStarts'),
      list('starts'),
      list('columns'),
      list('categoryStarts'),
      list('categories'),
      list('imageStarts'),
      list('imageCategories'),
      areaColumn,
      width,
      list('columnOf'),
      this.#area('table', width * mostLabellings * 4),
      this.#area('stamps', width * 4),
      this.#weighted
        ? this.#writeList(`chosen ${String(slot)}`, chosen)
        : this.#writeBytes(`chosen ${String(slot)}`, chosen),
    ] as const;
    return (first, end) => {
      this.#memory.kernels.addGroup(first, end, ...given, this.#weighted);
    };
  }

  /** What was counted, copied; the tally goes on from nothing. */
  take(): ReplicateSums {
    const { units, targetHeight, targetWidth } = this.options;
    const sums = this.#memory.integers(this.#sums, units * this.columns * this.replicates);
    const taken = sums.slice();
    sums.fill(0);
    this.#pixels.fill(0);
    if (this.#firing === 0) return { sums: taken, firing: new Uint32Array() };
    const rows = units * targetHeight;
    const padded = this.#memory.integers(this.#firing, rows * this.#stride);
    const firing = new Uint32Array(rows * targetWidth);
    for (let row = 0; row < rows; row++)
      firing.set(padded.subarray(row * this.#stride, row * this.#stride + targetWidth), row * targetWidth);
    padded.fill(0);
    return { sums: taken, firing };
  }

  /** Turns the sets of labels of all labelled images into lists for the kernel, with columns numbered within the group. */
  #readLabels(labelled: readonly ShiftedLabels[]): GroupLists {
    const { categories, concepts, areaScope, ignore } = this.options;
    const own = new Map<number, number>();
    const local = (column: number) => {
      let place = own.get(column);
      if (place === undefined) own.set(column, (place = own.size));
      return place;
    };
    const areaColumn = local(concepts.length);
    const lists = {
      labelStarts: [0],
      starts: [0],
      columns: [] as number[],
      categoryStarts: [0],
      categories: [] as number[],
      imageStarts: [0],
      imageCategories: [] as number[],
      columnOf: [] as number[],
    };
    const leftOut: (readonly boolean[])[] = [];
    for (const { labels } of labelled) {
      const { sets } = readCombinations(labels);
      const without = sets.map((set) => ignore !== 0 && set.includes(ignore));
      const ofImage = new Set<number>();
      sets.forEach((set, index) => {
        const borne = without[index] === true ? [] : Array.from(set, (number) => this.#concept(number));
        for (const concept of borne) lists.columns.push(local(concept));
        lists.starts.push(lists.columns.length);
        if (areaScope !== 'all') {
          const scoped = new Set(borne.map((concept) => local(concepts.length + 1 + (categories[concept] as number))));
          for (const column of scoped) {
            lists.categories.push(column);
            ofImage.add(column);
          }
        }
        lists.categoryStarts.push(lists.categories.length);
      });
      lists.labelStarts.push(lists.starts.length - 1);
      lists.imageCategories.push(...ofImage);
      lists.imageStarts.push(lists.imageCategories.length);
      leftOut.push(without);
    }
    lists.columnOf.push(...own.keys());
    return { lists, leftOut, areaColumn };
  }

  /** Spreads the runs of labelled images over grids of whole groups of columns; gives where each is. */
  #writeLabels(labelled: readonly ShiftedLabels[], leftOut: readonly (readonly boolean[])[], slot: number): number[] {
    const { targetHeight, targetWidth } = this.options;
    const size = this.#stride * targetHeight;
    const first = this.#area(`labelled ${String(slot)}`, labelled.length * size * 2);
    labelled.forEach(({ labels, down, right }, index) => {
      const map = this.#memory.shorts(first + index * size * 2, size);
      const { runs } = readCombinations(labels);
      let [row, column, seen] = [0, 0, 0];
      for (let run = 0; run < runs.length; run += 2) {
        const combination = leftOut[index]?.[runs[run + 1] as number] === true ? LEFT_OUT : (runs[run + 1] as number);
        seen += runs[run] as number;
        if (seen > targetHeight * targetWidth) break;
        for (let left = runs[run] as number; left > 0;) {
          const length = Math.min(left, targetWidth - column);
          const start = ((row + down) % targetHeight) * this.#stride;
          const from = (column + right) % targetWidth;
          const fitting = Math.min(length, targetWidth - from);
          map.fill(combination, start + from, start + from + fitting);
          map.fill(combination, start, start + length - fitting);
          left -= length;
          column += length;
          if (column === targetWidth) [row, column] = [row + 1, 0];
        }
      }
      if (seen !== targetHeight * targetWidth)
        throw new RangeError(
          `ReplicateTally.add: labels of ${String(seen)} pixels, expected ${String(targetHeight * targetWidth)}`,
        );
    });
    return labelled.map((_, index) => first + index * size * 2);
  }

  /** Puts the maps of the images into working memory; gives where it is told how to find them. */
  #writeMembers(images: LabelledGroup['images'], slot: number): number {
    const { height, width } = this.options;
    const size = height * width;
    for (const { units, maxima, maps } of images)
      if (maxima.length !== units.length || maps.length !== units.length * size)
        throw new RangeError(
          `ReplicateTally.add: ${String(units.length)} units, ${String(maxima.length)} maxima and ${String(maps.length)} values do not belong together`,
        );
    const total = images.reduce((sum, { units }) => sum + units.length, 0);
    const mapsAt = this.#area(`values ${String(slot)}`, total * size * 4 + 16);
    const unitsAt = this.#area(`units ${String(slot)}`, total * 4);
    const maximaAt = this.#area(`maxima ${String(slot)}`, total * 4);
    const members: number[] = [];
    let row = 0;
    for (const { units, maxima, maps } of images) {
      this.#memory.floats(mapsAt + row * size * 4, maps.length).set(maps);
      this.#memory.integers(unitsAt + row * 4, units.length).set(units);
      this.#memory.floats(maximaAt + row * 4, units.length).set(maxima);
      members.push(mapsAt + row * size * 4, unitsAt + row * 4, maximaAt + row * 4, units.length);
      row += units.length;
    }
    return this.#writeList(`members ${String(slot)}`, members);
  }

  #concept(number: number): number {
    const concept = this.#columnOfNumber[number] as number;
    if (concept < 0)
      throw new RangeError(
        `ReplicateTally.add: label number ${String(number)} is none of the ${String(this.options.concepts.length)} concepts`,
      );
    return concept;
  }

  #writeList(name: string, values: ArrayLike<number>): number {
    const address = this.#area(name, values.length * 4);
    this.#memory.integers(address, values.length).set(values);
    return address;
  }

  #writeBytes(name: string, values: ArrayLike<number>): number {
    const address = this.#area(name, values.length);
    this.#memory.bytes(address, values.length).set(values);
    return address;
  }

  /** Working memory of a name, which grows when more is needed. */
  #area(name: string, bytes: number): number {
    const known = this.#scratch.get(name);
    if (known !== undefined && known.bytes >= bytes) return known.address;
    const wanted = bytes + (bytes >> 1) + 16;
    const address = this.#memory.allocate(wanted);
    this.#scratch.set(name, { address, bytes: wanted });
    return address;
  }
}

/** Labels of a group as the kernel takes them. */
interface GroupLists {
  readonly lists: Readonly<
    Record<
      | 'labelStarts'
      | 'starts'
      | 'columns'
      | 'categoryStarts'
      | 'categories'
      | 'imageStarts'
      | 'imageCategories'
      | 'columnOf',
      readonly number[]
    >
  >;
  /** Which sets of each labelled image are left out. */
  readonly leftOut: readonly (readonly boolean[])[];
  /** Column of all judged pixels within the group. */
  readonly areaColumn: number;
}
