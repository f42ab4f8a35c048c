import { floatOfKey } from './float-keys.ts';
import { quantilePosition } from './quantile-position.ts';
import { canGather } from './gathered-values.ts';
import { CountsCollector } from './selection-counts.ts';
import { findDigit } from './radix-digit.ts';
import { sameSelection, type SelectionState } from './selection-state.ts';

/** What the first round of all shards gives together. */
export interface JoinedShards {
  /** State in the round `gather` or `middle`, to be refined with the kept maps of all shards. */
  readonly state: SelectionState;
  /**
   * Shards, by their place among those added, whose bounds were too high for these images: they dropped maps that
   * matter now, and have to be run again. Empty: the state is exact.
   */
  readonly short: readonly number[];
}

const bins = 4096;

/** States that are added up at a time. */
const together = 16;

/**
 * Joins what shards counted in the first round, each under the bounds of its time, and ends that round. Of each shard
 * no more than its bounds are held.
 *
 * Bounds of a shard rest on how many images were announced when it ran, and on the images before it. Where images have
 * come or gone since, a bound may lie above the threshold: this is found out from the counts, and the shard named.
 */
export class ShardJoin {
  /** Bins of 12 bits, or -1. */
  readonly #bounds: Int16Array[] = [];
  #waiting: SelectionState[] = [];

  /** Adds what `takeShard` gave. @throws RangeError where it selects something else than the shards before */
  add(state: SelectionState): void {
    this.#bounds.push(Int16Array.from(state.boundBins));
    this.#waiting.push(state);
    if (this.#waiting.length > together) this.#waiting = [joinCounts(this.#waiting)];
  }

  /** Shards added. */
  get shards(): number {
    return this.#bounds.length;
  }

  /**
   * State to which the images of further shards can be added, see `ThresholdSelection.afterShards`: its bounds are the
   * ones that these counts prove for `maximumImages`, not those of the shards.
   */
  seed(maximumImages: number): SelectionState {
    const joined = joinCounts(this.#waiting);
    return { ...joined, options: { ...joined.options, maximumImages }, boundBins: joined.boundBins.map(() => -1) };
  }

  /**
   * Ends the round.
   *
   * @param mayGather false: values are counted in two more rounds even where they can be gathered in one
   * @throws RangeError if no shard was added
   */
  finish(mayGather = true): JoinedShards {
    const joined = joinCounts(this.#waiting);
    const { units, level, rule, values, padding, height, width, targetHeight, targetWidth } = joined.options;
    const count = joined.images * (values === 'raw' ? height * width : targetHeight * targetWidth);
    const wanted = count === 0 ? 1 : count - quantilePosition(level, count, rule).lower;
    const short = new Set<number>();
    const prefixes = new Uint32Array(units);
    const ranks = new Float64Array(units);
    const members = new Float64Array(units);
    eachHistogram([joined], (unit, histogram) => {
      const bound = joined.boundBins[unit] as number;
      const { digit, rank } = findDigit(histogram, wanted, Math.max(bound, 0));
      prefixes[unit] = digit << 20;
      ranks[unit] = rank;
      if ((joined.faults[unit] as number) > 0) return;
      members[unit] = histogram[digit] as number;
      // Values that equal the bound may have been dropped uncounted; where all values reach it, it is the threshold.
      const least = Math.min(
        joined.minima[unit] as number,
        padding === 'zeros' && values === 'upsampled' ? 0 : Infinity,
      );
      const reached =
        bound < 0 || digit > bound || rank <= (histogram[digit] as number) || least >= floatOfKey((bound << 20) >>> 0);
      if (reached) return;
      // Under a bound counts are too low, so this bin is at or under that of the threshold.
      const lower = findDigit(histogram, wanted, -1).digit;
      this.#bounds.forEach((bounds, shard) => {
        if ((bounds[unit] as number) > lower) short.add(shard);
      });
    });
    const gathers = mayGather && canGather(members);
    const state: SelectionState = {
      ...{
        ...joined,
        round: gathers ? 'gather' : 'middle',
        options: { ...joined.options, maximumImages: Math.max(1, joined.images) },
      },
      // Nothing has been seen above the ranges yet.
      ...{
        prefixes,
        ranks,
        nexts: new Float32Array(units).fill(Infinity),
        filled: new Uint32Array(units),
        bins: new Uint16Array(),
        counts: new Uint32Array(),
      },
      ...(gathers ? { gathered: { members, values: new Float32Array() } } : {}),
    };
    return { state, short: [...short] };
  }
}

/** Sum of the counts; the highest of the bounds. */
function joinCounts(states: readonly SelectionState[]): SelectionState {
  const [first] = states;
  if (first === undefined) throw new RangeError('joining shards: there is none');
  for (const { options, round } of states) {
    if (!sameSelection({ ...options, maximumImages: 1 }, { ...first.options, maximumImages: 1 }))
      throw new RangeError('joining shards: they differ in their options');
    if (round !== 'coarse') throw new RangeError(`joining shards: one is in round "${round}"`);
  }
  const choose = <T extends Float32Array | Int32Array | Uint32Array>(
    read: (state: SelectionState) => T,
    pick: (one: number, other: number) => number,
  ): T => {
    const chosen = read(first).slice() as T;
    for (const state of states.slice(1)) {
      const values = read(state);
      for (let unit = 0; unit < chosen.length; unit++)
        chosen[unit] = pick(chosen[unit] as number, values[unit] as number);
    }
    return chosen;
  };
  const { units } = first.options;
  const collector = new CountsCollector(units);
  eachHistogram(states, (unit, histogram, lowest, highest) => {
    collector.add(unit, histogram, lowest, highest);
  });
  return {
    ...first,
    images: states.reduce((sum, { images }) => sum + images, 0),
    faults: choose(
      ({ faults }) => faults,
      (one, other) => one + other,
    ),
    minima: choose(({ minima }) => minima, Math.min),
    maxima: choose(({ maxima }) => maxima, Math.max),
    boundBins: choose(({ boundBins }) => boundBins, Math.max),
    ...collector.finish(),
  };
}

/**
 * Calls `visit` with the summed histogram of each unit, and the bins between which it is not empty; the array is used
 * again.
 */
function eachHistogram(
  states: readonly SelectionState[],
  visit: (unit: number, histogram: Float64Array, lowest: number, highest: number) => void,
): void {
  const histogram = new Float64Array(bins);
  const entries = states.map(() => 0);
  const units = states[0]?.options.units ?? 0;
  for (let unit = 0; unit < units; unit++) {
    let [lowest, highest] = [bins, -1];
    for (const [index, { filled, bins: filledBins, counts }] of states.entries()) {
      const start = entries[index] as number;
      const end = start + (filled[unit] as number);
      entries[index] = end;
      if (start === end) continue;
      // Bins ascend.
      lowest = Math.min(lowest, filledBins[start] as number);
      highest = Math.max(highest, filledBins[end - 1] as number);
      for (let entry = start; entry < end; entry++) {
        const bin = filledBins[entry] as number;
        histogram[bin] = (histogram[bin] as number) + (counts[entry] as number);
      }
    }
    visit(unit, histogram, lowest, highest);
    if (highest >= 0) histogram.fill(0, lowest, highest + 1);
  }
}
