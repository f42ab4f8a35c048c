import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `SummaryInterval`: counts of a model within one category, or all of them, with their intervals. */
export const summaryIntervalColumns = {
  model: new Utf8(),
  category: new Utf8(),
  over: new Utf8(),
  replicates: new Int32(),
  matches: new Int32(),
  matchesLow: new Float64(),
  matchesHigh: new Float64(),
  unique: new Int32(),
  uniqueLow: new Float64(),
  uniqueHigh: new Float64(),
  redundancy: new Float64(),
  redundancyLow: new Float64(),
  redundancyHigh: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `SummaryInterval`. */
export type SummaryIntervalColumns = typeof summaryIntervalColumns;

/** A batch of counts with intervals. */
export type SummaryIntervalBatch = WireBatch<SummaryIntervalColumns>;

/**
 * Schema of `SummaryInterval`, a row for each category of concepts, and before these one with an empty category for all
 * of them together. `over` says what was drawn with replacement (`units`, `images`), `replicates` how often; low and
 * high are 95 % intervals. `redundancy` is null where a model has no match.
 */
export const summaryIntervalSchema = wireSchema('SummaryInterval', 1, summaryIntervalColumns, {
  nullable: ['redundancy', 'redundancyLow', 'redundancyHigh'],
});
