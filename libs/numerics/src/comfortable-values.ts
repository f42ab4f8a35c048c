/** Magnitudes of which sums of squares, and products of such sums, neither over- nor underflow. */
const [least, most] = [2 ** -200, 2 ** 200];

/** Values in another unit. */
export interface ComfortableValues {
  /** The values divided by the unit. */
  readonly values: Float64Array;
  /** A power of two, so that dividing and multiplying by it is exact; 1 for values of usual size. */
  readonly unit: number;
}

/**
 * Brings values whose squares would over- or underflow to the size of 1, exactly: by a power of two. Correlations do
 * not depend on the unit; what has the unit of the values is multiplied by it again. NaN stays NaN.
 */
export function comfortableValues(values: ArrayLike<number>): ComfortableValues {
  let largest = 0;
  for (let row = 0; row < values.length; row++)
    largest = Math.max(largest, Number.isNaN(values[row]) ? 0 : Math.abs(values[row] as number));
  if (largest === 0 || (largest >= least && largest <= most) || largest === Infinity)
    return { values: values instanceof Float64Array ? values : Float64Array.from(values), unit: 1 };
  // Two to the power of the largest exponent; what is smaller than any normal number counts as the smallest one.
  const unit = 2 ** Math.max(-1022, Math.floor(Math.log2(largest)));
  return { values: Float64Array.from(values, (value) => value / unit), unit };
}
