import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { compareEmbeddings } from '@intermodel/embedding';
import type { StudyChange } from '@intermodel/report';
import { embeddingPointSchema, type EmbeddingPointBatch } from '@intermodel/schemas';
import {
  arrowFileBytes,
  BatchSchemaError,
  checkBatch,
  column,
  InputError,
  readArrowFile,
  readInputFile,
  readStrings,
} from '@intermodel/streams';
import { DataType } from 'apache-arrow';

/** File within an output folder that tells what its last change of models did to the embedding. */
export const changeFile = 'changes.json';

/** What changed, and the text of its file. */
export interface RecordedChange {
  /** Models that came and went, and how far the others moved. */
  readonly change: StudyChange;
  /** Text of `changes.json`. */
  readonly text: string;
}

/** What stands in the file: the change, and the embedding that it led to. */
interface ChangeRecord extends StudyChange {
  readonly embedding: string;
}

/**
 * Compares the embedding that stands in an output folder with the present one. A change is told where models came or
 * went, and goes on being told as long as the embedding stays as it is; an embedding that moved for other reasons is
 * simply another one.
 *
 * @param out the output folder, not yet written
 * @param points the present embedding; undefined: there is none
 */
export function studyChange(out: string, points: EmbeddingPointBatch | undefined): RecordedChange | undefined {
  const file = path.join(out, 'embedding.arrow');
  if (points === undefined || !existsSync(file)) return undefined;
  const embedding = createHash('sha256')
    .update(arrowFileBytes(points.schema, [points]))
    .digest('hex');
  const told = readChange(path.join(out, changeFile));
  if (told?.embedding === embedding) return recorded(told);
  const earlier = readPoints(file);
  if (earlier === undefined) return undefined;
  const names = (batch: EmbeddingPointBatch) => readStrings(column(batch, 'model')).sort().join('\n');
  if (names(earlier) === names(points)) return undefined;
  const { added, removed, moved, meanDistance, spread, correlation, isDetermined } = compareEmbeddings(earlier, points);
  return recorded({
    embedding,
    added,
    removed,
    moved: moved.map(({ model, from, distance }) => ({ model, from, distance })),
    meanDistance,
    spread,
    correlation,
    isDetermined,
  });
}

function recorded(record: ChangeRecord): RecordedChange {
  const { embedding: _embedding, ...change } = record;
  return { change, text: `${JSON.stringify(record, undefined, 2)}\n` };
}

/** The embedding that stands in the folder; none where the file was damaged, since it is about to be written anew. */
function readPoints(file: string): EmbeddingPointBatch | undefined {
  try {
    const [batch] = readArrowFile(file).batches;
    const type = batch?.schema.fields[1]?.type as DataType | undefined;
    return batch === undefined || !DataType.isFixedSizeList(type)
      ? undefined
      : checkBatch('studyChange', embeddingPointSchema(type.listSize), batch);
  } catch (error) {
    if (error instanceof InputError || error instanceof BatchSchemaError) return undefined;
    throw error;
  }
}

/** Reads the file; what nobody could have written here counts as none. */
function readChange(file: string): ChangeRecord | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const record = JSON.parse(readInputFile(file).toString()) as ChangeRecord;
    // JSON has no NaN, which these are without shared models.
    const number = (value: number | null) => value ?? Number.NaN;
    return {
      ...record,
      meanDistance: number(record.meanDistance),
      spread: number(record.spread),
      correlation: number(record.correlation),
    };
  } catch {
    return undefined;
  }
}
