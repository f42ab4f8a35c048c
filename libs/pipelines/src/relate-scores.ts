import {
  rateSurfaces,
  relateConcepts,
  relateTasks,
  relateTasksDefaults,
  surfacePerformance,
} from '@intermodel/cross-task-analysis';
import {
  readScoreColumns,
  readScoreTables,
  scoreTableWarnings,
  type ModelNameRule,
  type TextEncoding,
} from '@intermodel/data-loading';
import type { RelationTables, StudyWarning } from '@intermodel/outputs';
import {
  taskScoreSchema,
  type ConceptProfileBatch,
  type EmbeddingPointBatch,
  type ProfileSummaryBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { buildBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { concat, concatMap, EMPTY, forkJoin, lastValueFrom, map, of, reduce, type OperatorFunction } from 'rxjs';

/** Options of {@link relateScores}. */
export interface RelateScoresOptions {
  /** Embedded models. */
  readonly points: EmbeddingPointBatch;
  /** Summaries of (at least) these models. */
  readonly summaries: ProfileSummaryBatch;
  /** Their profiles over the concepts of the fit. */
  readonly embeddedProfiles: ConceptProfileBatch;
  /** Orderings drawn where there are too many to try all. @default 100,000 */
  readonly permutations?: number;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/**
 * Relates an embedding to the scores of its models: one emission of all tables when the source completes.
 *
 * @throws InputError `NO_SHARED_MODELS`.
 * @example
 * readScoreTables(['scores.csv']).pipe(relateScores(tables))
 */
export function relateScores(options: RelateScoresOptions): OperatorFunction<TaskScoreBatch, RelationTables> {
  const {
    points,
    summaries,
    embeddedProfiles,
    permutations = relateTasksDefaults.permutations,
    seed = relateTasksDefaults.seed,
  } = options;
  return (source) =>
    source.pipe(
      reduce((batches: TaskScoreBatch[], batch) => [...batches, batch], []),
      map(joinScores),
      concatMap((scores) =>
        forkJoin({
          relations: of(scores).pipe(relateTasks({ points, summaries, permutations, seed })),
          concepts: of(scores).pipe(relateConcepts({ profiles: embeddedProfiles, permutations, seed })),
          surfaces: of(scores).pipe(surfacePerformance({ points })),
          surfaceErrors: of(scores).pipe(rateSurfaces({ points })),
        }).pipe(map((tables) => ({ ...tables, scores }))),
      ),
    );
}

/** Options of {@link relateScoreFiles}. */
export interface RelateScoreFilesOptions extends RelateScoresOptions {
  /** Score tables, wide or tidy, CSV or Arrow. */
  readonly scores: readonly string[];
  /** CSV that says what the columns of wide score tables mean. @default those of published tables */
  readonly scoreColumns?: string | undefined;
  /** Encoding of CSV tables without a byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding | undefined;
  /** Rule for the model names of the scores. */
  readonly modelNames: ModelNameRule;
  /** Further scores. @default none */
  readonly probed?: TaskScoreBatch;
}

/**
 * Relates an embedding to the scores of its models in files.
 *
 * @throws InputError of the readers, `NO_SHARED_MODELS`.
 */
export async function relateScoreFiles({
  scores,
  scoreColumns,
  encoding,
  modelNames,
  probed,
  ...embedded
}: RelateScoreFilesOptions): Promise<RelationTables> {
  const csv = encoding === undefined ? {} : { encoding };
  const columns = scoreColumns === undefined ? {} : { scoreColumns: await readScoreColumns(scoreColumns, csv) };
  const models = readStrings(column(embedded.points, 'model'));
  return lastValueFrom(
    concat(
      scores.length === 0 ? EMPTY : readScoreTables(scores, { modelNames, models, ...csv, ...columns }),
      probed === undefined ? EMPTY : of(probed),
    ).pipe(relateScores(embedded)),
  );
}

/**
 * Names of columns that are not used: those of wide score tables that are no known scores, and those of the mapping
 * that no table has.
 *
 * @throws InputError of the readers.
 */
export async function scoreColumnWarnings({
  scores,
  scoreColumns,
  encoding,
}: Pick<RelateScoreFilesOptions, 'scores' | 'scoreColumns' | 'encoding'>): Promise<StudyWarning[]> {
  const csv = encoding === undefined ? {} : { encoding };
  const columns = scoreColumns === undefined ? {} : { scoreColumns: await readScoreColumns(scoreColumns, csv) };
  return (await scoreTableWarnings(scores, { ...csv, ...columns })).map(({ message }) => ({
    subject: 'scores',
    text: `${message}.`,
  }));
}

function joinScores(batches: readonly TaskScoreBatch[]): TaskScoreBatch {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return first;
  const text = (name: 'model' | 'task' | 'dataset' | 'metric' | 'column') =>
    batches.flatMap((batch) => readStrings(column(batch, name)));
  return buildBatch(taskScoreSchema, {
    model: text('model'),
    task: text('task'),
    dataset: text('dataset'),
    metric: text('metric'),
    column: text('column'),
    score: batches.flatMap((batch) => [...readNumbers(column(batch, 'score'))]),
    higherIsBetter: batches.flatMap((batch) => [...column(batch, 'higherIsBetter')] as boolean[]),
  });
}
