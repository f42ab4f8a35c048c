import { relationDefaults } from '@intermodel/cross-task-analysis';
import type { ModelNameRule, TextEncoding } from '@intermodel/data-loading';
import {
  manifestInput,
  readEmbeddingFolder,
  type RelationTables,
  scoreWarnings,
  studyFiles,
  type StudyWarning,
  writeTables,
} from '@intermodel/outputs';
import { checkOutputApart } from '@intermodel/streams';
import {
  checkWithinFamilies,
  familyFileWarnings,
  relateScoreFiles,
  scoreColumnWarnings,
  type RelationChoices,
} from './relate-scores.ts';

/** Options of {@link relateStudy}. */
export interface RelateStudyOptions extends RelationChoices {
  /** Output folder of an earlier run, with the embedding. */
  readonly embedding: string;
  /** Score tables, wide or tidy, CSV or Arrow. */
  readonly scores: readonly string[];
  /** CSV that says what the columns of wide score tables mean. @default those of published tables */
  readonly scoreColumns?: string;
  /** Encoding of CSV tables without a byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding;
  /** Folder to write; it appears whole or not at all. */
  readonly out: string;
  /** Rule for the model names of the scores. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /** Table of the families of the models: model, family, and reason if it is there. @default every model is its own */
  readonly families?: string;
  /**
   * Whether an apostrophe stands before text in CSV files that a spreadsheet would take for a formula. @default false
   */
  readonly spreadsheetCsv?: boolean;
  /** Command that makes the same folder again, for the record. @default 'relateStudy' */
  readonly command?: string;
}

/** What {@link relateStudy} made. */
export interface RelatedStudy extends RelationTables {
  /** Names that only the embedding or only the scores have, and columns that are no scores. */
  readonly warnings: readonly StudyWarning[];
}

/**
 * Relates the embedding of an earlier run to scores, and writes the tables of relations.
 *
 * @throws InputError for what the user gave. Nothing is written then.
 */
export async function relateStudy(options: RelateStudyOptions): Promise<RelatedStudy> {
  const { embedding, scores, out, modelNames = 'exact', families, given } = options;
  const { seed, permutations, permuteWithin, correction } = { ...relationDefaults, ...options };
  checkWithinFamilies({ permuteWithin, families });
  checkOutputApart(out, [embedding, ...scores, ...[options.scoreColumns ?? [], families ?? []].flat()]);
  const { points, summaries, embeddedProfiles, files } = readEmbeddingFolder(embedding);
  const { scoreColumns, encoding } = options;
  const tables = await relateScoreFiles({
    scores,
    scoreColumns,
    encoding,
    modelNames,
    points,
    summaries,
    embeddedProfiles,
    seed,
    permutations,
    permuteWithin,
    correction,
    given,
    families,
  });
  const warnings = [
    ...scoreWarnings(points, summaries, tables.scores),
    ...(await scoreColumnWarnings({ scores, scoreColumns, encoding })),
    ...(await familyFileWarnings({ families, encoding, modelNames }, { points, summaries })),
  ];
  writeTables(
    out,
    studyFiles(tables),
    {
      title: 'Relations',
      command: options.command ?? 'relateStudy',
      options: {
        modelNames,
        ...(encoding === undefined ? {} : { encoding }),
        seed,
        permutations,
        permuteWithin,
        correction,
        ...(given === undefined ? {} : { given }),
      },
      inputs: [
        ...files.map((file) => manifestInput('embedding', file)),
        ...scores.map((file) => manifestInput('scores', file)),
        ...(scoreColumns === undefined ? [] : [manifestInput('score columns', scoreColumns)]),
        ...(families === undefined ? [] : [manifestInput('model families', families)]),
      ],
      warnings,
    },
    {},
    options,
  );
  return { ...tables, warnings };
}
