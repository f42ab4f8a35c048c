import {
  componentVarianceSchema,
  conceptLoadingSchema,
  embeddingPointSchema,
  type ComponentVarianceBatch,
  type ConceptLoadingBatch,
  type ConceptProfileBatch,
  type EmbeddingPointBatch,
  type FittedEmbeddingBatch,
} from '@intermodel/schemas';
import { buildBatch, column, readLists, readStrings } from '@intermodel/streams';
import { map, type OperatorFunction } from 'rxjs';
import { readFittedEmbedding } from './fitted-embedding.ts';
import { placeModels } from './place-models.ts';

/** Points of the fitted models themselves, in the order of the fit: scores and category of models. */
export function embedModels({
  embedding,
}: {
  readonly embedding: FittedEmbeddingBatch;
}): OperatorFunction<ConceptProfileBatch, EmbeddingPointBatch> {
  const { models, clusters, components } = readFittedEmbedding(embedding);
  return (profiles) =>
    profiles.pipe(
      placeModels({ embedding }),
      map((placed) => {
        // A tie between two centres must not move a model from the category that the fit gave it.
        const categories = new Map(models.map((model, index) => [model, clusters[index] ?? 0]));
        const names = readStrings(column(placed, 'model'));
        const scores = readLists(column(placed, 'components'));
        return buildBatch(embeddingPointSchema(components), {
          model: names,
          components: scores,
          cluster: names.map((name, row) => categories.get(name) ?? placed.get(row)?.cluster ?? 0),
        });
      }),
    );
}

/** Loadings of a fitted embedding: the weight of every concept in every component. */
export function conceptLoadings(embedding: FittedEmbeddingBatch): ConceptLoadingBatch {
  const { concepts, loadings, components } = readFittedEmbedding(embedding);
  return buildBatch(conceptLoadingSchema(components), {
    concept: concepts.map(({ concept }) => concept),
    category: concepts.map(({ category }) => category),
    loadings,
  });
}

/** Explained variance of all components that the profiles have, those of the fitted embedding first. */
export function componentVariance(embedding: FittedEmbeddingBatch): ComponentVarianceBatch {
  const { variance: own, ratio: shares, remaining = { variance: [], ratio: [] } } = readFittedEmbedding(embedding);
  const variance = [...own, ...remaining.variance];
  const ratio = [...shares, ...remaining.ratio];
  return buildBatch(componentVarianceSchema, { component: variance.map((_, index) => index + 1), variance, ratio });
}
