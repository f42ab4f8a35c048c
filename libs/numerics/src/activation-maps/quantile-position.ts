/**
 * How a level becomes a position among N sorted values, counted from 0.
 * - `hazen`: level x N - 0.5, the middle of each value's share (the running quantiles of Bau et al.)
 * - `linear`: level x (N - 1), numpy's default (their `old_style`, used by `readout`)
 * - `inverted-cdf`: the least value with at least level x N values up to it; never between two values
 */
export type QuantileRule = 'hazen' | 'linear' | 'inverted-cdf';

/** Place of a quantile among sorted values: between the order statistics `lower` and `lower + 1`. */
export interface QuantilePosition {
  /** 0-based index of the order statistic at or under the position. */
  readonly lower: number;
  /** Share of the way to the next order statistic, 0 up to but not 1. */
  readonly fraction: number;
}

/**
 * Where the quantile of `count` values stands, held within the first and the last value.
 *
 * @param level share of the values under the quantile, 0 to 1
 */
export function quantilePosition(level: number, count: number, rule: QuantileRule): QuantilePosition {
  const positions = {
    hazen: level * count - 0.5,
    linear: level * (count - 1),
    'inverted-cdf': Math.ceil(level * count) - 1,
  };
  const position = Math.min(Math.max(positions[rule], 0), count - 1);
  const lower = Math.floor(position);
  return { lower, fraction: position - lower };
}
