import {
  taskRelationSchema,
  type EmbeddingPointBatch,
  type ProfileSummaryBatch,
  type TaskRelationBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import {
  bcaInterval,
  benjaminiHochberg,
  fisherInterval,
  pearson,
  spearman,
  testCorrelations,
} from '@intermodel/numerics';
import { buildBatch, column, readStrings } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { predictorsOf } from './predictors.ts';
import { gatherScores, scoresOf, sharedModels, type ScoreColumnValues } from './score-matrix.ts';

/** Options of {@link relateTasks}. */
export interface RelateTasksOptions {
  /** Points of the embedded models. */
  readonly points: EmbeddingPointBatch;
  /** Summaries of (at least) these models. */
  readonly summaries: ProfileSummaryBatch;
  /** Orderings drawn where there are too many to try all. @default 100,000 */
  readonly permutations?: number;
  /** Resamples of the bootstrap. @default 2,000 */
  readonly resamples?: number;
  /** Seed of both. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link relateTasks}. */
export const relateTasksDefaults = {
  permutations: 100_000,
  resamples: 2_000,
  seed: 0,
} as const satisfies Partial<RelateTasksOptions>;

/** Level of the intervals. */
export const intervalLevel = 0.95;

/** Largest false-discovery rate at which a relation is called supported. */
export const supportedBelow = 0.05;

/**
 * Correlates every component, category summary and the trivial baseline with every score column, over the models that
 * have both. Emits one batch when the source completes, predictors in order, columns in order of the scores.
 *
 * Pearson with its Fisher interval (95 %) and BCa bootstrap interval over models, Spearman, two-sided permutation p
 * (exact up to n = 9), family-wise p by the maximum over the table, Benjamini-Hochberg q over the table. A relation is
 * **supported** only where q <= 0.05 and the Fisher interval excludes 0. Fewer than 4 models or a constant leave the
 * statistics undefined.
 *
 * @throws InputError `NO_SHARED_MODELS`.
 * @example
 * scores.pipe(relateTasks({ points, summaries }))
 */
export function relateTasks(options: RelateTasksOptions): OperatorFunction<TaskScoreBatch, TaskRelationBatch> {
  return (scores) =>
    defer(() =>
      scores.pipe(
        gatherScores('relateTasks'),
        map((columns) => relate(columns, options)),
      ),
    );
}

function relate(columns: readonly ScoreColumnValues[], options: RelateTasksOptions): TaskRelationBatch {
  const {
    points,
    summaries,
    permutations = relateTasksDefaults.permutations,
    resamples = relateTasksDefaults.resamples,
    seed = relateTasksDefaults.seed,
  } = options;
  const models = sharedModels(readStrings(column(points, 'model')), columns);
  const predictors = predictorsOf(points, summaries).map(({ name, values }) => ({
    name,
    values: Float64Array.from(models, (model) => values.get(model) ?? Number.NaN),
  }));
  const responses = columns.map((scores) => scoresOf(models, scores));
  const tests = testCorrelations({
    predictors: predictors.map(({ values }) => values),
    responses,
    permutations,
    seed,
    familyWise: true,
  });
  const rows = predictors.flatMap(({ name, values }, predictor) =>
    columns.map((scores, response) => {
      const index = predictor * columns.length + response;
      const [x, y] = completePairs(values, responses[response] as Float64Array);
      const r = pearson(x, y);
      const [low, high] = fisherInterval(r, x.length, intervalLevel);
      const [bootstrapLow, bootstrapHigh] = bcaInterval({
        x,
        y,
        statistic: pearson,
        resamples,
        seed,
        level: intervalLevel,
      });
      return {
        ...scores,
        predictor: name,
        n: x.length,
        r,
        low,
        high,
        rho: spearman(x, y),
        bootstrapLow,
        bootstrapHigh,
        p: tests.p[index] as number,
        pFamily: tests.pFamily[index] as number,
      };
    }),
  );
  const q = benjaminiHochberg(Float64Array.from(rows, ({ p }) => p));
  return buildBatch(taskRelationSchema, {
    predictor: rows.map(({ predictor }) => predictor),
    task: rows.map(({ task }) => task),
    dataset: rows.map(({ dataset }) => dataset),
    metric: rows.map(({ metric }) => metric),
    column: rows.map((row) => row.column),
    n: rows.map(({ n }) => n),
    pearson: rows.map(({ r }) => r),
    pearsonLow: rows.map(({ low }) => low),
    pearsonHigh: rows.map(({ high }) => high),
    spearman: rows.map(({ rho }) => rho),
    bootstrapLow: rows.map((row) => row.bootstrapLow),
    bootstrapHigh: rows.map((row) => row.bootstrapHigh),
    p: rows.map(({ p }) => p),
    pFamily: rows.map(({ pFamily }) => pFamily),
    q,
    supported: rows.map(({ low, high }, index) => (q[index] as number) <= supportedBelow && low * high > 0),
  });
}

/** Values of the models that have both. */
export function completePairs(x: Float64Array, y: Float64Array): readonly [Float64Array, Float64Array] {
  const both = (_: number, index: number) => !Number.isNaN(x[index]) && !Number.isNaN(y[index]);
  return [x.filter(both), y.filter(both)];
}
