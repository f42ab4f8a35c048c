import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  conceptProfileSchema,
  embeddingPointSchema,
  fittedEmbeddingFacts,
  fittedEmbeddingSchema,
  profileSummarySchema,
  type ConceptProfileBatch,
  type EmbeddingPointBatch,
  type FittedEmbeddingBatch,
  type ProfileSummaryBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, checkBatch, column, InputError, readArrowFile, readNumbers } from '@intermodel/streams';
import { fitFile } from '@intermodel/studies';
import { DataType, type Data, type RecordBatch, type Schema, type TypeMap, type Vector } from 'apache-arrow';
import { checkRunFiles } from './manifest.ts';

/** Tables of an earlier run that placing and relating build on. */
export interface EmbeddingFolder {
  /** The fit. */
  readonly fit: FittedEmbeddingBatch;
  /** Embedded models. */
  readonly points: EmbeddingPointBatch;
  /** Summaries of all models. */
  readonly summaries: ProfileSummaryBatch;
  /** Profiles of the embedded models over the concepts of the fit. */
  readonly embeddedProfiles: ConceptProfileBatch;
  /** Files that were read. */
  readonly files: readonly string[];
}

/**
 * Reads the embedding of an output folder.
 *
 * @throws InputError `EMBEDDING_MISSING`, `EMBEDDING_BROKEN`, `ARROW_BROKEN` with the file; `OUTPUT_UNFINISHED`,
 *   `OUTPUT_MIXED` where the tables are not of one output.
 */
export function readEmbeddingFolder(folder: string): EmbeddingFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new InputError('EMBEDDING_MISSING', 'there is no such folder', {
      file: folder,
      expected: 'an output folder that holds an embedding',
      hint: 'Make one with `embedStudy` or `runStudy` first.',
    });
  }
  const file = (name: string) => path.join(folder, `${name}.arrow`);
  const names = [fitFile, 'embedding', 'summaries', 'embedded-profiles'];
  const fit = readBatch(file(fitFile));
  const facts = fittedEmbeddingFacts(fit.schema);
  if (facts === undefined) throw broken(file(fitFile));
  const clusters = facts.clusters.reduce((count, cluster) => Math.max(count, cluster + 1), 0);
  const tables = {
    fit: checkTable(file(fitFile), fittedEmbeddingSchema(facts), fit),
    points: readTable(file('embedding'), embeddingPointSchema(facts.variance.length)),
    summaries: readTable(file('summaries'), profileSummarySchema),
    embeddedProfiles: readTable(file('embedded-profiles'), conceptProfileSchema),
  };
  if (!readNumbers(column(tables.points, 'cluster')).every((cluster) => cluster >= 0 && cluster < clusters))
    throw broken(file('embedding'), 'a model is in a category that the embedding does not have');
  checkRunFiles(
    folder,
    names.map((name) => `${name}.arrow`),
  );
  return { ...tables, files: names.map(file) };
}

function readTable<T extends TypeMap>(file: string, schema: Schema<T>): RecordBatch<T> {
  return checkTable(file, schema, readBatch(file));
}

function readBatch(file: string): RecordBatch {
  if (!existsSync(file)) throw broken(file, 'the folder has no such table');
  const [batch, ...others] = readArrowFile(file).batches;
  if (batch === undefined || others.length > 0) throw broken(file);
  return batch;
}

/** Refuses a table of other columns than ours, with nulls where ours has none, or with numbers that are none. */
function checkTable<T extends TypeMap>(file: string, schema: Schema<T>, batch: RecordBatch): RecordBatch<T> {
  try {
    const table = checkBatch('readEmbeddingFolder', schema, batch);
    schema.fields.forEach((field, index) => {
      const vector = batch.getChildAt<DataType>(index);
      if (!field.nullable && vector !== null && !isComplete(vector))
        throw broken(file, `column "${field.name}" lacks values`);
    });
    return table;
  } catch (error) {
    if (!(error instanceof BatchSchemaError)) throw error;
    throw broken(
      file,
      `${error.message.split('\n')[0] ?? ''}, where ${error.details.expected ?? 'another one'} is expected`,
    );
  }
}

/** Whether a column has a value in every row, and its floats are finite. */
function isComplete(vector: Vector): boolean {
  if (vector.nullCount > 0) return false;
  if (DataType.isFixedSizeList(vector.type))
    return vector.data.every(
      ({ children: [child] }: Data) =>
        child === undefined || (child.nullCount === 0 && (child.values as Float64Array).every(Number.isFinite)),
    );
  return !DataType.isFloat(vector.type) || readNumbers(vector).every(Number.isFinite);
}

function broken(file: string, problem = 'this is not a table of an embedding'): InputError {
  return new InputError('EMBEDDING_BROKEN', problem, {
    file,
    expected: 'an output folder that holds an embedding',
    hint: 'Name that folder, or make it again.',
  });
}
