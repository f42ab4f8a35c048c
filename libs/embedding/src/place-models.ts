import { placedModelSchema, type ConceptProfileBatch, type FittedEmbeddingBatch, type PlacedModelBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { readFittedEmbedding, type FittedEmbedding } from './fitted-embedding.ts';
import { checkProfiles, gatherProfiles, type ProfileMatrix } from './profile-matrix.ts';

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
export function placeModels({ embedding }: PlaceModelsOptions): OperatorFunction<ConceptProfileBatch, PlacedModelBatch> {
  return (profiles) =>
    defer(() => {
      const fitted = readFittedEmbedding(embedding);
      return profiles.pipe(
        gatherProfiles('placeModels'),
        map((matrix) => {
          checkProfiles(matrix);
          return place(matrix, fitted);
        }),
      );
    });
}

function place(matrix: ProfileMatrix, fitted: FittedEmbedding): PlacedModelBatch {
  const { components, clusterCount, mean, loadings, centroids } = fitted;
  const aligned = alignProfiles(matrix, fitted);
  const scores = new Float64Array(matrix.models.length * components);
  const [clusters, inexpressible] = [new Int32Array(matrix.models.length), new Float64Array(matrix.models.length)];
  aligned.forEach(({ profile, unknown }, row) => {
    let length = unknown;
    const distances = new Float64Array(clusterCount);
    const own = scores.subarray(row * components, (row + 1) * components);
    profile.forEach((weight, concept) => {
      const centred = weight - (mean[concept] as number);
      length += centred * centred;
      for (let index = 0; index < components; index++) own[index] = (own[index] as number) + centred * (loadings[concept * components + index] as number);
      for (let index = 0; index < clusterCount; index++) distances[index] = (distances[index] as number) + (weight - (centroids[concept * clusterCount + index] as number)) ** 2;
    });
    clusters[row] = distances.indexOf(Math.min(...distances));
    const expressed = own.reduce((sum, score) => sum + score * score, 0);
    inexpressible[row] = length === 0 ? 0 : Math.max(0, 1 - expressed / length);
  });
  return buildBatch(placedModelSchema(components), { model: matrix.models, components: scores, cluster: clusters, inexpressible });
}

/** Profiles over the concepts of the embedding, and the squared length of what lies in other concepts. */
function alignProfiles({ models, concepts, weights }: ProfileMatrix, { concepts: known, leftOut }: FittedEmbedding): { readonly profile: Float64Array; readonly unknown: number }[] {
  const key = (category: string, concept: string) => JSON.stringify([category, concept]);
  const index = new Map(known.map(({ concept, category }, position) => [key(category, concept), position]));
  const ignored = new Set(leftOut.map(([category, concept]) => key(category, concept)));
  const targets = concepts.map(({ concept, category }) => (ignored.has(key(category, concept)) ? undefined : (index.get(key(category, concept)) ?? -1)));
  return models.map((_, row) => {
    const profile = new Float64Array(known.length);
    let unknown = 0;
    targets.forEach((target, position) => {
      const weight = weights[row * concepts.length + position] as number;
      if (target === undefined) return;
      if (target < 0) unknown += weight * weight;
      else profile[target] = weight;
    });
    return { profile, unknown };
  });
}
