import { comfortableValues } from './comfortable-values.ts';
import { pearson } from './correlation.ts';

/** Share of a series, by length about its mean, under which what a covariate leaves of it is rounding. */
const leastResidual = 1e-9;

/** Pairs below which a partial correlation given one covariate has no freedom left: it would always be 1 or -1. */
export const fewestPartialRows = 4;

/**
 * What the least-squares line over a covariate leaves of a series: mean 0, and no correlation with the covariate. A
 * constant covariate takes the mean alone. All zeros where the covariate tells everything.
 */
export function residualsGiven(values: ArrayLike<number>, given: ArrayLike<number>): Float64Array {
  const [y, z] = [centred(comfortableValues(values).values), centred(comfortableValues(given).values)];
  const squares = dot(z, z);
  const slope = squares === 0 ? 0 : dot(y, z) / squares;
  const residuals = y.map((value, row) => value - slope * (z[row] as number));
  // Once more: where most was taken away, what is left would still hold a rounded share of the covariate.
  const rest = squares === 0 ? 0 : dot(residuals, z) / squares;
  const left = centred(residuals.map((value, row) => value - rest * (z[row] as number)));
  return dot(left, left) <= leastResidual ** 2 * dot(y, y) ? left.fill(0) : left;
}

/**
 * Partial correlation of two series given a third: Pearson's correlation of what the covariate leaves of both. That of
 * ranks is Spearman's.
 *
 * @returns NaN for fewer than 4 rows, and where the covariate tells all of one of the two
 * @example
 * partialCorrelation(accuracy, component, matchingUnits);
 */
export function partialCorrelation(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  given: ArrayLike<number>,
): number {
  if (first.length < fewestPartialRows) return NaN;
  return pearson(residualsGiven(first, given), residualsGiven(second, given));
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(first: Float64Array, second: Float64Array): number {
  return first.reduce((sum, value, row) => sum + value * (second[row] as number), 0);
}
