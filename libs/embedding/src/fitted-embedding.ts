import { matchRules, type MatchRule } from '@intermodel/numerics';
import { fittedEmbeddingFacts, type FittedEmbeddingBatch, type FittedEmbeddingFacts } from '@intermodel/schemas';
import { column, InputError, readLists, readNumbers, readStrings } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import type { Concept } from './profile-matrix.ts';

/** A fitted embedding in plain arrays. */
export interface FittedEmbedding extends Omit<FittedEmbeddingFacts, 'match'> {
  /** What makes a match. */
  readonly match: MatchRule;
  /** Concepts of the fit. */
  readonly concepts: readonly Concept[];
  /** Mean weight of each concept. */
  readonly mean: Float64Array;
  /** Loadings, concepts x components, row by row. */
  readonly loadings: Float64Array;
  /** Centres of the categories of models, concepts x categories, row by row. */
  readonly centroids: Float64Array;
  /** Components. */
  readonly components: number;
  /** Categories of models. */
  readonly clusterCount: number;
}

/** Reads a fitted embedding from its batch. @throws InputError `EMBEDDING_BROKEN` for a batch of another table. */
export function readFittedEmbedding(batch: RecordBatch, file?: string): FittedEmbedding {
  const facts = fittedEmbeddingFacts(batch.schema);
  const match = matchRules.find((rule) => rule === facts?.match);
  if (facts === undefined || match === undefined) {
    throw new InputError('EMBEDDING_BROKEN', 'this is not a fitted embedding', {
      ...(file === undefined ? {} : { file }),
      expected: 'the fit.arrow of an embedding',
      hint: 'Name the output folder that holds an embedding.',
    });
  }
  const fitted = batch as FittedEmbeddingBatch;
  const categories = readStrings(column(fitted, 'category'));
  const concepts = readStrings(column(fitted, 'concept')).map((concept, index) => ({
    concept,
    category: categories[index] as string,
  }));
  const components = facts.variance.length;
  const clusterCount = facts.clusters.reduce((count, cluster) => Math.max(count, cluster + 1), 0);
  return {
    ...facts,
    match,
    concepts,
    mean: readNumbers(column(fitted, 'mean')),
    loadings: readLists(column(fitted, 'loadings')),
    centroids: readLists(column(fitted, 'centroids')),
    components,
    clusterCount,
  };
}
