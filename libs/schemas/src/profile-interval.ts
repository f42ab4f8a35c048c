import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ProfileInterval`: units of a model that match a concept, with their interval. */
export const profileIntervalColumns = {
  model: new Utf8(),
  concept: new Utf8(),
  category: new Utf8(),
  units: new Int32(),
  low: new Float64(),
  high: new Float64(),
  shareHigh: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ProfileInterval`. */
export type ProfileIntervalColumns = typeof profileIntervalColumns;

/** A batch of profile entries with intervals. */
export type ProfileIntervalBatch = WireBatch<ProfileIntervalColumns>;

/**
 * Schema of `ProfileInterval`: matching units, the 95 % interval of their count, and the largest share of the model's
 * units (0..1) that is compatible with it. No replicate finds what the sample does not have, so that a count of 0 has
 * the interval 0..0; for units as sample its `shareHigh` is that of the rule of three, 3 / units of the model.
 */
export const profileIntervalSchema = wireSchema('ProfileInterval', 1, profileIntervalColumns);
