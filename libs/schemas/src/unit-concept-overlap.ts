import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `UnitConceptOverlap`: the counts of pixels from which every score of a unit and a concept follows. */
export const unitConceptOverlapColumns = {
  model: new Utf8(),
  layer: new Utf8(),
  unit: new Int32(),
  concept: new Utf8(),
  category: new Utf8(),
  intersection: new Float64(),
  unitArea: new Float64(),
  conceptArea: new Float64(),
  pixels: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `UnitConceptOverlap`. */
export type UnitConceptOverlapColumns = typeof unitConceptOverlapColumns;

/** A batch of overlaps. */
export type UnitConceptOverlapBatch = WireBatch<UnitConceptOverlapColumns>;

/**
 * Schema of `UnitConceptOverlap`: exact counts of pixels (integers in float64). `unitArea` counts the pixels where the
 * unit is active within the scope of the preset, `conceptArea` those of the concept, `pixels` all pixels seen.
 */
export const unitConceptOverlapSchema = wireSchema('UnitConceptOverlap', 1, unitConceptOverlapColumns);
