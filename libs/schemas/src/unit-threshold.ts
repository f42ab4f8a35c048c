import { Float32, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `UnitThreshold`: from which activation on a unit counts as active. */
export const unitThresholdColumns = {
  model: new Utf8(),
  layer: new Utf8(),
  unit: new Int32(),
  threshold: new Float32(),
  activeFraction: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `UnitThreshold`. */
export type UnitThresholdColumns = typeof unitThresholdColumns;

/** A batch of unit thresholds. */
export type UnitThresholdBatch = WireBatch<UnitThresholdColumns>;

/**
 * Schema of `UnitThreshold`, one row a unit; `activeFraction` is the share (0..1) of all pixels above the threshold.
 */
export const unitThresholdSchema = wireSchema('UnitThreshold', 1, unitThresholdColumns);
