import { fisherInterval, leaveOutRange, pearson, type LeaveOutRange } from '@intermodel/numerics';
import { completeRows } from './complete-rows.ts';
import { criteria, intervalLevel, unmetCriteria, type Criterion } from './support-rule.ts';

/** A correlation over the models that have both values, and what it hangs on. */
export interface ScoreCorrelation {
  /** Values of these models. */
  readonly x: Float64Array;
  /** Their scores. */
  readonly y: Float64Array;
  /** Pearson's correlation; NaN where it is undefined. */
  readonly r: number;
  /** Lower end of its Fisher interval (95 %). */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Range when any one family is left out. */
  readonly lofo: LeaveOutRange;
}

/**
 * Correlates values of models with scores.
 *
 * @param values one a model, NaN where it is undefined
 * @param scores the same
 * @param families number of each model's family, from 0 on
 */
export function correlateScores(values: Float64Array, scores: Float64Array, families: Int32Array): ScoreCorrelation {
  const [x, y, of] = completeRows([values, scores, families]);
  const r = pearson(x, y);
  const [low, high] = fisherInterval(r, x.length, intervalLevel);
  return { x, y, r, low, high, lofo: leaveOutRange(x, y, of) };
}

/**
 * What of the rule of support a correlation does not meet, apart from the correction for the number of tests where it
 * was not tested.
 *
 * @param correlation the correlation
 * @param corrected its corrected p; absent: it was not tested, and is not judged by that
 */
export function unmetBy({ r, low, high, lofo }: ScoreCorrelation, corrected?: number): readonly Criterion[] {
  const unmet = unmetCriteria({
    ...{ r, low, high, corrected: corrected ?? Number.NaN },
    ...{ lofoLow: lofo.low, lofoHigh: lofo.high },
  });
  return corrected === undefined ? unmet.filter((criterion) => criterion !== criteria[0]) : unmet;
}
