import { ArrangementWalk } from './arrangements.ts';
import {
  type CorrelationPlan,
  type CorrelationTestOptions,
  planCorrelationTests,
  type PlannedPattern,
  type PlannedPredictor,
} from './correlation-plan.ts';
import { OrderingKernel } from './ordering-kernel.ts';
import { fillOrderings, wholeStream } from './orderings.ts';

/** Results of {@link testCorrelations}; tables are predictors x responses, row by row. */
export interface CorrelationTests {
  /** Rows that both of a pair have. */
  readonly n: Uint32Array;
  /** Observed correlations; NaN where the predictor or the response is constant. */
  readonly pearson: Float64Array;
  /** Two-sided p values of each pair by itself; NaN where the correlation is undefined. */
  readonly p: Float64Array;
  /** 1 where p is exact, 0 where it was estimated from a sample. */
  readonly exact: Uint8Array;
  /** Least p that the orderings of each pair can give: one of them, the observed one; NaN where p is. */
  readonly floor: Float64Array;
  /** p values corrected for the whole table; all NaN unless `familyWise`. */
  readonly pFamily: Float64Array;
}

/** Counts over all orderings, by pair. */
interface ExtremeCounts {
  /** Orderings in which the pair's own correlation was at least as extreme as observed. */
  readonly own: Float64Array;
  /**
   * Orderings in which the most extreme correlation of the table was at least as extreme as the pair's observed one.
   */
  readonly family: Float64Array;
}

const BLOCK = 32_768;
const BLOCK_PLACES = 1 << 22;
/** Scales of the responses' partial correlations that are held at a time, in entries. */
const BLOCK_SCALES = 1 << 21;

/**
 * Tests every correlation of a predictor with a response by permutation: how often would a random assignment of the
 * predictor's values to the rows give a correlation of at least this magnitude?
 *
 * A pair's p is exact where the predictor's values have at most `exactUpTo`! distinct arrangements over the response's
 * rows (always so for `exactUpTo` rows; also for many more when most values are equal, such as counts of rare
 * concepts): each arrangement is equally likely under the null hypothesis, so p is the share of those that count.
 * Otherwise p = (b + 1) / (N + 1) for the b of N seeded random orderings that count. The orderings are shared by all
 * pairs, so a pair's p does not depend on which others are in the table.
 *
 * With `given`, correlations are partial, and tested as Freedman and Lane (1983) do: the residuals of the response on the
 * covariate are put into order, added to what the covariate predicts, and correlated anew, given the covariate. That is
 * exact only where the covariate predicts nothing; it needs 4 rows. With `within`, only orderings within families
 * count: all of them where they are at most `exactUpTo`!, a sample otherwise. This is for rows that are alike within a
 * family (models that share code), whose exchange between families would take for chance what goes with the family.
 *
 * The family-wise p compares each observed magnitude with the largest one of the whole table in each ordering (the
 * single-step maximum statistic of Westfall and Young 1993). Responses with missing values take part over the rows that
 * they have: an ordering of all rows, restricted to these.
 *
 * @example
 * testCorrelations({ predictors: [Float64Array.of(1, 2, 3, 4)], responses: [Float64Array.of(2, 1, 4, 9)] }).p;
 */
export function testCorrelations(options: CorrelationTestOptions): CorrelationTests {
  const plan = planCorrelationTests(options);
  return read(plan, count(plan));
}

function count(plan: CorrelationPlan): ExtremeCounts {
  const counts = { own: new Float64Array(plan.pearson.length), family: new Float64Array(plan.pearson.length) };
  const { orderings, patterns } = plan;
  const scaled = patterns.reduce((most, { given, units }) => Math.max(most, given === undefined ? 0 : units.length), 0);
  const block = Math.max(
    1,
    Math.min(
      BLOCK,
      Math.floor(BLOCK_PLACES / orderings.rows),
      Math.max(wholeStream, Math.floor(BLOCK_SCALES / scaled / wholeStream) * wholeStream),
    ),
  );
  const kernel = new OrderingKernel(block);
  const sampled = patterns.map((pattern) => pattern.predictors.filter(({ arranged }) => arranged.count === Infinity));
  if (plan.familyWise || sampled.some((list) => list.length > 0)) countShared(plan, sampled, block, kernel, counts);
  for (const pattern of patterns) {
    for (const predictors of groupByShape(pattern))
      countArrangements(plan, pattern, predictors, block, kernel, counts.own);
  }
  return counts;
}

/** Goes through shared orderings: own counts of the pairs that need a sample and, if wanted, the table's maxima. */
function countShared(
  plan: CorrelationPlan,
  sampled: readonly (readonly PlannedPredictor[])[],
  block: number,
  kernel: OrderingKernel,
  counts: ExtremeCounts,
): void {
  const { orderings, patterns, familyWise } = plan;
  const orders = new Uint16Array(block * orderings.rows);
  const places = new Uint16Array(block * orderings.rows);
  const sorted = plan.thresholds.filter((threshold) => !Number.isNaN(threshold)).sort();
  const reached = new Float64Array(sorted.length + 1);
  for (let first = 0; first < orderings.count; first += block) {
    const size = Math.min(block, orderings.count - first);
    fillOrderings(orderings, first, first + size, orders);
    kernel.clearMaxima();
    patterns.forEach((pattern, index) => {
      const needed = sampled[index] ?? [];
      if (pattern.units.length === 0 || (!familyWise && needed.length === 0)) return;
      placesInPattern(orders, orderings.rows, size, pattern.rows, places, block);
      kernel.load(
        { places: pattern.rows.length, responses: pattern.units },
        { places, slots: pattern.rows.length, stride: block, count: size },
      );
      if (pattern.given !== undefined) kernel.scale(pattern.given);
      for (const predictor of familyWise ? pattern.predictors : needed) {
        const own = new Float64Array(pattern.units.length);
        kernel.count(predictor.values, predictor.thresholds, own, familyWise);
        if (predictor.arranged.count === Infinity) addOwn(plan, pattern, predictor, own, counts.own);
      }
    });
    if (familyWise) for (const maximum of kernel.readMaxima(size)) increment(reached, atMost(sorted, maximum));
  }
  // `reached[i]` counts the orderings whose maximum reaches just the i lowest thresholds; a pair wants all that reach
  // its own.
  for (let rank = sorted.length - 1; rank >= 0; rank--)
    reached[rank] = (reached[rank] as number) + (reached[rank + 1] as number);
  plan.thresholds.forEach((threshold, pair) => {
    if (!Number.isNaN(threshold)) counts.family[pair] = reached[atMost(sorted, threshold)] as number;
  });
}

/** Goes through the distinct arrangements that predictors of one shape have in common. */
function countArrangements(
  plan: CorrelationPlan,
  pattern: PlannedPattern,
  predictors: readonly PlannedPredictor[],
  block: number,
  kernel: OrderingKernel,
  counts: Float64Array,
): void {
  const [first] = predictors;
  if (first === undefined || pattern.units.length === 0) return;
  const { count: arrangements, shape, slots } = first.arranged;
  const walk = new ArrangementWalk(pattern.rows.length, shape);
  const places = new Uint16Array(slots.length * block);
  for (let from = 0; from < arrangements; from += block) {
    const size = Math.min(block, arrangements - from);
    walk.fill(places, block, size);
    kernel.load(
      { places: pattern.rows.length, responses: pattern.units },
      { places, slots: slots.length, stride: block, count: size },
    );
    for (const predictor of predictors) {
      const own = new Float64Array(pattern.units.length);
      kernel.count(predictor.arranged.slots, predictor.thresholds, own, false);
      addOwn(plan, pattern, predictor, own, counts);
    }
  }
}

function read(plan: CorrelationPlan, counts: ExtremeCounts): CorrelationTests {
  const { orderings, patterns, familyWise, pearson, width, n } = plan;
  const p = new Float64Array(pearson.length).fill(NaN);
  const pFamily = new Float64Array(pearson.length).fill(NaN);
  const exact = new Uint8Array(pearson.length);
  const floor = new Float64Array(pearson.length).fill(NaN);
  const share = (extremes: number, of: number, all: boolean): number =>
    all ? extremes / of : (extremes + 1) / (of + 1);
  for (const pattern of patterns) {
    for (const { predictor, arranged } of pattern.predictors) {
      for (const response of pattern.responses) {
        const pair = predictor * width + response;
        const isArranged = arranged.count !== Infinity;
        const isExact = isArranged || orderings.exhaustive;
        const own = share(counts.own[pair] as number, isArranged ? arranged.count : orderings.count, isExact);
        floor[pair] = isArranged ? 1 / arranged.count : pattern.floor;
        exact[pair] = isExact ? 1 : 0;
        p[pair] = own;
        // The correction can only raise p: where p is exact and the maxima are sampled, chance could seem to lower it.
        if (familyWise)
          pFamily[pair] = Math.max(own, share(counts.family[pair] as number, orderings.count, orderings.exhaustive));
      }
    }
  }
  return { n, pearson, p, exact, floor, pFamily };
}

/** Writes, slot by slot, where each present row's value goes: the ordering of all rows without the missing ones. */
function placesInPattern(
  orders: Uint16Array,
  rows: number,
  size: number,
  present: readonly number[],
  target: Uint16Array,
  stride: number,
): void {
  const compact = new Int32Array(rows).fill(-1);
  present.forEach((row, place) => {
    compact[row] = place;
  });
  for (let ordering = 0; ordering < size; ordering++) {
    let slot = 0;
    for (let position = 0; position < rows; position++) {
      const place = compact[orders[ordering * rows + position] as number] as number;
      if (place >= 0) target[slot++ * stride + ordering] = place;
    }
  }
}

function groupByShape(pattern: PlannedPattern): PlannedPredictor[][] {
  const groups = new Map<string, PlannedPredictor[]>();
  for (const predictor of pattern.predictors) {
    if (predictor.arranged.count === Infinity) continue;
    const key = predictor.arranged.shape.join();
    groups.set(key, [...(groups.get(key) ?? []), predictor]);
  }
  return [...groups.values()];
}

function addOwn(
  plan: CorrelationPlan,
  pattern: PlannedPattern,
  { predictor }: PlannedPredictor,
  own: Float64Array,
  counts: Float64Array,
): void {
  pattern.responses.forEach((response, index) => {
    const pair = predictor * plan.width + response;
    counts[pair] = (counts[pair] as number) + (own[index] as number);
  });
}

function increment(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] as number) + 1;
}

/** How many of the rising values are at most the limit. */
function atMost(rising: Float64Array, limit: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
