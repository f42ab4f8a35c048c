import { Bool, Float64, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `TaskScore`: how well a model does on a downstream task. */
export const taskScoreColumns = {
  model: new Utf8(),
  task: new Utf8(),
  dataset: new Utf8(),
  metric: new Utf8(),
  column: new Utf8(),
  score: new Float64(),
  higherIsBetter: new Bool(),
} as const satisfies TypeMap;

/** Types of the columns of `TaskScore`. */
export type TaskScoreColumns = typeof taskScoreColumns;

/** A batch of task scores. */
export type TaskScoreBatch = WireBatch<TaskScoreColumns>;

/**
 * Schema of `TaskScore`, one row a model and score column. `column` is the short name of (task, dataset, metric), such
 * as `dt_CIFAR10`; `score` is as published, so for an error lower is better and `higherIsBetter` is false.
 */
export const taskScoreSchema = wireSchema('TaskScore', 1, taskScoreColumns);
