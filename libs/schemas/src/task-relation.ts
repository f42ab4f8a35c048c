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
  q: new Float64(),
  supported: new Bool(),
} as const satisfies TypeMap;

/** Types of the columns of `TaskRelation`. */
export type TaskRelationColumns = typeof taskRelationColumns;

/** A batch of task relations. */
export type TaskRelationBatch = WireBatch<TaskRelationColumns>;

/**
 * Schema of `TaskRelation`: correlations over the `n` models that have both. `pearsonLow..pearsonHigh` is the Fisher
 * interval, `bootstrapLow..bootstrapHigh` the BCa interval; `p` by permutation, `pFamily` by the maximum over the
 * table, `q` by Benjamini-Hochberg. Statistics are null where they are undefined (fewer than 4 models, a constant).
 */
export const taskRelationSchema = wireSchema('TaskRelation', 1, taskRelationColumns, {
  nullable: ['pearson', 'pearsonLow', 'pearsonHigh', 'spearman', 'bootstrapLow', 'bootstrapHigh', 'p', 'pFamily', 'q'],
});
