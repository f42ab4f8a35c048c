import { Bool, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ConceptRelation`: how the weight of one concept goes with the scores of models. */
export const conceptRelationColumns = {
  concept: new Utf8(),
  category: new Utf8(),
  task: new Utf8(),
  dataset: new Utf8(),
  metric: new Utf8(),
  column: new Utf8(),
  n: new Int32(),
  pearson: new Float64(),
  pearsonLow: new Float64(),
  pearsonHigh: new Float64(),
  p: new Float64(),
  pFamily: new Float64(),
  pFloor: new Float64(),
  q: new Float64(),
  qBy: new Float64(),
  lofoLow: new Float64(),
  lofoHigh: new Float64(),
  unmet: new Utf8(),
  supported: new Bool(),
} as const satisfies TypeMap;

/** Types of the columns of `ConceptRelation`. */
export type ConceptRelationColumns = typeof conceptRelationColumns;

/** A batch of concept relations. */
export type ConceptRelationBatch = WireBatch<ConceptRelationColumns>;

/**
 * Schema of `ConceptRelation`: ranked per score column, the strongest first; columns are those of `TaskRelation`.
 * Statistics are null for a concept that is constant over the models, and `pFamily` in all rows unless the maximum over
 * the table is what concepts are corrected by.
 */
export const conceptRelationSchema = wireSchema('ConceptRelation', 2, conceptRelationColumns, {
  nullable: ['pearson', 'pearsonLow', 'pearsonHigh', 'p', 'pFamily', 'pFloor', 'q', 'qBy', 'lofoLow', 'lofoHigh'],
});
