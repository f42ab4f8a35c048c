import { fisherInterval, leaveOutRange, pearson, type Interval, type LeaveOutRange } from '@intermodel/numerics';
import { completeRows } from './complete-rows.ts';
import { criteria, intervalLevel, unmetCriteria, type Criterion } from './support-rule.ts';

/**
 * A correlation over the models that have both values, and what it hangs on. All but the correlation is computed when it
 * is first asked for, since of many only the strongest are looked at.
 */
export class ScoreCorrelation {
  /** Values of these models. */
  readonly x: Float64Array;
  /** Their scores. */
  readonly y: Float64Array;
  /** Pearson's correlation; NaN where it is undefined. */
  readonly r: number;
  readonly #families: Float64Array;
  #interval: Interval | undefined;
  #lofo: LeaveOutRange | undefined;

  /**
   * Correlates values of models with scores.
   *
   * @param values one a model, NaN where it is undefined
   * @param scores the same
   * @param families number of each model's family, from 0 on
   */
  constructor(values: Float64Array, scores: Float64Array, families: Int32Array) {
    [this.x, this.y, this.#families] = completeRows([values, scores, families]);
    this.r = pearson(this.x, this.y);
  }

  /** Lower end of its Fisher interval (95 %). */
  get low(): number {
    return this.#ends()[0];
  }

  /** Upper end. */
  get high(): number {
    return this.#ends()[1];
  }

  /** Range when any one family is left out. */
  get lofo(): LeaveOutRange {
    return (this.#lofo ??= leaveOutRange(this.x, this.y, this.#families));
  }

  /**
   * What of the rule of support it does not meet.
   *
   * @param corrected its corrected p; absent: it was not tested, and is not judged by that
   */
  unmet(corrected?: number): readonly Criterion[] {
    const unmet = unmetCriteria({
      ...{ r: this.r, low: this.low, high: this.high, corrected: corrected ?? Number.NaN },
      ...{ lofoLow: this.lofo.low, lofoHigh: this.lofo.high },
    });
    return corrected === undefined ? unmet.filter((criterion) => criterion !== criteria[0]) : unmet;
  }

  #ends(): Interval {
    return (this.#interval ??= fisherInterval(this.r, this.x.length, intervalLevel));
  }
}
