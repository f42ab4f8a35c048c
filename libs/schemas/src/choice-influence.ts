import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ChoiceInfluence`: how much a choice moves a claim. */
export const choiceInfluenceColumns = {
  claim: new Utf8(),
  choice: new Utf8(),
  levels: new Int32(),
  share: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ChoiceInfluence`. */
export type ChoiceInfluenceColumns = typeof choiceInfluenceColumns;

/** A batch of influences of choices. */
export type ChoiceInfluenceBatch = WireBatch<ChoiceInfluenceColumns>;

/**
 * Schema of `ChoiceInfluence`, one row a claim and choice of which universes have several `levels`: the share (0..1) of
 * the variance of the effect over universes that lies between the means of the levels (the correlation ratio eta
 * squared of that choice alone).
 */
export const choiceInfluenceSchema = wireSchema('ChoiceInfluence', 1, choiceInfluenceColumns);
