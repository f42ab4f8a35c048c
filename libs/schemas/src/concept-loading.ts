import { Field, FixedSizeList, Float64, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `ConceptLoading`. */
export type ConceptLoadingColumns = {
  readonly concept: Utf8;
  readonly category: Utf8;
  readonly loadings: FixedSizeList<Float64>;
};

/** A batch of concept loadings. */
export type ConceptLoadingBatch = WireBatch<ConceptLoadingColumns>;

/**
 * Schema of `ConceptLoading`: the weight of a concept in each of the first `components` principal components (unit
 * vectors).
 */
export function conceptLoadingSchema(components: number): Schema<ConceptLoadingColumns> {
  return wireSchema<ConceptLoadingColumns>('ConceptLoading', 1, {
    concept: new Utf8(),
    category: new Utf8(),
    loadings: new FixedSizeList(components, new Field('loading', new Float64(), false)),
  });
}
