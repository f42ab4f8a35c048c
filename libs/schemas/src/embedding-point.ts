import { Field, FixedSizeList, Float64, Int32, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `EmbeddingPoint`. */
export type EmbeddingPointColumns = {
  readonly model: Utf8;
  readonly components: FixedSizeList<Float64>;
  readonly cluster: Int32;
};

/** A batch of embedding points. */
export type EmbeddingPointBatch = WireBatch<EmbeddingPointColumns>;

/**
 * Schema of `EmbeddingPoint`: a model's scores on the first `components` principal components, and its category of
 * models (counted from 0).
 */
export function embeddingPointSchema(components: number): Schema<EmbeddingPointColumns> {
  return wireSchema<EmbeddingPointColumns>('EmbeddingPoint', 1, {
    model: new Utf8(),
    components: new FixedSizeList(components, new Field('score', new Float64(), false)),
    cluster: new Int32(),
  });
}
