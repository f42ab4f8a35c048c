import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ConceptProfile`: how many units of a model match each concept, and the normalised weight. */
export const conceptProfileColumns = {
  model: new Utf8(),
  concept: new Utf8(),
  category: new Utf8(),
  units: new Int32(),
  weight: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ConceptProfile`. */
export type ConceptProfileColumns = typeof conceptProfileColumns;

/** A batch of concept profiles. */
export type ConceptProfileBatch = WireBatch<ConceptProfileColumns>;

/**
 * Schema of `ConceptProfile`: every model x every concept of the table (zero rows too), sorted by model, then by
 * category and concept. `weight` follows the normalisation that the embedding was asked for.
 */
export const conceptProfileSchema = wireSchema('ConceptProfile', 1, conceptProfileColumns);
