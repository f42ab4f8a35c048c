import type { LogisticFit, LogisticFitOptions, LogisticRegression } from './logistic-regression.ts';

/** Values of C that are tried: 45 from 1e-6 to 1e5, the same factor apart. */
export const penalties: readonly number[] = Array.from({ length: 45 }, (_, index) =>
  Number((10 ** (-6 + (11 * index) / 44)).toPrecision(4)),
);

/** Settings of {@link choosePenalty}. */
export interface ChoosePenaltyOptions {
  /** Values of C, rising. @default {@link penalties} */
  readonly values?: readonly number[];
  /** Rates a fit on the validation part: the higher the better. */
  readonly rate: (fit: LogisticFit) => Promise<number> | number;
  /** Type of the products of matrices while C is chosen. @default 'float64' */
  readonly precision?: 'float32' | 'float64' | undefined;
  /** Called after each value of C with how many are done of how many. @default nothing */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** The chosen C. */
export interface ChosenPenalty {
  /** The fit with it on the rows that all were fitted on. */
  readonly fit: LogisticFit;
  /** How it was rated. */
  readonly rating: number;
  /** How each value of C was rated, in order. */
  readonly ratings: readonly number[];
}

/** Steps promise and bring less than this share of the loss where a fit on the way is left. */
const pathTolerance = 1e-7;

/**
 * Fits with each value of C, from the strongest penalty to the weakest, each from where the line through the two before
 * it leads (in the logarithm of C), and chooses the one that is rated best, of equals the smallest C.
 */
export async function choosePenalty(
  regression: LogisticRegression,
  { values = penalties, rate, precision = 'float64', onProgress }: ChoosePenaltyOptions,
): Promise<ChosenPenalty> {
  let best: { readonly fit: LogisticFit; readonly rating: number } | undefined;
  const ratings: number[] = [];
  for await (const fit of followPath(regression, values, { precision, tolerance: pathTolerance })) {
    const rating = await rate(fit);
    ratings.push(rating);
    if (best === undefined || rating > best.rating) best = { fit, rating };
    onProgress?.(ratings.length, values.length);
  }
  if (best === undefined) throw new RangeError('there are no values of C to choose from');
  return { ...best, ratings };
}

/** Values of C on the way to one, of those that are tried. */
const wayEvery = 4;
const wayTolerance = 1e-5;
const lastTolerance = 1e-9;

/**
 * Fits with one value of C, exactly, by way of some smaller ones: with a weak penalty that takes fewer steps than to go
 * there at once, be it from a fit on most of the same rows.
 */
export async function fitByWay(
  regression: LogisticRegression,
  C: number,
  { values = penalties, precision = 'float64' }: Pick<ChoosePenaltyOptions, 'values' | 'precision'> = {},
): Promise<LogisticFit> {
  const smaller = values.filter((value) => value < C);
  const way = smaller.filter((_, index) => (smaller.length - index) % wayEvery === 0);
  let start: LogisticFit | undefined;
  for await (const fit of followPath(regression, [...way, C], { precision, tolerance: wayTolerance })) start = fit;
  if (precision === 'float32') start = await regression.fit(C, { start, precision, tolerance: lastTolerance });
  return regression.fit(C, { start, tolerance: lastTolerance });
}

async function* followPath(
  regression: LogisticRegression,
  values: readonly number[],
  options: Pick<LogisticFitOptions, 'precision' | 'tolerance'>,
): AsyncGenerator<LogisticFit> {
  let before: LogisticFit | undefined;
  let last: LogisticFit | undefined;
  for (const C of values) {
    const start = before === undefined || last === undefined ? last : extrapolate(before, last, C);
    const fit = await regression.fit(C, { ...options, start });
    yield fit;
    before = last;
    last = fit;
  }
}

function extrapolate(before: LogisticFit, last: LogisticFit, C: number): Pick<LogisticFit, 'weights' | 'intercepts'> {
  const share = Math.log(C / last.C) / Math.log(last.C / before.C);
  const onward = (from: Float64Array, to: Float64Array) => {
    const result = to.slice();
    for (let index = 0; index < result.length; index++)
      result[index] = (to[index] as number) + share * ((to[index] as number) - (from[index] as number));
    return result;
  };
  return {
    weights: onward(before.weights, last.weights),
    intercepts: onward(before.intercepts, last.intercepts),
  };
}
