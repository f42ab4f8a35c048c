import { Bool, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `TaskRelation`: how a property of models goes with their scores. */
export const taskRelationColumns = {
  predictor: new Utf8(),
  task: new Utf8(),
  dataset: new Utf8(),
  metric: new Utf8(),
  column: new Utf8(),
  n: new Int32(),
  pearson: new Float64(),
  pearsonLow: new Float64(),
  pearsonHigh: new Float64(),
  spearman: new Float64(),
  bootstrapLow: new Float64(),
  bootstrapHigh: new Float64(),
  p: new Float64(),
  pFamily: new Float64(),
  pFloor: new Float64(),
  q: new Float64(),
  qBy: new Float64(),
  looLow: new Float64(),
  looHigh: new Float64(),
  lofoLow: new Float64(),
  lofoHigh: new Float64(),
  lofoWeakest: new Utf8(),
  partialUnits: new Float64(),
  partialUnitsSpearman: new Float64(),
  partialUnitsP: new Float64(),
  given: new Utf8(),
  partialScore: new Float64(),
  partialScoreSpearman: new Float64(),
  partialScoreP: new Float64(),
  unmet: new Utf8(),
  supported: new Bool(),
} as const satisfies TypeMap;

/** Types of the columns of `TaskRelation`. */
export type TaskRelationColumns = typeof taskRelationColumns;

/** A batch of task relations. */
export type TaskRelationBatch = WireBatch<TaskRelationColumns>;

/**
 * Schema of `TaskRelation`: correlations over the `n` models that have both.
 *
 * `pearsonLow..pearsonHigh` is the Fisher interval, `bootstrapLow..bootstrapHigh` the BCa interval; `p` by permutation,
 * never below `pFloor`; `pFamily` by the maximum over the table, `q` by Benjamini-Hochberg, `qBy` by
 * Benjamini-Yekutieli. `looLow..looHigh` is the range of the correlation without any one model, `lofoLow..lofoHigh`
 * without any one family, and `lofoWeakest` the family without which it is weakest. `partialUnits…` is the partial
 * correlation given the number of matching units, `partialScore…` given the score column `given` ('' where there is
 * none), each with its p by Freedman and Lane. `unmet` names what a relation lacks to be supported, separated by
 * spaces: `correction`, `interval`, `sign`.
 *
 * Statistics are null where they are undefined (fewer than 4 models, a constant, nothing left without some family).
 */
export const taskRelationSchema = wireSchema('TaskRelation', 2, taskRelationColumns, {
  nullable: [
    'pearson',
    'pearsonLow',
    'pearsonHigh',
    'spearman',
    'bootstrapLow',
    'bootstrapHigh',
    'p',
    'pFamily',
    'pFloor',
    'q',
    'qBy',
    'looLow',
    'looHigh',
    'lofoLow',
    'lofoHigh',
    'partialUnits',
    'partialUnitsSpearman',
    'partialUnitsP',
    'partialScore',
    'partialScoreSpearman',
    'partialScoreP',
  ],
});
