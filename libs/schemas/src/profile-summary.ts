import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ProfileSummary`: matches and unique concepts of a model within one category. */
export const profileSummaryColumns = {
  model: new Utf8(),
  category: new Utf8(),
  matches: new Int32(),
  unique: new Int32(),
  redundancy: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ProfileSummary`. */
export type ProfileSummaryColumns = typeof profileSummaryColumns;

/** A batch of profile summaries. */
export type ProfileSummaryBatch = WireBatch<ProfileSummaryColumns>;

/**
 * Schema of `ProfileSummary`; `redundancy` = matches / unique concepts, and null where a model has no match in the
 * category.
 */
export const profileSummarySchema = wireSchema('ProfileSummary', 1, profileSummaryColumns, {
  nullable: ['redundancy'],
});
