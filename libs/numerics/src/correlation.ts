import { comfortableValues } from './comfortable-values.ts';
import { normalQuantile } from './normal-distribution.ts';

/**
 * Pearson's correlation of two equally long series; NaN where one of them is constant or has fewer than 2 values.
 *
 * Two passes: means first, then the sums of products of the deviations, so that a large common offset costs no digits.
 * Values whose squares would over- or underflow are brought to the size of 1 before.
 */
export function pearson(first: ArrayLike<number>, second: ArrayLike<number>): number {
  checkLengths(first, second);
  const rows = first.length;
  const [{ values: one }, { values: other }] = [comfortableValues(first), comfortableValues(second)];
  const [firstMean, secondMean] = [mean(one), mean(other)];
  let products = 0;
  let firstSquares = 0;
  let secondSquares = 0;
  for (let row = 0; row < rows; row++) {
    const x = (one[row] as number) - firstMean;
    const y = (other[row] as number) - secondMean;
    products += x * y;
    firstSquares += x * x;
    secondSquares += y * y;
  }
  if (isConstant(first) || isConstant(second)) return NaN;
  return Math.max(-1, Math.min(1, products / Math.sqrt(firstSquares) / Math.sqrt(secondSquares)));
}

/** Spearman's correlation: Pearson's of the ranks, where equal values share the mean of their ranks. */
export function spearman(first: ArrayLike<number>, second: ArrayLike<number>): number {
  return pearson(averageRanks(first), averageRanks(second));
}

/** Ranks from 1 on; equal values all get the mean of the ranks that they take up. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, row) => row).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    const value = values[order[start] as number];
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === value) end++;
    for (let place = start; place < end; place++) ranks[order[place] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Lower and upper end of a confidence interval; both NaN where it is undefined. */
export type Interval = readonly [low: number, high: number];

/** Confidence level of intervals that name none. */
export const DEFAULT_LEVEL = 0.95;

/**
 * Fisher's interval for a Pearson correlation: atanh(r) is taken as normal with variance 1 / (n - 3).
 *
 * This is the interval that assumes a model (pairs from a bivariate normal distribution) and needs only r and n. The
 * one that assumes none and resamples the rows instead is `bcaInterval`. Undefined for n < 4 and for NaN; |r| = 1
 * gives the point itself.
 */
export function fisherInterval(correlation: number, n: number, level: number = DEFAULT_LEVEL): Interval {
  checkLevel(level);
  if (Math.abs(correlation) === 1 && n >= 4) return [correlation, correlation];
  if (!(n >= 4) || !(Math.abs(correlation) <= 1)) return [NaN, NaN];
  const centre = Math.atanh(correlation);
  const reach = normalQuantile((1 + level) / 2) / Math.sqrt(n - 3);
  return [Math.tanh(centre - reach), Math.tanh(centre + reach)];
}

/** Refuses a confidence level outside the open interval from 0 to 1. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) throw new RangeError(`a confidence level lies between 0 and 1, got ${String(level)}`);
}

/** Whether all values are the same (also true for none and for one). */
export function isConstant(values: ArrayLike<number>): boolean {
  for (let row = 1; row < values.length; row++) if (values[row] !== values[0]) return false;
  return true;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row] as number;
  return sum / values.length;
}

function checkLengths(first: ArrayLike<number>, second: ArrayLike<number>): void {
  if (first.length !== second.length)
    throw new RangeError(
      `a correlation needs two series of one length, got ${String(first.length)} and ${String(second.length)} values`,
    );
}
