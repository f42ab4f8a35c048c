import { checkLevel, DEFAULT_LEVEL, type Interval } from './correlation.ts';
import { normalProbability, normalQuantile } from './normal-distribution.ts';
import { createRandom } from './random.ts';

/** Options of {@link bcaInterval}. */
export interface BcaOptions {
  /** First value of each pair. */
  readonly x: Float64Array;
  /** Second value of each pair. */
  readonly y: Float64Array;
  /** Statistic of paired values; NaN where it is undefined. */
  readonly statistic: (x: Float64Array, y: Float64Array) => number;
  /** Resamples. @default 2,000 */
  readonly resamples?: number;
  /** Seed of the resamples. @default 0 */
  readonly seed?: number;
  /** Confidence level, between 0 and 1. @default 0.95 */
  readonly level?: number;
}

/** Defaults of {@link bcaInterval}. */
export const bcaDefaults = { resamples: 2_000, seed: 0, level: DEFAULT_LEVEL } as const satisfies Partial<BcaOptions>;

/** Pairs below which no interval is given: so few have hardly any distinct resamples. */
export const fewestPairs = 4;

/**
 * Bias-corrected and accelerated bootstrap interval (Efron 1987) of a statistic of pairs, such as a correlation over
 * models: pairs are drawn with replacement, and assume no distribution.
 *
 * Resamples in which the statistic is undefined (all draws alike) are left out. The interval is undefined (NaN) for
 * fewer than {@link fewestPairs} pairs, where the statistic itself is undefined, and where every resample gives the
 * same value. The resamples depend on the seed and the number of pairs alone.
 */
export function bcaInterval({
  x,
  y,
  statistic,
  resamples = bcaDefaults.resamples,
  seed = bcaDefaults.seed,
  level = bcaDefaults.level,
}: BcaOptions): Interval {
  const estimate = statistic(x, y);
  if (x.length < fewestPairs || Number.isNaN(estimate)) return [Number.NaN, Number.NaN];
  const draws = drawnRows(x.length, resamples, seed);
  const [drawnX, drawnY] = [new Float64Array(x.length), new Float64Array(x.length)];
  const replicates = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    for (let position = 0; position < x.length; position++) {
      const row = draws[resample * x.length + position] as number;
      drawnX[position] = x[row] as number;
      drawnY[position] = y[row] as number;
    }
    replicates[resample] = statistic(drawnX, drawnY);
  }
  const jackknife = Float64Array.from(x, (_, left) => statistic(without(x, left), without(y, left)));
  return bcaOfReplicates({ estimate, replicates, acceleration: jackknifeAcceleration(jackknife), level });
}

/** Difference within which a replicate equals the estimate: the same rows in another order differ by rounding. */
const roundingTolerance = 1e-12;

/** What a BCa interval is computed from. */
export interface BcaReplicates {
  /** Statistic of the whole sample. */
  readonly estimate: number;
  /** Statistic of each resample; NaN is left out. */
  readonly replicates: Float64Array;
  /** How the spread of the statistic goes with its value, see {@link jackknifeAcceleration}. */
  readonly acceleration: number;
  /** Confidence level, between 0 and 1. */
  readonly level: number;
}

/**
 * The interval from given resamples: percentiles of the replicates at Phi(z0 + (z0 + z) / (1 - a (z0 + z))), with the
 * bias z0 from the share of replicates below the estimate (those equal to it count half) and the acceleration `a`;
 * percentiles are linear between order statistics.
 */
export function bcaOfReplicates({ estimate, replicates, acceleration, level }: BcaReplicates): Interval {
  checkLevel(level);
  const sorted = replicates.filter((replicate) => !Number.isNaN(replicate)).sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || first === last) return [Number.NaN, Number.NaN];
  const tolerance = roundingTolerance * Math.max(1, Math.abs(estimate));
  const below =
    sorted.reduce(
      (sum, replicate) => sum + (replicate < estimate - tolerance ? 1 : replicate <= estimate + tolerance ? 0.5 : 0),
      0,
    ) / sorted.length;
  const bias = normalQuantile(below);
  const end = (probability: number) => {
    const shifted = bias + normalQuantile(probability);
    return percentile(sorted, normalProbability(bias + shifted / (1 - acceleration * shifted)));
  };
  return [end((1 - level) / 2), end((1 + level) / 2)];
}

/**
 * Acceleration of a BCa interval: the skewness of the jackknife, a sixth of it (Efron 1987); 0 where nothing varies.
 *
 * @param jackknife statistic of the sample without each of its parts (pairs, blocks); NaN is left out
 */
export function jackknifeAcceleration(jackknife: Float64Array): number {
  const defined = jackknife.filter((value) => !Number.isNaN(value));
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  let [squares, cubes] = [0, 0];
  for (const value of defined) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Percentile of sorted values, linear between order statistics. */
export function percentile(sorted: Float64Array, probability: number): number {
  if (Number.isNaN(probability)) return Number.NaN;
  const position = Math.min(1, Math.max(0, probability)) * (sorted.length - 1);
  const low = sorted[Math.floor(position)] as number;
  const high = sorted[Math.ceil(position)] as number;
  return low + (high - low) * (position - Math.floor(position));
}

function without(values: Float64Array, left: number): Float64Array {
  return values.filter((_, row) => row !== left);
}

const drawn = new Map<string, Uint16Array>();

/** Rows of all resamples; the last ones are remembered, since every pair of a table asks for the same. */
function drawnRows(rows: number, resamples: number, seed: number): Uint16Array {
  const key = `${String(rows)}/${String(resamples)}/${String(seed)}`;
  let draws = drawn.get(key);
  if (draws === undefined) {
    const random = createRandom(seed, rows);
    draws = Uint16Array.from({ length: rows * resamples }, () => random.below(rows));
    if (drawn.size >= 8) drawn.clear();
    drawn.set(key, draws);
  }
  return draws;
}
