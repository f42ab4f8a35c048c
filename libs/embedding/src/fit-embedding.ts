import { fittedEmbeddingSchema, type ConceptProfileBatch, type FittedEmbeddingBatch } from '@intermodel/schemas';
import { clusterKMeans, fitPrincipalComponents, type MatchRule } from '@intermodel/numerics';
import { buildBatch, InputError } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import type { Normalisation } from './normalisation.ts';
import { checkProfiles, gatherProfiles, transpose, type Concept, type ProfileMatrix } from './profile-matrix.ts';
import { profileModelsDefaults } from './profile-models.ts';

/** Options of {@link fitEmbedding}. */
export interface FitEmbeddingOptions {
  /** Principal components kept, at least 1 and fewer than there are models. @default 3 */
  readonly components?: number;
  /** Categories of models, at least 1 and at most as many as models. @default 3 */
  readonly clusters?: number;
  /** Seed of the k-means starts. @default 0 */
  readonly seed?: number;
  /** Starts of k-means, of which the one with the least inertia is kept. @default 100 */
  readonly restarts?: number;
  /** Gate that the profiles were made with, kept with the embedding for placing others. @default 0.04 */
  readonly gate?: number;
  /** By which comparison scores passed the gate, likewise. @default '>' */
  readonly compareGate?: '>' | '>=';
  /** Score that the gate is one of, likewise. @default 'iou' */
  readonly score?: string;
  /** What made a match, likewise. @default 'gate' */
  readonly match?: MatchRule;
  /** Normalisation that the profiles were made with, likewise. @default 'per-category' */
  readonly normalisation?: Normalisation;
  /**
   * Distinct concepts per category that the weights were divided by, likewise. @default counted over the concepts given
   */
  readonly conceptsOfCategory?: Readonly<Record<string, number>>;
  /** Concepts left out on purpose: placing a model does not count them as inexpressible. @default none */
  readonly leftOut?: readonly Concept[];
}

/** Defaults of {@link fitEmbedding}. */
export const fitEmbeddingDefaults = {
  components: 3,
  clusters: 3,
  seed: 0,
  restarts: 100,
  ...profileModelsDefaults,
} as const satisfies FitEmbeddingOptions;

/**
 * Fits the Learned Concepts Embedding (Mustapha, Khreich, Masri 2022): PCA over the profiles of models, and k-means
 * over the same profiles for the categories of models. Emits one batch when the source completes.
 *
 * Profiles are centred, not scaled. The sign of a component is chosen so that its loading of largest magnitude is
 * positive. Categories are numbered by the order of their first model.
 *
 * @throws InputError `NO_MODELS`, `PROFILE_EMPTY`, `PROFILES_CONSTANT`, `TOO_FEW_MODELS` (says how many components can
 *   be had).
 * @example
 * profiles.pipe(selectModels({ exclude: ['Random'] }), fitEmbedding({ components: 2 }))
 */
export function fitEmbedding(
  options: FitEmbeddingOptions = {},
): OperatorFunction<ConceptProfileBatch, FittedEmbeddingBatch> {
  return (profiles) =>
    defer(() =>
      profiles.pipe(
        gatherProfiles('fitEmbedding'),
        map((matrix) => fit(matrix, options)),
      ),
    );
}

function fit(matrix: ProfileMatrix, options: FitEmbeddingOptions): FittedEmbeddingBatch {
  const {
    components = fitEmbeddingDefaults.components,
    clusters: k = fitEmbeddingDefaults.clusters,
    seed = fitEmbeddingDefaults.seed,
    restarts = fitEmbeddingDefaults.restarts,
  } = options;
  const {
    gate = fitEmbeddingDefaults.gate,
    compareGate = fitEmbeddingDefaults.compareGate,
    score = fitEmbeddingDefaults.score,
    match = fitEmbeddingDefaults.match,
    normalisation = fitEmbeddingDefaults.normalisation,
    leftOut = [],
  } = options;
  checkProfiles(matrix, 'Exclude them, lower the gate,');
  checkSizes(matrix, components, k);
  const { models, concepts, weights: values } = matrix;
  const [rows, columns] = [models.length, concepts.length];
  const { mean, loadings, variance, ratio, spectrum, totalVariance } = fitPrincipalComponents({
    values,
    rows,
    columns,
    components,
  });
  const { labels, centroids } = clusterKMeans({ values, rows, columns, k, seed, restarts });
  const schema = fittedEmbeddingSchema({
    variance: [...variance],
    // A share of 1 may come out larger by rounding.
    ratio: Array.from(ratio, (share) => Math.min(1, share)),
    remaining: {
      variance: [...spectrum.slice(components)],
      ratio: Array.from(spectrum.slice(components), (value) => value / totalVariance),
    },
    models,
    clusters: [...labels],
    normalisation,
    gate,
    compareGate,
    score,
    match,
    conceptsOfCategory: options.conceptsOfCategory ?? countConcepts(concepts),
    leftOut: leftOut.map(({ category, concept }) => [category, concept] as const),
  });
  return buildBatch(schema, {
    concept: concepts.map(({ concept }) => concept),
    category: concepts.map(({ category }) => category),
    mean,
    loadings: transpose(loadings, components, columns),
    centroids: transpose(centroids, k, columns),
  });
}

/** Number of distinct concepts per category. */
export function countConcepts(concepts: readonly Concept[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { category } of concepts) counts[category] = (counts[category] ?? 0) + 1;
  return counts;
}

function checkSizes({ models, concepts, weights }: ProfileMatrix, components: number, clusters: number): void {
  const most = Math.min(models.length - 1, concepts.length);
  if (!Number.isInteger(components) || components < 1 || components > most) {
    throw new InputError(
      'TOO_FEW_MODELS',
      `${String(components)} components cannot be had from ${String(models.length)} models and ${String(concepts.length)} concepts`,
      {
        expected: most < 1 ? 'at least two models' : `from 1 to ${String(most)} components`,
        hint:
          most < 1
            ? 'Give the unit tables of more models, or exclude fewer.'
            : `Ask for \`embedding.components: ${String(Math.min(components, most))}\` or fewer, or give more models.`,
      },
    );
  }
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > models.length) {
    throw new InputError(
      'TOO_MANY_CLUSTERS',
      `${String(models.length)} models cannot be put into ${String(clusters)} categories`,
      {
        expected: `from 1 to ${String(models.length)} categories`,
        hint: 'Change `embedding.clusters`, or give more models.',
      },
    );
  }
  const width = concepts.length;
  if (models.every((_, row) => concepts.every((__, index) => weights[row * width + index] === weights[index]))) {
    throw new InputError('PROFILES_CONSTANT', `the profiles of all ${String(models.length)} models are the same`, {
      expected: 'models that differ in at least one concept',
      hint: 'Check that the unit tables are not copies of one model.',
    });
  }
}
