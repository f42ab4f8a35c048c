import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { conceptProfileSchema, embeddingPointSchema, fittedEmbeddingFacts, profileSummarySchema, type ConceptProfileBatch, type EmbeddingPointBatch, type FittedEmbeddingBatch, type ProfileSummaryBatch } from '@intermodel/schemas';
import { checkBatch, InputError, readArrowFile } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import { checkRunFiles } from './manifest.ts';
import { fitFile } from './write-study.ts';

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
 * @throws InputError `EMBEDDING_MISSING`, `EMBEDDING_BROKEN`, `ARROW_BROKEN` with the file; `OUTPUT_UNFINISHED`, `OUTPUT_MIXED` where the tables are not of one output.
 */
export function readEmbeddingFolder(folder: string): EmbeddingFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new InputError('EMBEDDING_MISSING', 'there is no such folder', { file: folder, expected: 'the output folder of `intermodel embed`, `reproduce` or `run`', hint: 'Run `intermodel embed UNITS… --out DIR` first.' });
  }
  const file = (name: string) => path.join(folder, `${name}.arrow`);
  const names = [fitFile, 'embedding', 'summaries', 'embedded-profiles'];
  const fit = readTable(file(fitFile));
  const facts = fittedEmbeddingFacts(fit.schema);
  if (facts === undefined) throw broken(file(fitFile));
  const points = readTable(file('embedding'));
  const [summaries, embeddedProfiles] = [readTable(file('summaries')), readTable(file('embedded-profiles'))];
  checkRunFiles(folder, names.map((name) => `${name}.arrow`));
  return {
    fit: fit as FittedEmbeddingBatch,
    points: checkBatch('readEmbeddingFolder', embeddingPointSchema(facts.variance.length), points),
    summaries: checkBatch('readEmbeddingFolder', profileSummarySchema, summaries),
    embeddedProfiles: checkBatch('readEmbeddingFolder', conceptProfileSchema, embeddedProfiles),
    files: names.map(file),
  };
}

function readTable(file: string): RecordBatch {
  if (!existsSync(file)) throw broken(file, 'the folder has no such table');
  const [batch, ...others] = readArrowFile(file).batches;
  if (batch === undefined || others.length > 0) throw broken(file);
  return batch;
}

function broken(file: string, problem = 'this is not a table of an embedding'): InputError {
  return new InputError('EMBEDDING_BROKEN', problem, { file, expected: 'the output folder of `intermodel embed`, `reproduce` or `run`', hint: 'Name that folder, or make it again.' });
}
