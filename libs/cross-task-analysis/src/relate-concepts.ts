import {
  conceptProfileSchema,
  conceptRelationSchema,
  type ConceptProfileBatch,
  type ConceptRelationBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { benjaminiHochberg, testCorrelations } from '@intermodel/numerics';
import { buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { relateTasksDefaults } from './relate-tasks.ts';
import { gatherScores, scoresOf, sharedModels, type ScoreColumnValues } from './score-matrix.ts';

/** Options of {@link relateConcepts}. */
export interface RelateConceptsOptions {
  /** Profiles of the embedded models. */
  readonly profiles: ConceptProfileBatch;
  /** Orderings drawn where there are too many to try all. @default 100,000 */
  readonly permutations?: number;
  /** Seed of the orderings. @default 0 */
  readonly seed?: number;
}

/**
 * Correlates the weight of every concept with every score column, over the models that have both, and ranks the
 * concepts of a column by |r|: the kind of visual concept that a task needs. Emits one batch when the source completes.
 *
 * p by permutation, q by Benjamini-Hochberg over all concepts and columns. A concept that is constant over the models
 * has no correlation, and stands last.
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
  { profiles, permutations = relateTasksDefaults.permutations, seed = relateTasksDefaults.seed }: RelateConceptsOptions,
): ConceptRelationBatch {
  const concepts = conceptWeights(checkBatch('relateConcepts', conceptProfileSchema, profiles));
  const models = sharedModels([...new Set(readStrings(column(profiles, 'model')))], columns);
  const predictors = concepts.map(({ weights }) => Float64Array.from(models, (model) => weights.get(model) ?? 0));
  const responses = columns.map((scores) => scoresOf(models, scores));
  const tests = testCorrelations({ predictors, responses, permutations, seed, familyWise: false });
  const q = benjaminiHochberg(tests.p);
  const rows = columns.flatMap((scores, response) =>
    concepts
      .map(({ concept, category }, predictor) => {
        const index = predictor * columns.length + response;
        return {
          ...scores,
          concept,
          category,
          n: tests.n[index] as number,
          r: tests.pearson[index] as number,
          p: tests.p[index] as number,
          q: q[index] as number,
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
    p: rows.map(({ p }) => p),
    q: rows.map((row) => row.q),
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
