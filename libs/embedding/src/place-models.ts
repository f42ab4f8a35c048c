import {
  placedModelSchema,
  type ConceptProfileBatch,
  type FittedEmbeddingBatch,
  type PlacedModelBatch,
} from '@intermodel/schemas';
import { projectOntoComponents } from '@intermodel/numerics';
import { buildBatch } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { readFittedEmbedding, type FittedEmbedding } from './fitted-embedding.ts';
import { checkProfiles, conceptKey, gatherProfiles, transpose, type ProfileMatrix } from './profile-matrix.ts';

/** Options of {@link placeModels}. */
export interface PlaceModelsOptions {
  /** The embedding, as `fitEmbedding` emitted it or as it was read from its file. */
  readonly embedding: FittedEmbeddingBatch;
}

/**
 * Projects profiles into a fitted embedding without changing it: scores = (profile - mean) x loadings, the category of
 * models whose centre is nearest, and the share of the centred profile's squared length outside the components,
 * concepts that the embedding does not know included. Profiles must be made with the embedding's own gate,
 * normalisation and concepts per category. A fitted model is placed where the fit put it.
 *
 * @throws InputError `NO_MODELS`, `PROFILE_EMPTY`, `EMBEDDING_BROKEN`.
 * @example
 * profiles.pipe(placeModels({ embedding }))
 */
export function placeModels({
  embedding,
}: PlaceModelsOptions): OperatorFunction<ConceptProfileBatch, PlacedModelBatch> {
  return (profiles) =>
    defer(() => {
      const fitted = readFittedEmbedding(embedding);
      return profiles.pipe(
        gatherProfiles('placeModels'),
        map((matrix) => {
          checkProfiles(matrix, 'Leave them out of the unit tables,');
          return place(matrix, fitted);
        }),
      );
    });
}

function place(matrix: ProfileMatrix, fitted: FittedEmbedding): PlacedModelBatch {
  const { components, clusterCount, mean, loadings, centroids } = fitted;
  const [rows, columns] = [matrix.models.length, mean.length];
  const { values, unknown } = alignProfiles(matrix, fitted);
  const { scores, unexpressed } = projectOntoComponents({
    values,
    rows,
    columns,
    mean,
    loadings: transpose(loadings, columns, components),
  });
  const centres = transpose(centroids, columns, clusterCount);
  const [clusters, inexpressible] = [new Int32Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const profile = values.subarray(row * columns, (row + 1) * columns);
    const distances = Array.from({ length: clusterCount }, (_, cluster) =>
      squaredDistance(profile, centres.subarray(cluster * columns, (cluster + 1) * columns)),
    );
    clusters[row] = distances.indexOf(Math.min(...distances));
    const known = squaredDistance(profile, mean);
    const outside = unknown[row] as number;
    inexpressible[row] =
      known + outside === 0 ? 0 : ((unexpressed[row] as number) * known + outside) / (known + outside);
  }
  return buildBatch(placedModelSchema(components), {
    model: matrix.models,
    components: scores,
    cluster: clusters,
    inexpressible,
  });
}

function squaredDistance(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, index) => sum + (value - (other[index] as number)) ** 2, 0);
}

/**
 * Profiles over the concepts of the embedding, row by row, and for each the squared length of what lies in other
 * concepts.
 */
function alignProfiles(
  { models, concepts, weights }: ProfileMatrix,
  { concepts: known, leftOut }: FittedEmbedding,
): { readonly values: Float64Array; readonly unknown: Float64Array } {
  const index = new Map(known.map((concept, position) => [conceptKey(concept), position]));
  const ignored = new Set(leftOut.map(([category, concept]) => conceptKey({ concept, category })));
  const values = new Float64Array(models.length * known.length);
  const unknown = new Float64Array(models.length);
  concepts.forEach((concept, position) => {
    const name = conceptKey(concept);
    if (ignored.has(name)) return;
    const target = index.get(name);
    models.forEach((_, row) => {
      const weight = weights[row * concepts.length + position] as number;
      if (target === undefined) unknown[row] = (unknown[row] as number) + weight * weight;
      else values[row * known.length + target] = weight;
    });
  });
  return { values, unknown };
}
