import { Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `TwinComparison`: how many units match in a model and in its untrained twin. */
export const twinComparisonColumns = {
  model: new Utf8(),
  units: new Int32(),
  matches: new Int32(),
  twin: new Utf8(),
  twinUnits: new Int32(),
  twinMatches: new Int32(),
} as const satisfies TypeMap;

/** Types of the columns of `TwinComparison`. */
export type TwinComparisonColumns = typeof twinComparisonColumns;

/** A batch of models beside their untrained twins. */
export type TwinComparisonBatch = WireBatch<TwinComparisonColumns>;

/**
 * Schema of `TwinComparison`, one row a model that has an untrained twin in its study: of the `units` of the model
 * `matches` match a concept, of the `twinUnits` of its twin `twinMatches`.
 */
export const twinComparisonSchema = wireSchema('TwinComparison', 1, twinComparisonColumns);
