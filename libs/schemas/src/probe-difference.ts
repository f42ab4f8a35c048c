import { Bool, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ProbeDifference`: two models on the same test images. */
export const probeDifferenceColumns = {
  model: new Utf8(),
  other: new Utf8(),
  task: new Utf8(),
  dataset: new Utf8(),
  metric: new Utf8(),
  column: new Utf8(),
  n: new Int32(),
  difference: new Float64(),
  low: new Float64(),
  high: new Float64(),
  p: new Float64(),
  q: new Float64(),
  supported: new Bool(),
} as const satisfies TypeMap;

/** Types of the columns of `ProbeDifference`. */
export type ProbeDifferenceColumns = typeof probeDifferenceColumns;

/** A batch of differences of probe scores. */
export type ProbeDifferenceBatch = WireBatch<ProbeDifferenceColumns>;

/**
 * Schema of `ProbeDifference`, one row a pair of models and score: `difference` is the score of `model` less that of
 * `other`, `low..high` its 95 % interval over paired bootstrap samples, `p` the two-sided share of samples on the other
 * side of 0, `q` by Benjamini-Hochberg over the table. `supported` where q <= 0.05 and the interval excludes 0.
 */
export const probeDifferenceSchema = wireSchema('ProbeDifference', 1, probeDifferenceColumns);
