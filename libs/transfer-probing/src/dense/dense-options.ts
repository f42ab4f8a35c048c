import type { ResamplingOptions } from '../probe-outcome.ts';

/** Options of the heads on grids of features. */
export interface DenseOptions extends ResamplingOptions {
  /** Cells that a classifier is fitted on at most, drawn with the seed. @default as many as 256 MB hold */
  readonly cells?: number | undefined;
  /** Threads of a product of matrices. @default one a core */
  readonly threads?: number | undefined;
  /** Stops the work: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Told after every image that was gone over, and how many there are to go over in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Inverse penalties C of a classifier of cells, of which the validation part chooses; what is minimised is C times the
 * sum of the cross-entropies, divided by the mean squared feature, plus half the squared weights.
 */
export const denseCosts = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000] as const;
/** The one that is taken where there is nothing to choose by. */
export const plainCost = 1;

/** Penalties of a regression, as multiples of the mean squared feature, of which the validation part chooses. */
export const densePenalties = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;
/** The one that is taken where there is nothing to choose by. */
export const plainPenalty = 1e-3;

/**
 * The setting with the best score on the validation part: the first of equal ones; undefined where all scores are.
 *
 * @param settings settings, the strongest penalty first
 * @param scores score of each
 */
export function bestSetting(
  settings: readonly number[],
  scores: readonly number[],
  higherIsBetter: boolean,
): number | undefined {
  let best: number | undefined;
  scores.forEach((score, index) => {
    const before = best === undefined ? Number.NaN : (scores[best] as number);
    if (!Number.isNaN(score) && !(higherIsBetter ? score <= before : score >= before)) best = index;
  });
  return best === undefined ? undefined : settings[best];
}
