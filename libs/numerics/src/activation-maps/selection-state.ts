import type { QuantileRule } from './quantile-position.ts';
import { planUpsampling, type UpsamplingOptions } from './upsampling.ts';

/** What a threshold selection selects; equal in all shards. */
export interface SelectionOptions extends UpsamplingOptions {
  /** Maps of an image, that is units of the layer, at least 1. */
  readonly units: number;
  /** Share of the values under the threshold, above 0 and below 1. @default 0.99 */
  readonly level?: number;
  /** How the level becomes a position among the sorted values. @default 'hazen' */
  readonly rule?: QuantileRule;
  /** Whether the quantile is one of the upsampled values or of the maps as they are. @default 'upsampled' */
  readonly values?: 'upsampled' | 'raw';
  /**
   * Most images that all shards together can add. The lower bound of a threshold rests on it: fewer in the end only
   * make it less tight, more are refused. `Infinity`: unknown, so every map is kept. @default Infinity
   */
  readonly maximumImages?: number;
  /** By which comparison with its threshold an activation is active; `>=` keeps maps that just reach it. @default '>' */
  readonly compare?: '>' | '>=';
}

/**
 * Rounds of a selection: values are counted by their first 12 bits while images stream by; then those of the bin in
 * which the threshold lies are gathered or, where they are too many, counted by 10 and 10 more bits.
 */
export type SelectionRound = 'coarse' | 'gather' | 'middle' | 'fine' | 'done';

/** What is peculiar about a unit: nothing, all activations 0, all activations equal, or values that are not finite. */
export type UnitCondition = 'ordinary' | 'dead' | 'constant' | 'invalid';

/** State of a selection as plain data: what shards send to be merged, and what a checkpoint holds. */
export interface SelectionState {
  /** What the state is of, with the version of its form. */
  readonly kind: 'ThresholdSelection/1';
  /** What is selected. */
  readonly options: Required<SelectionOptions>;
  /** Round that the selection is in. */
  readonly round: SelectionRound;
  /** Images added. */
  readonly images: number;
  /** Maps of each unit with a value that is not finite (or beyond 2^126), which were left out. */
  readonly faults: Uint32Array;
  /** Least finite activation of each unit. */
  readonly minima: Float32Array;
  /** Greatest finite activation of each unit. */
  readonly maxima: Float32Array;
  /** Bin of the lower bound, -1 for none. */
  readonly boundBins: Int32Array;
  /** Leading bits of the key of the lower order statistic, as far as they are known. */
  readonly prefixes: Uint32Array;
  /** Rank of the lower order statistic, from above, among the values that share the prefix. */
  readonly ranks: Float64Array;
  /** Least value above the range of the last round. */
  readonly nexts: Float32Array;
  /** Order statistics at or under the position, once the selection is done; NaN before. */
  readonly lowers: Float32Array;
  /** Order statistics after it. */
  readonly uppers: Float32Array;
  /** Thresholds, once the selection is done. */
  readonly thresholds: Float32Array;
  /** Bins of each unit that are not empty; in the round `gather`, values. */
  readonly filled: Uint32Array;
  /** Their numbers, unit by unit. */
  readonly bins: Uint16Array;
  /** Their counts. */
  readonly counts: Uint32Array;
  /** In the round `gather`. */
  readonly gathered?: {
    /** For each unit, how many values its range has at most. */
    readonly members: Float64Array;
    /** Values gathered so far, unit by unit. */
    readonly values: Float32Array;
  };
}

/** Fills in the defaults and refuses values out of range. */
export function resolveSelectionOptions(options: SelectionOptions): Required<SelectionOptions> {
  const {
    units,
    level = 0.99,
    rule = 'hazen',
    values = 'upsampled',
    maximumImages = Infinity,
    compare = '>',
  } = options;
  const { height, width, targetHeight, targetWidth, padding, alignment } = planUpsampling(options);
  const refuse = (what: string) => new RangeError(`ThresholdSelection: ${what}`);
  if (!Number.isInteger(units) || units < 1)
    throw refuse(`units must be a whole number of at least 1, got ${String(units)}`);
  if (!(level > 0 && level < 1)) throw refuse(`level must lie between 0 and 1, got ${String(level)}`);
  if (!(maximumImages >= 1) || (maximumImages !== Infinity && !Number.isInteger(maximumImages)))
    throw refuse(`maximumImages must be a whole number of at least 1 or Infinity, got ${String(maximumImages)}`);
  return {
    height,
    width,
    targetHeight,
    targetWidth,
    padding,
    alignment,
    units,
    level,
    rule,
    values,
    maximumImages,
    compare,
  };
}

/** Whether two selections select the same thing, so that they can be merged. */
export function sameSelection(one: Required<SelectionOptions>, other: Required<SelectionOptions>): boolean {
  return (Object.keys(one) as (keyof SelectionOptions)[]).every((key) => one[key] === other[key]);
}

/** Checks that a state is whole: kind, lengths of all arrays. @throws RangeError */
export function checkSelectionState(state: SelectionState): void {
  const refuse = (what: string) => new RangeError(`ThresholdSelection.fromState: ${what}`);
  if ((state.kind as string) !== 'ThresholdSelection/1')
    throw refuse(`expected a state of kind ThresholdSelection/1, got ${state.kind}`);
  const { units } = resolveSelectionOptions(state.options);
  for (const name of [
    'faults',
    'minima',
    'maxima',
    'boundBins',
    'prefixes',
    'ranks',
    'nexts',
    'lowers',
    'uppers',
    'thresholds',
    'filled',
  ] as const) {
    if (state[name].length !== units)
      throw refuse(`${name} has ${String(state[name].length)} entries for ${String(units)} units`);
  }
  const filled = state.filled.reduce((sum, count) => sum + count, 0);
  if ((state.round === 'gather') !== (state.gathered !== undefined))
    throw refuse(`gathered values belong to round "gather", not to "${state.round}"`);
  if (state.gathered !== undefined) {
    if (state.gathered.members.length !== units || state.gathered.values.length !== filled)
      throw refuse(
        `${String(filled)} values of ${String(units)} units are announced, ${String(state.gathered.values.length)} of ${String(state.gathered.members.length)} are there`,
      );
    return;
  }
  if (state.bins.length !== filled || state.counts.length !== filled)
    throw refuse(
      `${String(filled)} filled bins are announced, ${String(state.bins.length)} bins and ${String(state.counts.length)} counts are there`,
    );
  const size = binsOfRound(state.round);
  if (state.bins.some((bin) => bin >= size)) throw refuse(`a bin beyond the ${String(size)} of round "${state.round}"`);
}

/** Bins of a unit's histogram in a round. */
export function binsOfRound(round: SelectionRound): number {
  return { coarse: 4096, gather: 0, middle: 1024, fine: 1024, done: 0 }[round];
}
