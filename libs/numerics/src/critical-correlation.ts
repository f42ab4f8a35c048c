import { checkLevel } from './correlation.ts';

/** Halvings of the interval in which a critical value lies: after these it is one float64. */
const halvings = 60;

/**
 * Two-sided p of a Pearson correlation of `n` pairs by Student's t distribution with n - 2 degrees of freedom, where
 * the pairs are drawn independently from a bivariate normal distribution without correlation. The distribution function
 * is the finite sum of Abramowitz and Stegun (26.7.3, 26.7.4).
 *
 * @param correlation from -1 to 1
 * @param n pairs
 * @returns from 0 to 1; NaN for fewer than 3 pairs
 */
export function correlationProbability(correlation: number, n: number): number {
  const freedom = n - 2;
  if (!(freedom >= 1) || !(Math.abs(correlation) <= 1)) return NaN;
  // t / sqrt(freedom) is the tangent of an angle of which the correlation is the sine.
  const sine = Math.abs(correlation);
  const squared = 1 - sine * sine;
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? Math.sqrt(squared) : 1;
  let sum = 0;
  for (let power = isOdd ? 3 : 2; power <= freedom; power += 2) {
    sum += term;
    term *= (squared * (power - 1)) / power;
  }
  const inside = isOdd ? (Math.asin(sine) + sine * sum) * (2 / Math.PI) : sine * sum;
  return Math.max(0, 1 - inside);
}

/**
 * Magnitude that a Pearson correlation of `n` pairs has to reach for a two-sided p of `level` by the t distribution.
 *
 * @param n pairs
 * @param level probability, between 0 and 1
 * @returns from 0 to 1; NaN for fewer than 3 pairs
 * @throws RangeError for a level outside of these.
 * @example
 * criticalCorrelation(12, 0.05); // 0.576: one test
 * criticalCorrelation(12, 0.05 / 45); // 0.819: each of 45, by Bonferroni
 */
export function criticalCorrelation(n: number, level: number): number {
  checkLevel(level);
  if (Number.isNaN(correlationProbability(0, n))) return NaN;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (correlationProbability(middle, n) > level) low = middle;
    else high = middle;
  }
  return high;
}
