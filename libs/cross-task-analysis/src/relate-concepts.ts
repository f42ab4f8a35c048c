import {
  conceptProfileSchema,
  conceptRelationSchema,
  type ConceptProfileBatch,
  type ConceptRelationBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { testCorrelations } from '@intermodel/numerics';
import { buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { correctTests } from './corrected-tests.ts';
import { familiesOf } from './model-families.ts';
import { relationDefaults, type RelationOptions } from './relation-options.ts';
import { ScoreCorrelation } from './score-correlation.ts';
import { gatherScores, scoresOf, sharedModels, type ScoreColumnValues } from './score-matrix.ts';

/** Options of {@link relateConcepts}. */
export interface RelateConceptsOptions extends RelationOptions {
  /** Profiles of the embedded models. */
  readonly profiles: ConceptProfileBatch;
}

/**
 * Correlates the weight of every concept with every score column, over the models that have both, and ranks the
 * concepts of a column by |r|: the kind of visual concept that a task needs. Emits one batch when the source completes.
 *
 * p by permutation, q by Benjamini-Hochberg and by Benjamini-Yekutieli over all concepts and columns; where the maximum
 * over these is what they are corrected by, family-wise p too. The range without any one family, and what is supported,
 * are as for `relateTasks`. A concept that is constant over the models has no correlation, and stands last.
 *
 * @throws InputError `NO_SHARED_MODELS`.
 * @example
 * scores.pipe(relateConcepts({ profiles }))
 */
export function relateConcepts(options: RelateConceptsOptions): OperatorFunction<TaskScoreBatch, ConceptRelationBatch> {
  return (scores) =>
    defer(() =>
      scores.pipe(
        gatherScores('relateConcepts'),
        map((columns) => relate(columns, options)),
      ),
    );
}

function relate(
  columns: readonly ScoreColumnValues[],
  { profiles, families, ...chosen }: RelateConceptsOptions,
): ConceptRelationBatch {
  const { permutations, permuteWithin, correction, seed } = { ...relationDefaults, ...chosen };
  const concepts = conceptWeights(checkBatch('relateConcepts', conceptProfileSchema, profiles));
  const models = sharedModels([...new Set(readStrings(column(profiles, 'model')))], columns);
  const family = familiesOf(models, families);
  const predictors = concepts.map(({ weights }) => Float64Array.from(models, (model) => weights.get(model) ?? 0));
  const responses = columns.map((scores) => scoresOf(models, scores));
  const tests = testCorrelations({
    ...{ predictors, responses, permutations, seed, familyWise: correction === 'max-t' },
    ...(permuteWithin === 'families' ? { within: family.of } : {}),
  });
  const { q, qBy, corrected } = correctTests(tests, correction);
  const rows = columns.flatMap((scores, response) =>
    concepts
      .map(({ concept, category }, predictor) => {
        const index = predictor * columns.length + response;
        const correlation = new ScoreCorrelation(
          predictors[predictor] as Float64Array,
          responses[response] as Float64Array,
          family.of,
        );
        const { r, low, high, lofo } = correlation;
        return {
          ...{ ...scores, concept, category, n: correlation.x.length, r, low, high },
          ...{ lofoLow: lofo.low, lofoHigh: lofo.high },
          p: tests.p[index] as number,
          pFamily: tests.pFamily[index] as number,
          pFloor: tests.floor[index] as number,
          q: q[index] as number,
          qBy: qBy[index] as number,
          unmet: correlation.unmet(corrected[index]),
        };
      })
      .sort((a, b) => strength(b.r) - strength(a.r)),
  );
  return buildBatch(conceptRelationSchema, {
    concept: rows.map(({ concept }) => concept),
    category: rows.map(({ category }) => category),
    task: rows.map(({ task }) => task),
    dataset: rows.map(({ dataset }) => dataset),
    metric: rows.map(({ metric }) => metric),
    column: rows.map((row) => row.column),
    n: rows.map(({ n }) => n),
    pearson: rows.map(({ r }) => r),
    pearsonLow: rows.map(({ low }) => low),
    pearsonHigh: rows.map(({ high }) => high),
    p: rows.map(({ p }) => p),
    pFamily: rows.map(({ pFamily }) => pFamily),
    pFloor: rows.map(({ pFloor }) => pFloor),
    q: rows.map((row) => row.q),
    qBy: rows.map((row) => row.qBy),
    lofoLow: rows.map(({ lofoLow }) => lofoLow),
    lofoHigh: rows.map(({ lofoHigh }) => lofoHigh),
    unmet: rows.map(({ unmet }) => unmet.join(' ')),
    supported: rows.map(({ unmet }) => unmet.length === 0),
  });
}

/** |r|, with the undefined last. */
function strength(r: number): number {
  return Number.isNaN(r) ? -1 : Math.abs(r);
}

function conceptWeights(profiles: ConceptProfileBatch) {
  const models = readStrings(column(profiles, 'model'));
  const labels = readStrings(column(profiles, 'concept'));
  const categories = readStrings(column(profiles, 'category'));
  const concepts = new Map<
    string,
    { readonly concept: string; readonly category: string; readonly weights: Map<string, number> }
  >();
  readNumbers(column(profiles, 'weight')).forEach((weight, row) => {
    const [concept, category] = [labels[row] as string, categories[row] as string];
    const key = JSON.stringify([category, concept]);
    let entry = concepts.get(key);
    if (entry === undefined) concepts.set(key, (entry = { concept, category, weights: new Map<string, number>() }));
    entry.weights.set(models[row] as string, weight);
  });
  return [...concepts.values()];
}
