import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `MatchSurvival`: how many matches of a model are better than chance. */
export const matchSurvivalColumns = {
  model: new Utf8(),
  category: new Utf8(),
  units: new Int32(),
  passing: new Int32(),
  significant: new Int32(),
  surviving: new Int32(),
  survivingRoll: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `MatchSurvival`. */
export type MatchSurvivalColumns = typeof matchSurvivalColumns;

/** A batch of rows on how many matches are better than chance. */
export type MatchSurvivalBatch = WireBatch<MatchSurvivalColumns>;

/**
 * Schema of `MatchSurvival`, one row a model and category of the best concepts of its units (empty for units without
 * any). Of the `units`, `passing` pass the gate, `significant` have q <= 0.05, and `surviving` both;
 * `survivingRoll` of these have q <= 0.05 against rolled labels too, null where they were not tested against these.
 */
export const matchSurvivalSchema = wireSchema('MatchSurvival', 1, matchSurvivalColumns, {
  nullable: ['survivingRoll'],
});
