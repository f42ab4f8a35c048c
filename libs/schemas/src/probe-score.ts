import { Bool, Field, FixedSizeList, Float64, Int32, Utf8, type Schema, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ProbeScore`: how well a head on the frozen features of a model does on a task of one's own. */
export const probeScoreColumns = {
  model: new Utf8(),
  task: new Utf8(),
  dataset: new Utf8(),
  metric: new Utf8(),
  column: new Utf8(),
  score: new Float64(),
  low: new Float64(),
  high: new Float64(),
  higherIsBetter: new Bool(),
  n: new Int32(),
  chosen: new Utf8(),
} as const satisfies TypeMap;

/** Types of the columns of `ProbeScore`. */
export type ProbeScoreColumns = typeof probeScoreColumns;

/** A batch of probe scores. */
export type ProbeScoreBatch = WireBatch<ProbeScoreColumns>;

/**
 * Schema of `ProbeScore`, one row a model and score. `low..high` is the 95 % interval over the `n` images that the score
 * comes from; null where a score has none.
 * `chosen` is what the validation part chose, such as `C = 0.1`, or empty.
 */
export const probeScoreSchema = wireSchema('ProbeScore', 1, probeScoreColumns, { nullable: ['low', 'high'] });

/** Types of the columns of `ProbeReplicate`. */
export type ProbeReplicateColumns = {
  readonly model: Utf8;
  readonly column: Utf8;
  readonly replicates: FixedSizeList<Float64>;
};

/** A batch of replicates of probe scores. */
export type ProbeReplicateBatch = WireBatch<ProbeReplicateColumns>;

/**
 * Schema of `ProbeReplicate`: each score again over so many bootstrap samples of the test images (or episodes). Sample r
 * is the same for all models of a task, so that differences are paired.
 */
export function probeReplicateSchema(replicates: number): Schema<ProbeReplicateColumns> {
  return wireSchema<ProbeReplicateColumns>('ProbeReplicate', 1, {
    model: new Utf8(),
    column: new Utf8(),
    replicates: new FixedSizeList(replicates, new Field('score', new Float64(), false)),
  });
}
