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

/** What chance makes of the components of an embedding, the first ones first. */
export interface ComponentChance {
  /** Variance that each must exceed. */
  readonly chance: Float64Array;
  /** Share of the permutations with at least its variance. */
  readonly p: Float64Array;
}

/**
 * Explained variance of all components that the profiles have, those of the fitted embedding first.
 *
 * @param embedding the fit
 * @param tested what chance makes of them. @default not known
 */
export function componentVariance(
  embedding: FittedEmbeddingBatch,
  tested: ComponentChance = { chance: new Float64Array(), p: new Float64Array() },
): ComponentVarianceBatch {
  const { variance: own, ratio: shares, remaining = { variance: [], ratio: [] } } = readFittedEmbedding(embedding);
  const variance = [...own, ...remaining.variance];
  const ratio = [...shares, ...remaining.ratio];
  return buildBatch(componentVarianceSchema, {
    component: variance.map((_, index) => index + 1),
    variance,
    ratio,
    chance: variance.map((_, index) => tested.chance[index] ?? Number.NaN),
    p: variance.map((_, index) => tested.p[index] ?? Number.NaN),
  });
}
