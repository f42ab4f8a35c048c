import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `UnitMatch`: the best concept of each unit and its IoU, below the gate or above. */
export const unitMatchColumns = {
  model: new Utf8(),
  layer: new Utf8(),
  unit: new Int32(),
  concept: new Utf8(),
  category: new Utf8(),
  iou: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `UnitMatch`. */
export type UnitMatchColumns = typeof unitMatchColumns;

/** A batch of unit matches. */
export type UnitMatchBatch = WireBatch<UnitMatchColumns>;

/**
 * Schema of `UnitMatch`, one row a unit. `iou` lies in 0..1 and is null for a dead unit (never active, so that its
 * IoU is 0/0); `concept` is `-` or empty where no concept overlaps.
 */
export const unitMatchSchema = wireSchema('UnitMatch', 1, unitMatchColumns, { nullable: ['iou'] });

/** Label by which published unit tables say that a unit has no concept. */
export const noConcept = '-';
