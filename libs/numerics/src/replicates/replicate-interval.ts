import { percentile } from '../bootstrap.ts';
import { DEFAULT_LEVEL, checkLevel, type Interval } from '../correlation.ts';

/**
 * How an interval follows from bootstrap replicates (Davison, Hinkley 1997, chapter 5).
 *
 * - `percentile`: percentiles of the replicates, for what has no bias, such as a count of units
 * - `centred`: the same, less the bias (mean of the replicates - observed value), for what replicates can only lose,
 *   such as distinct things: it is about what samples of the same size show
 * - `basic`: percentiles mirrored at the observed value, for what noise adds to, such as a squared distance: as the
 *   replicates stand to what was observed, so that stands to the truth
 */
export type ReplicateIntervalKind = 'percentile' | 'centred' | 'basic';

/** Replicates of one statistic. */
export interface ReplicateIntervalOptions {
  /** Values of the replicates; NaN, where the statistic is undefined, is left out. */
  readonly replicates: ArrayLike<number>;
  /** Value of the whole sample. */
  readonly observed: number;
  /** How the interval follows. @default 'percentile' */
  readonly kind?: ReplicateIntervalKind;
  /** Confidence level, between 0 and 1. @default 0.95 */
  readonly level?: number;
}

/** Interval of a statistic from its replicates; NaN without any, or where the statistic itself is undefined. */
export function replicateInterval({
  replicates,
  observed,
  kind = 'percentile',
  level = DEFAULT_LEVEL,
}: ReplicateIntervalOptions): Interval {
  checkLevel(level);
  const sorted = Float64Array.from(replicates)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0 || Number.isNaN(observed)) return [Number.NaN, Number.NaN];
  const [low, high] = [percentile(sorted, (1 - level) / 2), percentile(sorted, (1 + level) / 2)];
  if (kind === 'percentile') return [low, high];
  if (kind === 'basic') return [2 * observed - high, 2 * observed - low];
  const bias = sorted.reduce((sum, value) => sum + value, 0) / sorted.length - observed;
  return [low - bias, high - bias];
}

/** Largest share that 0 of `n` is compatible with, at 95 %: the rule of three (Hanley, Lippman-Hand 1983). */
export function ruleOfThree(n: number): number {
  return n > 0 ? Math.min(1, 3 / n) : Number.NaN;
}
