import {
  embeddingCloudSchema,
  loadingIntervalSchema,
  modelPairSchema,
  type ConceptProfileBatch,
  type EmbeddingCloudBatch,
  type FittedEmbeddingBatch,
  type LoadingIntervalBatch,
  type ModelPairBatch,
} from '@intermodel/schemas';
import {
  clusterOrder,
  confidenceEllipse,
  DistanceReplicates,
  EmbeddingReplicates,
  halfInterval,
  projectOntoComponents,
  replicateInterval,
  rowDistances,
  type ReplicateCloud,
} from '@intermodel/numerics';
import { buildBatch, InputError } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { readFittedEmbedding, type FittedEmbedding } from './fitted-embedding.ts';
import { checkNormalisation } from './normalisation.ts';
import { conceptKey, gatherProfiles, transpose, type ProfileMatrix } from './profile-matrix.ts';
import type { ProfileReplicates } from './profile-replicates.ts';
import { replicateCounts } from './replicate-counts.ts';
import { weighCounts } from './weigh-counts.ts';

/** Options of {@link bootstrapEmbedding}. */
export interface BootstrapEmbeddingOptions {
  /** The embedding that was fitted to some of the profiles. */
  readonly embedding: FittedEmbeddingBatch;
  /** Replicates of the counts that the profiles were made of. */
  readonly replicates: ProfileReplicates;
  /** Seed of the k-means starts. @default 0 */
  readonly seed?: number;
}

/** How sure an embedding is. */
export interface EmbeddingUncertainty {
  /** Where the replicates of each fitted model lie, and the consensus order. */
  readonly clouds: EmbeddingCloudBatch;
  /** Distances of all pairs of models with intervals, nearest models, and who stands together. */
  readonly pairs: ModelPairBatch;
  /** Weights of concepts with intervals. */
  readonly loadingIntervals: LoadingIntervalBatch;
}

/**
 * Asks how far an embedding would move had other units (or images) been drawn: takes the profiles of all models, those
 * outside of the fit too, and gives one emission when the source completes.
 *
 * Each replicate is weighted as the profiles of the fit are, with the same number of concepts per category; over the
 * models and concepts of the fit it is centred, decomposed and laid on the fit's points (orthogonal Procrustes, nothing
 * scaled), and clustered anew into as many categories. Distances and nearest models are those of whole profiles, over
 * all models and concepts. Noise adds to squared distances, to those that were observed and once more to those of the
 * replicates, so that their intervals are mirrored at the observed square (`basic`), with 0 as the least: a distance
 * that is noise alone lies above its own interval.
 *
 * @throws InputError `MODEL_UNKNOWN`, `CONCEPT_UNKNOWN` where profiles, fit and replicates are not of the same tables.
 * @example
 * profiles.pipe(bootstrapEmbedding({ embedding, replicates: resampleUnits({ profiles: batch, units }) }))
 */
export function bootstrapEmbedding(
  options: BootstrapEmbeddingOptions,
): OperatorFunction<ConceptProfileBatch, EmbeddingUncertainty> {
  return (profiles) =>
    defer(() => {
      const fitted = readFittedEmbedding(options.embedding);
      return profiles.pipe(
        gatherProfiles('bootstrapEmbedding'),
        map((matrix) => bootstrap(matrix, fitted, options)),
      );
    });
}

function bootstrap(
  matrix: ProfileMatrix,
  fitted: FittedEmbedding,
  { replicates, seed = 0 }: BootstrapEmbeddingOptions,
): EmbeddingUncertainty {
  const { models, concepts } = matrix;
  const part = partOfFit(matrix, fitted);
  const columns = fitted.concepts.length;
  const { components, clusterCount } = fitted;
  const own = selectPart(matrix.weights, concepts.length, part);
  const { scores } = projectOntoComponents({
    values: own,
    rows: fitted.models.length,
    columns,
    mean: fitted.mean,
    loadings: transpose(fitted.loadings, columns, components),
  });
  const embeddings = new EmbeddingReplicates({
    points: scores,
    rows: fitted.models.length,
    ...{ columns, components, seed },
    clusters: clusterCount,
    replicates: replicates.replicates,
  });
  const distances = new DistanceReplicates(models.length, replicates.replicates);
  const weigh = replicateWeights(matrix, fitted, replicates);
  for (let replicate = 0; replicate < replicates.replicates; replicate++) {
    const weights = weigh(replicate);
    distances.add(weights, concepts.length);
    embeddings.add(selectPart(weights, concepts.length, part));
  }
  return {
    clouds: cloudBatch(fitted, embeddings, scores, replicates),
    pairs: pairBatch(matrix, fitted, embeddings, distances),
    loadingIntervals: loadingBatch(fitted, embeddings),
  };
}

/** Rows and columns of the fit among the profiles. */
interface Part {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

function partOfFit({ models, concepts }: ProfileMatrix, fitted: FittedEmbedding): Part {
  const places = new Map(concepts.map((concept, place) => [conceptKey(concept), place]));
  const missing = (code: string, what: string) =>
    new InputError(code, `the profiles lack ${what} of the embedding`, {
      expected: 'the profiles that the embedding was fitted to',
    });
  return {
    rows: Int32Array.from(fitted.models, (model) => {
      const row = models.indexOf(model);
      if (row < 0) throw missing('MODEL_UNKNOWN', `"${model}"`);
      return row;
    }),
    columns: Int32Array.from(fitted.concepts, (concept) => {
      const place = places.get(conceptKey(concept));
      if (place === undefined) throw missing('CONCEPT_UNKNOWN', `"${concept.concept}" (${concept.category})`);
      return place;
    }),
  };
}

function selectPart(values: Float64Array, width: number, { rows, columns }: Part): Float64Array {
  const selected = new Float64Array(rows.length * columns.length);
  rows.forEach((row, to) => {
    for (let column = 0; column < columns.length; column++)
      selected[to * columns.length + column] = values[row * width + (columns[column] as number)] as number;
  });
  return selected;
}

/** Makes weights, models x concepts, of each replicate; the array is used again for the next. */
function replicateWeights(
  { models, concepts }: ProfileMatrix,
  { normalisation: name, conceptsOfCategory }: FittedEmbedding,
  replicates: ProfileReplicates,
): (replicate: number) => Float64Array {
  const normalisation = checkNormalisation(name);
  const draw = replicateCounts(replicates, models, concepts);
  const sizes = concepts.map(({ category }) => conceptsOfCategory[category] ?? 0);
  const weights = new Float64Array(models.length * concepts.length);
  return (replicate) => weighCounts({ ...draw(replicate), conceptsOfCategory: sizes }, normalisation, weights);
}

function cloudBatch(
  { models, components }: FittedEmbedding,
  embeddings: EmbeddingReplicates,
  scores: Float64Array,
  { over, replicates }: ProfileReplicates,
): EmbeddingCloudBatch {
  const clouds = models.map((_, row) => embeddings.cloud(row));
  const together = embeddings.together();
  // Of branches that may stand either way, the one whose models come earlier stands first.
  const order = clusterOrder(
    models.length,
    (a, b) => 1 - (together[a * models.length + b] as number),
    (row) => -row,
  );
  const ellipses = clouds.map(({ covariance }) => ellipseOf(covariance, components));
  return buildBatch(embeddingCloudSchema(components), {
    model: models,
    over: { value: over, rows: models.length },
    replicates: new Int32Array(models.length).fill(replicates),
    offset: clouds.flatMap(({ mean }, row) =>
      Array.from(mean, (value, component) => value - (scores[row * components + component] as number)),
    ),
    covariance: clouds.flatMap(({ covariance }) => [...covariance]),
    major: ellipses.map(({ major }) => major),
    minor: ellipses.map(({ minor }) => minor),
    angle: ellipses.map(({ angle }) => angle),
    order: models.map((_, row) => order.indexOf(row)),
  });
}

/** The ellipse on components 1 and 2; a single component has an interval. */
function ellipseOf(covariance: ReplicateCloud['covariance'], components: number) {
  const [xx = 0, xy = 0] = covariance;
  if (components === 1) return { major: halfInterval(xx), minor: 0, angle: 0 };
  return confidenceEllipse([xx, xy, covariance[components + 1] ?? 0]);
}

function pairBatch(
  { models, concepts, weights }: ProfileMatrix,
  fitted: FittedEmbedding,
  embeddings: EmbeddingReplicates,
  distances: DistanceReplicates,
): ModelPairBatch {
  const observed = rowDistances({ values: weights, rows: models.length, columns: concepts.length });
  const together = embeddings.together();
  const place = new Map(fitted.models.map((model, row) => [model, row]));
  const togetherShare = (model: string, other: string) => {
    const [a, b] = [place.get(model), place.get(other)];
    return a === undefined || b === undefined ? Number.NaN : (together[a * fitted.models.length + b] as number);
  };
  const rows = models.flatMap((model, row) =>
    models.flatMap((other, column) => {
      if (row === column) return [];
      const distance = observed[row * models.length + column] as number;
      const [low, high] = replicateInterval({
        replicates: distances.distances(row, column).map((drawn) => drawn ** 2),
        observed: distance ** 2,
        kind: 'basic',
      });
      return [
        {
          ...{ model, other, distance },
          low: Math.sqrt(Math.max(0, low)),
          high: Math.sqrt(Math.max(0, high)),
          nearestShare: distances.nearestShare(row, column),
          togetherShare: togetherShare(model, other),
        },
      ];
    }),
  );
  return buildBatch(modelPairSchema, {
    model: rows.map(({ model }) => model),
    other: rows.map(({ other }) => other),
    distance: rows.map(({ distance }) => distance),
    low: rows.map(({ low }) => low),
    high: rows.map(({ high }) => high),
    nearestShare: rows.map(({ nearestShare }) => nearestShare),
    togetherShare: rows.map((pair) => pair.togetherShare),
  });
}

function loadingBatch(
  { concepts, components, loadings }: FittedEmbedding,
  embeddings: EmbeddingReplicates,
): LoadingIntervalBatch {
  const rows = concepts.flatMap(({ concept, category }, column) =>
    Array.from({ length: components }, (_, component) => {
      const loading = loadings[column * components + component] as number;
      const [low, high] = replicateInterval({
        replicates: embeddings.loadings(component, column),
        observed: loading,
      });
      return { concept, category, component: component + 1, loading, low, high };
    }),
  );
  return buildBatch(loadingIntervalSchema, {
    concept: rows.map(({ concept }) => concept),
    category: rows.map(({ category }) => category),
    component: rows.map(({ component }) => component),
    loading: rows.map(({ loading }) => loading),
    low: rows.map(({ low }) => low),
    high: rows.map(({ high }) => high),
  });
}
