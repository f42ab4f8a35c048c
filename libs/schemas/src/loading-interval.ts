import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `LoadingInterval`: the weight of a concept in a component, with its interval. */
export const loadingIntervalColumns = {
  concept: new Utf8(),
  category: new Utf8(),
  component: new Int32(),
  loading: new Float64(),
  low: new Float64(),
  high: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `LoadingInterval`. */
export type LoadingIntervalColumns = typeof loadingIntervalColumns;

/** A batch of loadings with intervals. */
export type LoadingIntervalBatch = WireBatch<LoadingIntervalColumns>;

/**
 * Schema of `LoadingInterval`: components are counted from 1, low and high a 95 % interval over replicates whose axes
 * were turned with the points.
 */
export const loadingIntervalSchema = wireSchema('LoadingInterval', 1, loadingIntervalColumns);
