import {
  familiesOf,
  familyTable,
  rateSurfaces,
  relateConcepts,
  relateTasks,
  relationDefaults,
  relationPower,
  surfacePerformance,
  type Correction,
  type PermutationScope,
} from '@intermodel/cross-task-analysis';
import {
  readModelFamilies,
  readScoreColumns,
  readScoreTables,
  scoreTableWarnings,
  type ModelNameRule,
  type TextEncoding,
} from '@intermodel/data-loading';
import { familyWarnings, type RelationTables, type StudyWarning } from '@intermodel/outputs';
import {
  relationPowerSchema,
  taskScoreSchema,
  type ConceptProfileBatch,
  type EmbeddingPointBatch,
  type ModelFamilyBatch,
  type ProfileSummaryBatch,
  type RelationPowerBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { buildBatch, column, InputError, readNumbers, readStrings } from '@intermodel/streams';
import { concat, concatMap, EMPTY, forkJoin, lastValueFrom, map, of, reduce, type OperatorFunction } from 'rxjs';

/** Choices of relations that are plain values. */
export interface RelationChoices {
  /** Orderings drawn where there are too many to try all. @default 100,000 */
  readonly permutations?: number;
  /** Among which models they exchange scores. @default 'all' */
  readonly permuteWithin?: PermutationScope;
  /** Correction that decides what is supported. @default 'benjamini-hochberg' */
  readonly correction?: Correction;
  /** Score column given which partial correlations are computed. @default none */
  readonly given?: string | undefined;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/** Options of {@link relateScores}. */
export interface RelateScoresOptions extends RelationChoices {
  /** Embedded models. */
  readonly points: EmbeddingPointBatch;
  /** Summaries of (at least) these models. */
  readonly summaries: ProfileSummaryBatch;
  /** Their profiles over the concepts of the fit. */
  readonly embeddedProfiles: ConceptProfileBatch;
  /** Families of models that are no independent samples. @default every model is its own */
  readonly families?: ModelFamilyBatch | undefined;
}

/**
 * Relates an embedding to the scores of its models: one emission of all tables when the source completes.
 *
 * @throws InputError `NO_SHARED_MODELS`, `SCORE_UNKNOWN`.
 * @example
 * readScoreTables(['scores.csv']).pipe(relateScores(tables))
 */
export function relateScores(options: RelateScoresOptions): OperatorFunction<TaskScoreBatch, RelationTables> {
  const { points, summaries, embeddedProfiles, families, given } = options;
  const {
    permutations = relationDefaults.permutations,
    permuteWithin = relationDefaults.permuteWithin,
    correction = relationDefaults.correction,
    seed = relationDefaults.seed,
  } = options;
  const chosen = { families, permutations, permuteWithin, correction, seed };
  const models = readStrings(column(points, 'model'));
  const power = { correction, permuteWithin, hasFamilies: familiesOf(models, families).areShared };
  return (source) =>
    source.pipe(
      reduce((batches: TaskScoreBatch[], batch) => [...batches, batch], []),
      map(joinScores),
      concatMap((scores) =>
        forkJoin({
          relations: of(scores).pipe(relateTasks({ points, summaries, given, ...chosen })),
          concepts: of(scores).pipe(relateConcepts({ profiles: embeddedProfiles, ...chosen })),
          surfaces: of(scores).pipe(surfacePerformance({ points })),
          surfaceErrors: of(scores).pipe(rateSurfaces({ points })),
        }).pipe(map((tables) => ({ ...tables, scores, families: familyTable(models, families) }))),
      ),
      concatMap((tables) =>
        forkJoin([
          of(tables.relations).pipe(relationPower({ table: 'relations', ...power })),
          of(tables.concepts).pipe(relationPower({ table: 'concepts', ...power })),
        ]).pipe(map((powers) => ({ ...tables, power: joinPowers(powers) }))),
      ),
    );
}

function joinPowers(batches: readonly RelationPowerBatch[]): RelationPowerBatch {
  const text = (name: 'table' | 'correction' | 'permuteWithin' | 'rule' | 'statement') =>
    batches.flatMap((batch) => readStrings(column(batch, name)));
  const numbers = (name: 'n' | 'relations' | 'tests' | 'pFloor' | 'criticalOne' | 'criticalAll') =>
    batches.flatMap((batch) => [...readNumbers(column(batch, name))]);
  return buildBatch(relationPowerSchema, {
    table: text('table'),
    n: numbers('n'),
    relations: numbers('relations'),
    tests: numbers('tests'),
    correction: text('correction'),
    permuteWithin: text('permuteWithin'),
    pFloor: numbers('pFloor'),
    criticalOne: numbers('criticalOne'),
    criticalAll: numbers('criticalAll'),
    rule: text('rule'),
    statement: text('statement'),
  });
}

/** Options of {@link relateScoreFiles}. */
export interface RelateScoreFilesOptions extends Omit<RelateScoresOptions, 'families'> {
  /** Score tables, wide or tidy, CSV or Arrow. */
  readonly scores: readonly string[];
  /** CSV that says what the columns of wide score tables mean. @default those of published tables */
  readonly scoreColumns?: string | undefined;
  /** Encoding of CSV tables without a byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding | undefined;
  /** Table of the families of the models: model, family, and reason if it is there. @default every model is its own */
  readonly families?: string | undefined;
  /** Rule for the model names of the scores, and of the families. */
  readonly modelNames: ModelNameRule;
  /** Further scores. @default none */
  readonly probed?: TaskScoreBatch;
}

/**
 * Relates an embedding to the scores of its models in files.
 *
 * @throws InputError of the readers, `NO_SHARED_MODELS`, `SCORE_UNKNOWN`.
 */
export async function relateScoreFiles({
  scores,
  scoreColumns,
  encoding,
  modelNames,
  probed,
  families,
  ...embedded
}: RelateScoreFilesOptions): Promise<RelationTables> {
  const csv = encoding === undefined ? {} : { encoding };
  const columns = scoreColumns === undefined ? {} : { scoreColumns: await readScoreColumns(scoreColumns, csv) };
  const models = readStrings(column(embedded.points, 'model'));
  return lastValueFrom(
    concat(
      scores.length === 0 ? EMPTY : readScoreTables(scores, { modelNames, models, ...csv, ...columns }),
      probed === undefined ? EMPTY : of(probed),
    ).pipe(
      relateScores({
        ...embedded,
        families: families === undefined ? undefined : await readModelFamilies(families, { modelNames, ...csv }),
      }),
    ),
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

/**
 * Refuses orderings within families where there are none: every model would be its own, and no ordering be left.
 *
 * @throws InputError `FAMILIES_MISSING`.
 */
export function checkWithinFamilies({
  permuteWithin,
  families,
}: Pick<RelateScoreFilesOptions, 'permuteWithin' | 'families'>): void {
  if (permuteWithin !== 'families' || families !== undefined) return;
  throw new InputError('FAMILIES_MISSING', 'no families are given for orderings to stay within', {
    expected: 'a table of families with `relations.families`',
    hint: 'Name one, or let all models exchange: `relations.permuteWithin: all`.',
  });
}

/** Refuses what relations alone are made of, where there are no scores to relate to. @throws InputError `SCORES_MISSING` */
export function checkHasScores({
  scores = [],
  ...ofRelations
}: Partial<Pick<RelateScoreFilesOptions, 'scores' | 'families' | 'given'>>): void {
  const [name] = (['families', 'given'] as const).filter((key) => ofRelations[key] !== undefined);
  if (scores.length > 0 || name === undefined) return;
  throw new InputError('SCORES_MISSING', `\`relations.${name}\` has no effect without scores`, {
    expected: 'tables of scores with `scores`',
    hint: `Name one, or leave \`relations.${name}\` out.`,
  });
}

/**
 * Models that stand in the embedding or in the table of families alone.
 *
 * @param options how the table is read
 * @param options.families the table of families; undefined: there is none
 * @param options.encoding encoding of a CSV table without a byte-order mark
 * @param options.modelNames rule for its model names
 * @param embedded what the models are
 * @param embedded.points models that were embedded
 * @param embedded.summaries all that were profiled
 * @throws InputError of the reader.
 */
export async function familyFileWarnings(
  { families, encoding, modelNames }: Pick<RelateScoreFilesOptions, 'families' | 'encoding' | 'modelNames'>,
  { points, summaries }: Pick<RelateScoresOptions, 'points' | 'summaries'>,
): Promise<StudyWarning[]> {
  if (families === undefined) return [];
  const csv = encoding === undefined ? {} : { encoding };
  return familyWarnings(points, summaries, await readModelFamilies(families, { modelNames, ...csv }));
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
