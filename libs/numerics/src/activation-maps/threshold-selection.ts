import { floatOfBin, floatOfKey, keyOfFloat } from './float-keys.ts';
import { canGather, GatheredValues } from './gathered-values.ts';
import type { CountedMaps, ImageMaps } from './image-maps.ts';
import { quantilePosition } from './quantile-position.ts';
import { findDigit } from './radix-digit.ts';
import { CountsCollector, noCounts, subtractCounts, type Counts, type TakenCounts } from './selection-counts.ts';
import { SelectionMemory } from './selection-memory.ts';
import {
  binsOfRound,
  checkSelectionState,
  resolveSelectionOptions,
  sameSelection,
  type SelectionOptions,
  type SelectionRound,
  type SelectionState,
  type UnitCondition,
} from './selection-state.ts';

/** Result of a selection, one entry a unit. */
export interface SelectedThresholds {
  /** Thresholds; NaN for an invalid unit, or where no image was added. */
  readonly thresholds: Float32Array;
  /** Order statistic at or under the position of the quantile. */
  readonly lowers: Float32Array;
  /** Order statistic after it. */
  readonly uppers: Float32Array;
  /** Peculiarities of the units. */
  readonly conditions: readonly UnitCondition[];
}

const COUNT_LIMIT = 2 ** 32 - 1;

/**
 * Exact quantile of each unit's upsampled activations, by selection instead of sorting: values are counted by the
 * leading 12 bits of their order-preserving keys while images stream by. Then, from the maps that can still matter, the
 * values of the decisive bin are gathered or, where they are too many, counted by 10 and 10 more bits. Since the number
 * of images is known beforehand, so is the rank of the threshold from above; the
 * lowest bin edge with that many values over it bounds the threshold from below and only rises, and a map that does not
 * exceed it can move neither the quantile nor the mask.
 *
 * `add` every image and call `advance`; while `round` is not `done`, `refine` with every kept map and `advance`; then
 * read `thresholds()`. Counts are integers and add up, so any order and any sharding gives the same thresholds.
 *
 * A map with a value that is not finite is left out and makes its unit `invalid`: threshold NaN, never active.
 */
export class ThresholdSelection {
  readonly options: Required<SelectionOptions>;
  readonly #memory: SelectionMemory;
  readonly #valuesPerImage: number;
  readonly #prefixes: Uint32Array;
  readonly #ranks: Float64Array;
  readonly #lowers: Float32Array;
  readonly #uppers: Float32Array;
  readonly #thresholds: Float32Array;
  #round: SelectionRound = 'coarse';
  #images = 0;
  #taken: TakenCounts;
  #gathered: GatheredValues | undefined;
  /** Greatest activation of each unit before the shard under way: no bin above it is filled. */
  readonly #highest: Float32Array;

  constructor(options: SelectionOptions) {
    this.options = resolveSelectionOptions(options);
    const { units, height, width, targetHeight, targetWidth, level, rule, values, maximumImages } = this.options;
    this.#valuesPerImage = values === 'raw' ? height * width : targetHeight * targetWidth;
    const most = maximumImages * this.#valuesPerImage;
    const wanted = most === Infinity ? COUNT_LIMIT : most - quantilePosition(level, most, rule).lower;
    if (wanted > COUNT_LIMIT)
      throw new RangeError(
        `ThresholdSelection: ${String(wanted)} values above the threshold are more than 32-bit counts hold; use a higher level or the sketch`,
      );
    this.#memory = new SelectionMemory(this.options, wanted);
    this.#taken = noCounts(units);
    this.#highest = new Float32Array(units).fill(-Infinity);
    this.#prefixes = new Uint32Array(units);
    this.#ranks = new Float64Array(units);
    this.#lowers = new Float32Array(units).fill(NaN);
    this.#uppers = new Float32Array(units).fill(NaN);
    this.#thresholds = new Float32Array(units).fill(NaN);
  }

  /** Round that the next call of `advance` ends. */
  get round(): SelectionRound {
    return this.#round;
  }

  /** Images added so far. */
  get images(): number {
    return this.#images;
  }

  /** Lower bounds of the thresholds so far, one a unit; they only rise. -Infinity: none yet, Infinity: unit invalid. */
  bounds(): Float32Array {
    const bounds = this.#memory.bounds.slice();
    this.#memory.faults.forEach((faults, unit) => {
      if (faults > 0) bounds[unit] = Infinity;
    });
    return bounds;
  }

  /**
   * Counts the maps of one image and tells which of them may still matter.
   *
   * @param activations units x height x width values, unit by unit, row by row
   */
  add(activations: Float32Array): CountedMaps {
    return this.addAll([activations])[0] as CountedMaps;
  }

  /**
   * Counts the maps of several images, which is faster than one by one, and tells for each which of them may still
   * matter.
   */
  addAll(images: readonly Float32Array[]): CountedMaps[] {
    this.#expect('add', 'coarse');
    const { units, height, width, maximumImages } = this.options;
    for (const { length } of images)
      if (length !== units * height * width)
        throw new RangeError(
          `ThresholdSelection.add: expected ${String(units)} maps of ${String(height)} x ${String(width)}, got ${String(length)} values`,
        );
    if (this.#images + images.length > maximumImages)
      throw new RangeError(`ThresholdSelection.add: more than the ${String(maximumImages)} images announced`);
    if ((this.#images + images.length) * this.#valuesPerImage > COUNT_LIMIT)
      throw new RangeError(
        'ThresholdSelection.add: more than 2^32 values a unit; add them to several selections and merge those',
      );
    this.#images += images.length;
    return this.#memory.add(images);
  }

  /**
   * Gives what was added since the last call, or since the state that the selection began from, as the state of a
   * shard, with the bounds of now; the selection goes on. Shards are put together by `ShardJoin`.
   */
  takeShard(): SelectionState {
    this.#expect('takeShard', 'coarse');
    const { units } = this.options;
    const now = this.#countsAboveBounds();
    const { minima, maxima, faults, boundBins } = this.#memory;
    const none = () => new Float32Array(units).fill(NaN);
    const state: SelectionState = {
      ...{
        kind: 'ThresholdSelection/1',
        options: this.options,
        round: 'coarse',
        images: this.#images - this.#taken.images,
      },
      ...{ faults: faults.slice(), minima: minima.slice(), maxima: maxima.slice(), boundBins: boundBins.slice() },
      ...{
        nexts: new Float32Array(units),
        prefixes: new Uint32Array(units),
        ranks: new Float64Array(units),
        lowers: none(),
        uppers: none(),
        thresholds: none(),
      },
      ...subtractCounts(now, this.#taken),
    };
    this.#taken = { ...now, images: this.#images };
    this.#highest.forEach((highest, unit) => {
      this.#highest[unit] = Math.max(highest, maxima[unit] as number);
    });
    minima.fill(Infinity);
    maxima.fill(-Infinity);
    faults.fill(0);
    return state;
  }

  /**
   * Counts kept maps of one image in the rounds after the first.
   *
   * @param units units of the maps, ascending
   * @param maxima their upper bounds, as `add` gave them
   * @param maps the maps, one after the other
   */
  refine(units: Uint32Array, maxima: Float32Array, maps: Float32Array): void {
    this.refineAll([{ units, maxima, maps }]);
  }

  /** Counts kept maps of several images, which is faster than one by one. */
  refineAll(images: readonly ImageMaps[]): void {
    this.#expect('refine', 'gather', 'middle', 'fine');
    const { height, width } = this.options;
    for (const { units, maxima, maps } of images) {
      if (
        maxima.length !== units.length ||
        maps.length !== units.length * height * width ||
        units.length > this.options.units
      )
        throw new RangeError(
          `ThresholdSelection.refine: ${String(units.length)} units, ${String(maxima.length)} maxima and ${String(maps.length)} values do not belong together`,
        );
    }
    this.#memory.refine(images, this.#gathered ?? (this.#round === 'middle' ? 10 : 0));
  }

  /**
   * Ends a round, when all images (of all shards) are in it.
   *
   * @param mayGather false: values are counted in two more rounds even where they can be gathered in one
   */
  advance(mayGather = true): void {
    if (this.#round === 'coarse') {
      const members = this.#endCoarse();
      this.#round = mayGather && canGather(members) ? 'gather' : 'middle';
      if (this.#round === 'gather')
        this.#gathered = new GatheredValues(this.#memory.kernels, members, this.#memory.addressOf('histograms'));
    } else if (this.#round === 'middle') {
      this.#endMiddle();
      this.#round = 'fine';
    } else {
      if (this.#round === 'gather') this.#endGather();
      else if (this.#round === 'fine') this.#endFine();
      this.#round = 'done';
    }
    this.#openRound();
  }

  /** Thresholds of all units, once the rounds are through. */
  thresholds(): SelectedThresholds {
    this.#expect('thresholds', 'done');
    return {
      thresholds: this.#thresholds.slice(),
      lowers: this.#lowers.slice(),
      uppers: this.#uppers.slice(),
      conditions: this.#memory.conditions(),
    };
  }

  /** Adds the counts of another shard that stands in the same round. */
  merge(other: ThresholdSelection): void {
    if (!sameSelection(this.options, other.options))
      throw new RangeError('ThresholdSelection.merge: the selections differ in their options');
    if (this.#round !== other.#round)
      throw new RangeError(
        `ThresholdSelection.merge: one is in round "${this.#round}", the other in "${other.#round}"`,
      );
    if (this.#round === 'done') throw new RangeError('ThresholdSelection.merge: both are done');
    if (this.#round === 'coarse') {
      if (this.#images + other.#images > this.options.maximumImages)
        throw new RangeError(
          `ThresholdSelection.merge: more than the ${String(this.options.maximumImages)} images announced`,
        );
      this.#images += other.#images;
    } else if (
      this.#images !== other.#images ||
      other.#prefixes.some((prefix, unit) => prefix !== this.#prefixes[unit])
    ) {
      throw new RangeError('ThresholdSelection.merge: the selections did not begin this round from the same state');
    }
    if (other.#gathered !== undefined) this.#gathered?.add(other.#gathered.read());
    const [mine, theirs] = [this.#memory, other.#memory];
    const bins = binsOfRound(this.#round);
    addUp(mine.histograms(bins), theirs.histograms(bins));
    if (this.#round === 'coarse') {
      addUp(mine.faults, theirs.faults);
      choose(mine.minima, theirs.minima, Math.min);
      choose(mine.maxima, theirs.maxima, Math.max);
      choose(mine.bounds, theirs.bounds, Math.max);
      choose(mine.boundBins, theirs.boundBins, Math.max);
      this.#memory.raiseBounds();
    } else {
      choose(mine.nexts, theirs.nexts, Math.min);
    }
  }

  /** State as plain data. */
  toState(): SelectionState {
    const { units } = this.options;
    const size = binsOfRound(this.#round);
    const { minima, maxima, nexts, faults, boundBins } = this.#memory;
    const all = this.#memory.histograms(size);
    const gathered = this.#gathered?.read();
    const collector = new CountsCollector(units);
    for (let unit = 0; unit < units; unit++)
      collector.add(unit, all.subarray(unit * size, unit * size + size), 0, size - 1);
    const counted = collector.finish();
    return {
      ...{ kind: 'ThresholdSelection/1', options: this.options, round: this.#round, images: this.#images },
      ...{ faults: faults.slice(), minima: minima.slice(), maxima: maxima.slice(), nexts: nexts.slice() },
      ...{ boundBins: boundBins.slice(), prefixes: this.#prefixes.slice(), ranks: this.#ranks.slice() },
      ...{ lowers: this.#lowers.slice(), uppers: this.#uppers.slice(), thresholds: this.#thresholds.slice() },
      ...counted,
      ...(gathered === undefined
        ? {}
        : {
            filled: gathered.filled,
            gathered: { members: (this.#gathered as GatheredValues).members, values: gathered.values },
          }),
    };
  }

  /**
   * Selection that goes on from the seed of a `ShardJoin`: what it has counted bounds the thresholds, but is no part of
   * the next shard.
   */
  static afterShards(seed: SelectionState): ThresholdSelection {
    const selection = ThresholdSelection.fromState(seed);
    selection.takeShard();
    return selection;
  }

  /** Selection of a state, ready to go on. @throws RangeError if the state is not whole */
  static fromState(state: SelectionState): ThresholdSelection {
    checkSelectionState(state);
    const selection = new ThresholdSelection(state.options);
    const memory = selection.#memory;
    selection.#round = state.round;
    selection.#images = state.images;
    for (const name of ['minima', 'maxima', 'nexts'] as const) memory[name].set(state[name]);
    memory.faults.set(state.faults);
    memory.boundBins.set(state.boundBins);
    const { bounds } = memory;
    state.boundBins.forEach((bin, unit) => {
      bounds[unit] = floatOfBin(bin);
    });
    selection.#prefixes.set(state.prefixes);
    selection.#ranks.set(state.ranks);
    selection.#lowers.set(state.lowers);
    selection.#uppers.set(state.uppers);
    selection.#thresholds.set(state.thresholds);
    selection.#openRanges();
    selection.#skipAbove();
    if (state.gathered !== undefined) {
      selection.#gathered = new GatheredValues(memory.kernels, state.gathered.members, memory.addressOf('histograms'));
      selection.#gathered.add({ filled: state.filled, values: state.gathered.values });
      return selection;
    }
    const size = binsOfRound(state.round);
    const all = memory.histograms(size);
    let entry = 0;
    state.filled.forEach((count, unit) => {
      for (const end = entry + count; entry < end; entry++)
        all[unit * size + (state.bins[entry] as number)] = state.counts[entry] as number;
    });
    if (state.round === 'coarse') memory.raiseBounds();
    return selection;
  }

  /** Counts of the bins from the bounds on: those under them are not complete. */
  #countsAboveBounds(): Counts {
    const { units } = this.options;
    const all = this.#memory.histograms(4096);
    const { boundBins: bounds, maxima: highs } = this.#memory;
    const collector = new CountsCollector(units);
    for (let unit = 0; unit < units; unit++) {
      // Upsampling may bring in zeros from around the map, but nothing greater.
      const highest = keyOfFloat(Math.max(this.#highest[unit] as number, highs[unit] as number, 0)) >>> 20;
      collector.add(unit, all.subarray(unit * 4096, unit * 4096 + 4096), Math.max(bounds[unit] as number, 0), highest);
    }
    return collector.finish();
  }

  /** Finds the bin of each threshold; returns how many values these bins have at most. */
  #endCoarse(): Float64Array {
    const { level, rule, units } = this.options;
    const count = this.#images * this.#valuesPerImage;
    const wanted = count === 0 ? 1 : count - quantilePosition(level, count, rule).lower;
    const all = this.#memory.histograms(4096);
    const { boundBins: bins, faults } = this.#memory;
    const members = new Float64Array(units);
    for (let unit = 0; unit < units; unit++) {
      // Dropped maps may hold values equal to the bound, so where the counts do not reach the rank the bound itself is
      // it.
      const { digit, rank } = findDigit(
        all.subarray(unit * 4096, unit * 4096 + 4096),
        wanted,
        Math.max(bins[unit] as number, 0),
      );
      this.#prefixes[unit] = digit << 20;
      this.#ranks[unit] = rank;
      if (faults[unit] === 0) members[unit] = all[unit * 4096 + digit] as number;
    }
    return members;
  }

  #endGather(): void {
    if (this.#images === 0 || this.#gathered === undefined) return;
    const { lowers, uppers } = this.#gathered.rank(
      this.#ranks,
      this.#memory.addressOf('ranges'),
      this.#memory.addressOf('nexts'),
    );
    for (let unit = 0; unit < this.options.units; unit++)
      this.#setThreshold(unit, lowers[unit] as number, uppers[unit] as number);
    this.#gathered = undefined;
  }

  #endMiddle(): void {
    this.#eachHistogram((unit, histogram) => {
      const { digit, rank } = findDigit(histogram, this.#ranks[unit] as number, 0);
      this.#prefixes[unit] = (this.#prefixes[unit] as number) | (digit << 10);
      this.#ranks[unit] = rank;
    });
  }

  #endFine(): void {
    const { nexts } = this.#memory;
    if (this.#images === 0) return;
    this.#eachHistogram((unit, histogram) => {
      const { digit, rank } = findDigit(histogram, this.#ranks[unit] as number, 0);
      const prefix = this.#prefixes[unit] as number;
      const lower = floatOfKey((prefix | digit) >>> 0);
      if (rank > 1) {
        this.#setThreshold(unit, lower, lower);
        return;
      }
      let after = digit + 1;
      while (after < histogram.length && histogram[after] === 0) after++;
      this.#setThreshold(
        unit,
        lower,
        after === histogram.length ? (nexts[unit] as number) : floatOfKey((prefix | after) >>> 0),
      );
    });
  }

  /**
   * Puts the threshold between two neighbours in the order of the values; the greatest of all has no neighbour above.
   */
  #setThreshold(unit: number, lower: number, above: number): void {
    if ((this.#memory.faults[unit] as number) > 0) return;
    const count = this.#images * this.#valuesPerImage;
    const { lower: position, fraction } = quantilePosition(this.options.level, count, this.options.rule);
    const upper = position + 1 < count ? above : lower;
    this.#lowers[unit] = lower;
    this.#uppers[unit] = upper;
    // Adding 0 turns -0 into 0, which sorts and prints like any other zero.
    this.#thresholds[unit] = lower + fraction * (upper - lower) + 0;
  }

  #eachHistogram(visit: (unit: number, histogram: Uint32Array) => void): void {
    const { units } = this.options;
    const all = this.#memory.histograms(1024);
    for (let unit = 0; unit < units; unit++) visit(unit, all.subarray(unit * 1024, unit * 1024 + 1024));
  }

  /** Clears the histograms and sets the range of values that the round is about. */
  #openRound(): void {
    this.#memory.histograms(binsOfRound(this.#round)).fill(0);
    this.#openRanges();
    this.#memory.nexts.fill(Infinity);
    this.#skipAbove();
  }

  #openRanges(): void {
    const { units } = this.options;
    const { ranges, faults } = this.#memory;
    const width = this.#round === 'fine' ? 2 ** 10 : 2 ** 20;
    for (let unit = 0; unit < units; unit++) {
      const prefix = this.#prefixes[unit] as number;
      const skip = (faults[unit] as number) > 0;
      ranges[unit * 2] = skip ? Infinity : floatOfKey(prefix);
      ranges[unit * 2 + 1] = skip ? Infinity : floatOfKey(prefix + width);
    }
  }

  /** Where no value above the range is wanted, the range's own end lets the kernel skip what lies above. */
  #skipAbove(): void {
    const { units } = this.options;
    const { ranges, nexts } = this.#memory;
    for (let unit = 0; unit < units; unit++) {
      if (this.#round === 'middle' || (this.#round === 'gather' && (this.#ranks[unit] as number) > 1))
        nexts[unit] = Math.min(nexts[unit] as number, ranges[unit * 2 + 1] as number);
    }
  }

  #expect(method: string, ...rounds: SelectionRound[]): void {
    if (!rounds.includes(this.#round))
      throw new RangeError(
        `ThresholdSelection.${method}: belongs to round ${rounds.map((round) => `"${round}"`).join(' or ')}, but the selection is in "${this.#round}"`,
      );
  }
}

/**
 * Adds counts to others. A count beyond the limit is beyond every rank that is looked for, so holding it there loses
 * nothing.
 */
function addUp(mine: Uint32Array, theirs: Uint32Array): void {
  for (let index = 0; index < mine.length; index++)
    mine[index] = Math.min((mine[index] as number) + (theirs[index] as number), COUNT_LIMIT);
}

function choose<Values extends Float32Array | Int32Array>(
  mine: Values,
  theirs: Values,
  pick: (one: number, other: number) => number,
): void {
  for (let unit = 0; unit < mine.length; unit++) mine[unit] = pick(mine[unit] as number, theirs[unit] as number);
}
