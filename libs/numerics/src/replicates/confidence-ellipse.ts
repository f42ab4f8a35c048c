import { DEFAULT_LEVEL, checkLevel } from '../correlation.ts';
import { normalQuantile } from '../normal-distribution.ts';

/** Where replicates of a point lie. */
export interface ReplicateCloud {
  /** Their mean. */
  readonly mean: Float64Array;
  /** Their covariance about it (divisor replicates - 1; 0 for a single one), dimensions x dimensions. */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of replicates of a point.
 *
 * @param points replicates x dimensions, row by row, at least one
 * @param dimensions dimensions of the point
 */
export function replicateCloud(points: Float64Array, dimensions: number): ReplicateCloud {
  const replicates = points.length / dimensions;
  const mean = new Float64Array(dimensions);
  points.forEach((value, index) => {
    mean[index % dimensions] = (mean[index % dimensions] as number) + value / replicates;
  });
  const covariance = new Float64Array(dimensions * dimensions);
  for (let first = 0; first < dimensions; first++) {
    for (let second = 0; second <= first; second++) {
      let sum = 0;
      for (let start = 0; start < points.length; start += dimensions)
        sum +=
          ((points[start + first] as number) - (mean[first] as number)) *
          ((points[start + second] as number) - (mean[second] as number));
      const shared = replicates > 1 ? sum / (replicates - 1) : 0;
      covariance[first * dimensions + second] = covariance[second * dimensions + first] = shared;
    }
  }
  return { mean, covariance };
}

/** An ellipse around a point. */
export interface ConfidenceEllipse {
  /** Longer semi-axis. */
  readonly major: number;
  /** Shorter semi-axis. */
  readonly minor: number;
  /** Angle of the longer axis to the first dimension, in radians: above -pi/2, at most pi/2. */
  readonly angle: number;
}

/**
 * Squared Mahalanobis distance of the edge of an ellipse that holds `level` of a normal distribution of two dimensions:
 * the quantile of chi squared with two degrees of freedom, 5.99 for 95 %.
 */
export function ellipseScale(level: number = DEFAULT_LEVEL): number {
  checkLevel(level);
  return -2 * Math.log(1 - level);
}

/**
 * The ellipse that holds `level` of a normal distribution with the covariance of two dimensions.
 *
 * @param covariance variance of the first dimension, covariance, variance of the second
 * @param level between 0 and 1. @default 0.95
 */
export function confidenceEllipse(
  covariance: readonly [xx: number, xy: number, yy: number],
  level: number = DEFAULT_LEVEL,
): ConfidenceEllipse {
  const [xx, xy, yy] = covariance;
  const scale = ellipseScale(level);
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  return {
    major: Math.sqrt(scale * (middle + half)),
    minor: Math.sqrt(scale * Math.max(0, middle - half)),
    angle: half === 0 ? 0 : Math.atan2(2 * xy, xx - yy) / 2,
  };
}

/** Half of the interval that holds `level` of a normal distribution of one dimension. */
export function halfInterval(variance: number, level: number = DEFAULT_LEVEL): number {
  checkLevel(level);
  return normalQuantile((1 + level) / 2) * Math.sqrt(variance);
}
