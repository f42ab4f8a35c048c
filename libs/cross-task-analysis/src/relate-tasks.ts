import {
  taskRelationSchema,
  type EmbeddingPointBatch,
  type ProfileSummaryBatch,
  type TaskRelationBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import {
  averageRanks,
  bcaInterval,
  leaveOutRange,
  partialCorrelation,
  pearson,
  spearman,
  testCorrelations,
} from '@intermodel/numerics';
import { buildBatch, column, InputError, readStrings, suggestName } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { completeRows } from './complete-rows.ts';
import { correctTests } from './corrected-tests.ts';
import { familiesOf } from './model-families.ts';
import { baseline, predictorsOf } from './predictors.ts';
import { relationDefaults, type RelationOptions } from './relation-options.ts';
import { ScoreCorrelation } from './score-correlation.ts';
import { gatherScores, scoresOf, sharedModels, type ScoreColumnValues } from './score-matrix.ts';
import { intervalLevel } from './support-rule.ts';

/** Options of {@link relateTasks}. */
export interface RelateTasksOptions extends RelationOptions {
  /** Points of the embedded models. */
  readonly points: EmbeddingPointBatch;
  /** Summaries of (at least) these models. */
  readonly summaries: ProfileSummaryBatch;
  /** Score column given which partial correlations are computed, such as that of ImageNet. @default none */
  readonly given?: string | undefined;
  /** Resamples of the bootstrap. @default 2,000 */
  readonly resamples?: number;
}

/** Defaults of {@link relateTasks}. */
export const relateTasksDefaults = {
  ...relationDefaults,
  resamples: 2_000,
} as const satisfies Partial<RelateTasksOptions>;

/**
 * Correlates every component, category summary and the trivial baseline with every score column, over the models that
 * have both. Emits one batch when the source completes, predictors in order, columns in order of the scores.
 *
 * Pearson with its Fisher interval (95 %) and BCa bootstrap interval over models, Spearman, two-sided permutation p
 * (exact up to n = 9; within families if asked for), family-wise p by the maximum over the table, q over the table by
 * Benjamini-Hochberg and by Benjamini-Yekutieli; the ranges of Pearson without any one model and without any one family;
 * partial correlations, with p by Freedman and Lane, given the number of matching units and given a score column. What
 * is **supported** `unmetCriteria` decides. Fewer than 4 models or a constant leave the statistics undefined.
 *
 * @throws InputError `NO_SHARED_MODELS`; `SCORE_UNKNOWN` where no column has the name of `given`.
 * @example
 * scores.pipe(relateTasks({ points, summaries, given: 'dt_ImageNet' }))
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
  const { points, summaries, families, given, ...chosen } = options;
  const { permutations, permuteWithin, correction, resamples, seed } = { ...relateTasksDefaults, ...chosen };
  const models = sharedModels(readStrings(column(points, 'model')), columns);
  const family = familiesOf(models, families);
  const predictors = predictorsOf(points, summaries).map(({ name, values }) => ({
    name,
    values: Float64Array.from(models, (model) => values.get(model) ?? Number.NaN),
  }));
  const responses = columns.map((scores) => scoresOf(models, scores));
  const series = { predictors: predictors.map(({ values }) => values), responses };
  const orderings = { permutations, seed, ...(permuteWithin === 'families' ? { within: family.of } : {}) };
  const tests = testCorrelations({ ...series, ...orderings, familyWise: true });
  const partialOf = (covariate: Float64Array | undefined) => ({
    covariate,
    tests: covariate === undefined ? undefined : testCorrelations({ ...series, ...orderings, given: covariate }),
  });
  const units = partialOf(predictors.find(({ name }) => name === baseline)?.values);
  const score = partialOf(given === undefined ? undefined : givenScores(models, columns, given));
  const { q, qBy, corrected } = correctTests(tests, correction);
  const rows = predictors.flatMap(({ name, values }, predictor) =>
    columns.map((scores, response) => {
      const index = predictor * columns.length + response;
      const scored = responses[response] as Float64Array;
      const correlation = new ScoreCorrelation(values, scored, family.of);
      const { x, y, r, low, high, lofo } = correlation;
      const [bootstrapLow, bootstrapHigh] = bcaInterval({
        x,
        y,
        statistic: pearson,
        resamples,
        seed,
        level: intervalLevel,
      });
      const one = leaveOutRange(
        x,
        y,
        x.map((_, row) => row),
      );
      const unmet = correlation.unmet(corrected[index]);
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
        pFloor: tests.floor[index] as number,
        q: q[index] as number,
        qBy: qBy[index] as number,
        one,
        lofo,
        weakest: family.names[lofo.weakest] ?? '',
        units: partialAt(units, index, values, scored),
        score: partialAt(score, index, values, scored),
        unmet,
      };
    }),
  );
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
    pFloor: rows.map(({ pFloor }) => pFloor),
    q: rows.map((row) => row.q),
    qBy: rows.map((row) => row.qBy),
    looLow: rows.map(({ one }) => one.low),
    looHigh: rows.map(({ one }) => one.high),
    lofoLow: rows.map(({ lofo }) => lofo.low),
    lofoHigh: rows.map(({ lofo }) => lofo.high),
    lofoWeakest: rows.map(({ weakest }) => weakest),
    partialUnits: rows.map((row) => row.units.r),
    partialUnitsSpearman: rows.map((row) => row.units.rho),
    partialUnitsP: rows.map((row) => row.units.p),
    given: rows.map(() => given ?? ''),
    partialScore: rows.map((row) => row.score.r),
    partialScoreSpearman: rows.map((row) => row.score.rho),
    partialScoreP: rows.map((row) => row.score.p),
    unmet: rows.map(({ unmet }) => unmet.join(' ')),
    supported: rows.map(({ unmet }) => unmet.length === 0),
  });
}

/** A covariate with the tests of all pairs given it. */
interface PartialTests {
  readonly covariate: Float64Array | undefined;
  readonly tests: ReturnType<typeof testCorrelations> | undefined;
}

/** Partial correlation of a pair, that of ranks, and its p; all NaN where there is no covariate. */
function partialAt(
  { covariate, tests }: PartialTests,
  pair: number,
  values: Float64Array,
  scores: Float64Array,
): { readonly r: number; readonly rho: number; readonly p: number } {
  if (covariate === undefined || tests === undefined) return { r: Number.NaN, rho: Number.NaN, p: Number.NaN };
  const [x, y, z] = completeRows([values, scores, covariate]);
  const r = tests.pearson[pair] as number;
  return {
    r,
    rho: Number.isNaN(r) ? r : partialCorrelation(averageRanks(x), averageRanks(y), averageRanks(z)),
    p: tests.p[pair] as number,
  };
}

function givenScores(models: readonly string[], columns: readonly ScoreColumnValues[], given: string): Float64Array {
  const found = columns.find((scores) => scores.column === given);
  if (found !== undefined) return scoresOf(models, found);
  const names = columns.map((scores) => scores.column);
  throw new InputError('SCORE_UNKNOWN', `no score column is named "${given}"`, {
    expected: `one of: ${names.join(', ')}`,
    hint: `${suggestName(given, names)} \`relations.given\` names the score that partial correlations are given.`,
  });
}
