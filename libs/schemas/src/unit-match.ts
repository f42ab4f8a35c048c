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

/** Columns of matches that were tested against chance, see {@link matchSchema}. */
export const unitTestColumns = {
  expectedIou: new Float64(),
  chanceLift: new Float64(),
  p: new Float64(),
  pFamily: new Float64(),
  q: new Float64(),
} as const satisfies TypeMap;

/** Columns of matches that were tested against rolled labels besides, see {@link matchSchema}. */
export const unitRollColumns = {
  pRoll: new Float64(),
  pFamilyRoll: new Float64(),
  qRoll: new Float64(),
} as const satisfies TypeMap;

/** Name of a column of tested matches. */
export type UnitTestColumn = keyof typeof unitTestColumns;

/** Name of a column of matches that were tested against rolled labels besides. */
export type UnitRollColumn = keyof typeof unitRollColumns;

/** Columns of matches whose images were resampled, see {@link matchSchema}. */
export const unitIntervalColumns = {
  iouLow: new Float64(),
  iouHigh: new Float64(),
} as const satisfies TypeMap;

/** Name of a column of resampled matches. */
export type UnitIntervalColumn = keyof typeof unitIntervalColumns;

/** What a table of matches has beside the columns that all have. */
export interface MatchVariant {
  /** Score other than IoU that concepts were matched by. @default none */
  readonly score?: string | undefined;
  /** Whether the matches were tested against chance. @default false */
  readonly tested?: boolean;
  /** Whether tested matches were tested against rolled labels besides exchanged ones. @default false */
  readonly rolled?: boolean;
  /** Whether the IoU has an interval over other images. @default false */
  readonly resampled?: boolean;
}

const variants = new Map<string, Schema<UnitMatchColumns>>();

/**
 * Schema of `UnitMatch` with further columns.
 *
 * Where concepts were matched by another score than IoU, it stands in a column of its name and is named in the metadata;
 * `iou` is that of the concept all the same. Null where `iou` is.
 *
 * Where matches were tested: `expectedIou`, what the IoU of unit and concept comes to when the labels of all images are
 * exchanged (0..1), `chanceLift`, how many times as many pixels they share, `p` against the best concept of every
 * replicate, `pFamily` against the best of all units of the model too, and `q`, the false-discovery rate over these.
 * Null for a unit that is never active, the first two also without a concept. Where they were tested against rolled labels
 * too: `pRoll`, `pFamilyRoll` and `qRoll`, the same of these, and all others are of exchanged labels.
 *
 * Where images were resampled: `iouLow` and `iouHigh`, a 95 % interval of the IoU of unit and concept. Null without a
 * concept.
 */
export function matchSchema({
  score,
  tested = false,
  rolled = false,
  resampled = false,
}: MatchVariant): Schema<UnitMatchColumns> {
  if (score === undefined && !tested && !resampled) return unitMatchSchema;
  const key = JSON.stringify([score ?? null, tested, rolled, resampled]);
  let schema = variants.get(key);
  if (schema === undefined) {
    const columns = {
      ...unitMatchColumns,
      ...(score === undefined ? {} : { [score]: new Float64() }),
      ...(tested ? unitTestColumns : {}),
      ...(tested && rolled ? unitRollColumns : {}),
      ...(resampled ? unitIntervalColumns : {}),
    };
    const nullable = Object.keys(columns).filter((name) => name === 'iou' || !Object.hasOwn(unitMatchColumns, name));
    schema = wireSchema<UnitMatchColumns>('UnitMatch', 1, columns, {
      nullable,
      ...(score === undefined ? {} : { metadata: { [scoreKey]: score } }),
    });
    variants.set(key, schema);
  }
  return schema;
}

/** Score that the concepts of a table were matched by; undefined for IoU. */
export function matchScoreOf({ schema }: UnitMatchBatch): string | undefined {
  return schema.metadata.get(scoreKey);
}

/** Whether the matches of a table were tested against chance. */
export function isTested({ schema }: UnitMatchBatch): boolean {
  return schema.fields.some(({ name }) => name === 'q');
}

/** Whether the matches of a table were tested against rolled labels besides exchanged ones. */
export function isRolled({ schema }: UnitMatchBatch): boolean {
  return schema.fields.some(({ name }) => name === 'qRoll');
}

/** Whether the IoU of the matches of a table has an interval over other images. */
export function isResampled({ schema }: UnitMatchBatch): boolean {
  return schema.fields.some(({ name }) => name === 'iouLow');
}

/** What a table of matches has beside the columns that all have. */
export function matchVariantOf(matches: UnitMatchBatch): MatchVariant {
  return {
    score: matchScoreOf(matches),
    tested: isTested(matches),
    rolled: isRolled(matches),
    resampled: isResampled(matches),
  };
}

/** Schema that a table of matches should have: with a column of its score if it names one, those of tests, and of intervals. */
export function matchSchemaOf(matches: UnitMatchBatch): Schema<UnitMatchColumns> {
  return matchSchema(matchVariantOf(matches));
}

/** Column of the score that concepts were matched by: that which the table names, else `iou`. */
export function scoreColumn(matches: UnitMatchBatch): Vector<Float64> {
  const name = matchScoreOf(matches) ?? 'iou';
  return matches.getChild(name as 'iou') as Vector<Float64>;
}

/** Column of tests against chance; undefined where matches were not tested, or not so. */
export function testColumn(
  matches: UnitMatchBatch,
  name: UnitTestColumn | UnitRollColumn,
): Vector<Float64> | undefined {
  return matches.getChild<'iou'>(name as 'iou') ?? undefined;
}

/** Column of the interval of the IoU; undefined where images were not resampled. */
export function intervalColumn(matches: UnitMatchBatch, name: UnitIntervalColumn): Vector<Float64> | undefined {
  return isResampled(matches) ? (matches.getChild(name as 'iou') as Vector<Float64>) : undefined;
}

/** Label by which published unit tables say that a unit has no concept. */
export const noConcept = '-';
