import { Float64, Int32, Utf8, type Schema, type TypeMap, type Vector } from 'apache-arrow';
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

/** Metadata key under which a table of matches names the score that it was made by, and the column of it. */
const scoreKey = 'score';

const scoredSchemas = new Map<string, Schema<UnitMatchColumns>>();

/**
 * Schema of `UnitMatch` for concepts that were matched by another score than IoU, which stands in one more column of its
 * name and is named in the metadata; `iou` is that of the concept all the same. Null where `iou` is.
 */
export function scoredMatchSchema(score: string): Schema<UnitMatchColumns> {
  let schema = scoredSchemas.get(score);
  if (schema === undefined) {
    const columns = { ...unitMatchColumns, [score]: new Float64() };
    const options = { nullable: ['iou', score], metadata: { [scoreKey]: score } };
    schema = wireSchema('UnitMatch', 1, columns, options);
    scoredSchemas.set(score, schema);
  }
  return schema;
}

/** Score that the concepts of a table were matched by; undefined for IoU. */
export function matchScoreOf({ schema }: UnitMatchBatch): string | undefined {
  return schema.metadata.get(scoreKey);
}

/** Schema that a table of matches should have: with a column of its score if it names one. */
export function matchSchemaOf(matches: UnitMatchBatch): Schema<UnitMatchColumns> {
  const score = matchScoreOf(matches);
  return score === undefined ? unitMatchSchema : scoredMatchSchema(score);
}

/** Column of the score that concepts were matched by: that which the table names, else `iou`. */
export function scoreColumn(matches: UnitMatchBatch): Vector<Float64> {
  const name = matchScoreOf(matches) ?? 'iou';
  return matches.getChild(name as 'iou') as Vector<Float64>;
}

/** Label by which published unit tables say that a unit has no concept. */
export const noConcept = '-';
