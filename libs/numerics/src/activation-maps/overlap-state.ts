import { planUpsampling, type UpsamplingOptions } from './upsampling.ts';

/**
 * Which images count for the area of a unit when it is compared with a concept: all; those that contain any label of
 * the concept's category; or those where the category overlaps the unit's mask.
 */
export type AreaScope = 'all' | 'category-in-image' | 'category-under-mask';

/** What a tally counts; equal in all shards. */
export interface OverlapOptions extends UpsamplingOptions {
  /** Units of the layer. */
  readonly units: number;
  /** Label numbers of the concepts, ascending, 1 to 65535. */
  readonly concepts: ArrayLike<number>;
  /** Category of each concept, counted from 0. */
  readonly categories: ArrayLike<number>;
  /** Which images count for the area of a unit. @default 'all' */
  readonly areaScope?: AreaScope;
  /** By which comparison with its threshold an activation is active. @default '>' */
  readonly compare?: '>' | '>=';
  /** Number of pixels that nobody judged, which are left out of every count; 0 for none. @default 0 */
  readonly ignore?: number;
}

/** Counts of pixels, float64 since they pass 2^32; exact to 2^53. */
export interface OverlapCounts {
  /** Active pixels that carry the concept: units x concepts. */
  readonly intersections: Float64Array;
  /** Active pixels in all images, one a unit. */
  readonly unitAreas: Float64Array;
  /** Active pixels within the scope: units x categories; empty for the scope `all`. */
  readonly scopedAreas: Float64Array;
  /** Pixels that carry the concept. */
  readonly conceptAreas: Float64Array;
  /** Images in which the concept occurs. */
  readonly conceptImages: Float64Array;
  /** Pixels of the images in which the category occurs. */
  readonly categoryPixels: Float64Array;
  /** Images seen. */
  readonly images: number;
  /** Pixels of the label grid in all images, but for ignored ones. */
  readonly pixels: number;
}

/** State of a tally as plain data. */
export interface OverlapState extends OverlapCounts {
  /** What the state is of, with the version of its form. */
  readonly kind: 'OverlapTally/1';
  /** What was counted. */
  readonly options: ResolvedOverlapOptions;
}

/** Options with their defaults, lists as typed arrays. */
export interface ResolvedOverlapOptions extends Required<UpsamplingOptions> {
  /** Units of the layer. */
  readonly units: number;
  /** Label numbers of the concepts. */
  readonly concepts: Uint16Array;
  /** Category of each concept. */
  readonly categories: Uint32Array;
  /** Which images count for the area of a unit. */
  readonly areaScope: AreaScope;
  /** By which comparison with its threshold an activation is active. */
  readonly compare: '>' | '>=';
  /** Number of pixels that are left out, 0 for none. */
  readonly ignore: number;
}

/** Fills in the defaults and refuses what does not fit together. */
export function resolveOverlapOptions(options: OverlapOptions): ResolvedOverlapOptions {
  const { units, areaScope = 'all', compare = '>', ignore = 0 } = options;
  const { height, width, targetHeight, targetWidth, padding, alignment } = planUpsampling(options);
  const concepts = Uint16Array.from(options.concepts);
  const categories = Uint32Array.from(options.categories);
  const refuse = (what: string) => new RangeError(`OverlapTally: ${what}`);
  if (!Number.isInteger(units) || units < 1)
    throw refuse(`units must be a whole number of at least 1, got ${String(units)}`);
  if (concepts.length !== categories.length)
    throw refuse(`${String(concepts.length)} concepts have ${String(categories.length)} categories`);
  for (let index = 0; index < concepts.length; index++) {
    if (options.concepts[index] !== concepts[index] || concepts[index] === 0)
      throw refuse(`a concept's number must lie in 1..65535, got ${String(options.concepts[index])}`);
    if (index > 0 && (concepts[index] as number) <= (concepts[index - 1] as number))
      throw refuse('the numbers of the concepts must ascend');
  }
  if (ignore !== 0 && concepts.includes(ignore)) throw refuse(`number ${String(ignore)} is both a concept and ignored`);
  return {
    height,
    width,
    targetHeight,
    targetWidth,
    padding,
    alignment,
    units,
    concepts,
    categories,
    areaScope,
    compare,
    ignore,
  };
}

/** Whether two tallies count the same thing, so that they can be merged. */
export function sameOverlaps(one: ResolvedOverlapOptions, other: ResolvedOverlapOptions): boolean {
  const plain = (
    [
      'height',
      'width',
      'targetHeight',
      'targetWidth',
      'padding',
      'alignment',
      'units',
      'areaScope',
      'compare',
      'ignore',
    ] as const
  ).every((key) => one[key] === other[key]);
  return (
    plain &&
    one.concepts.length === other.concepts.length &&
    one.concepts.every(
      (number, index) => number === other.concepts[index] && one.categories[index] === other.categories[index],
    )
  );
}

/** Number of categories: one more than the greatest index. */
export function countCategories(categories: Uint32Array): number {
  return categories.reduce((most, category) => Math.max(most, category + 1), 0);
}

/** Checks that a state is whole. @throws RangeError */
export function checkOverlapState(state: OverlapState): void {
  const refuse = (what: string) => new RangeError(`OverlapTally.fromState: ${what}`);
  if ((state.kind as string) !== 'OverlapTally/1')
    throw refuse(`expected a state of kind OverlapTally/1, got ${state.kind}`);
  const { units, concepts, categories, areaScope } = resolveOverlapOptions(state.options);
  const categoryCount = countCategories(categories);
  const expected = {
    intersections: units * concepts.length,
    unitAreas: units,
    scopedAreas: areaScope === 'all' ? 0 : units * categoryCount,
    conceptAreas: concepts.length,
    conceptImages: concepts.length,
    categoryPixels: categoryCount,
  };
  for (const [name, length] of Object.entries(expected) as [keyof typeof expected, number][]) {
    if (state[name].length !== length)
      throw refuse(`${name} has ${String(state[name].length)} entries instead of ${String(length)}`);
  }
}
