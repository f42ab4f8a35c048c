import { Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ModelFamily`: what models are no independent samples of. */
export const modelFamilyColumns = {
  model: new Utf8(),
  family: new Utf8(),
  reason: new Utf8(),
} as const satisfies TypeMap;

/** Types of the columns of `ModelFamily`. */
export type ModelFamilyColumns = typeof modelFamilyColumns;

/** A batch of models with their families. */
export type ModelFamilyBatch = WireBatch<ModelFamilyColumns>;

/**
 * Schema of `ModelFamily`, one row a model: models of one family share code, weights or authors, for the stated reason
 * ('' where none is given), so that they count as one where relations are judged.
 */
export const modelFamilySchema = wireSchema('ModelFamily', 1, modelFamilyColumns);
