import { readUnitTables, type ModelNameRule, type TextEncoding, UnitSources } from '@intermodel/data-loading';
import { checkNormalisation, placeModels, profileModels, readFittedEmbedding } from '@intermodel/embedding';
import { manifestInput, readEmbeddingFolder, writeTables } from '@intermodel/outputs';
import type { PlacedModelBatch } from '@intermodel/schemas';
import { checkOutputApart } from '@intermodel/streams';
import { lastValueFrom } from 'rxjs';
import { scoreColumnOf } from './score-column.ts';

/** Options of {@link placeStudy}. */
export interface PlaceStudyOptions {
  /** Output folder of an earlier run, with the embedding. */
  readonly embedding: string;
  /** Unit tables of the models to place, CSV or Arrow. */
  readonly units: readonly string[];
  /** Folder to write the placement into. @default nothing is written */
  readonly out?: string;
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /** Encoding of CSV tables without a byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding;
  /**
   * Whether an apostrophe stands before text in CSV files that a spreadsheet would take for a formula. @default false
   */
  readonly spreadsheetCsv?: boolean;
  /** Command that makes the same folder again, for the record. @default 'placeStudy' */
  readonly command?: string;
}

/**
 * Places models in an embedding that was fitted without them, with the embedding's own score, gate and normalisation; the
 * embedding is not changed.
 *
 * @throws InputError for what the user gave.
 */
export async function placeStudy({
  embedding,
  units,
  out,
  modelNames = 'exact',
  encoding,
  spreadsheetCsv = false,
  command = 'placeStudy',
}: PlaceStudyOptions): Promise<PlacedModelBatch> {
  if (out !== undefined) checkOutputApart(out, [embedding, ...units]);
  const { fit, files } = readEmbeddingFolder(embedding);
  const fitted = readFittedEmbedding(fit);
  const { score, gate, compareGate, match } = fitted;
  const normalisation = checkNormalisation(fitted.normalisation);
  const csv = encoding === undefined ? {} : { encoding };
  const sources = new UnitSources();
  const profiles = readUnitTables(units, {
    modelNames,
    onModel: sources.note,
    score: scoreColumnOf(score),
    tested: match !== 'gate',
    ...csv,
  }).pipe(profileModels({ ...fitted, normalisation }));
  const placed = await sources.placeErrors(lastValueFrom(profiles.pipe(placeModels({ embedding: fit }))));
  if (out !== undefined) {
    writeTables(
      out,
      { placement: placed },
      {
        title: 'Placement',
        command,
        options: {
          score,
          gate,
          compareGate,
          match,
          normalisation,
          modelNames,
          ...csv,
        },
        inputs: [
          ...units.map((file) => manifestInput('units', file)),
          ...files.slice(0, 1).map((file) => manifestInput('embedding', file)),
        ],
        warnings: [],
      },
      {},
      { spreadsheetCsv },
    );
  }
  return placed;
}
