import { Field, FixedSizeList, Float64, Int32, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `PlacedModel`. */
export type PlacedModelColumns = {
  readonly model: Utf8;
  readonly components: FixedSizeList<Float64>;
  readonly cluster: Int32;
  readonly inexpressible: Float64;
};

/** A batch of placed models. */
export type PlacedModelBatch = WireBatch<PlacedModelColumns>;

/**
 * Schema of `PlacedModel`: where a model lies in an embedding that was fitted without it, the nearest category of
 * models, and the share (0..1) of its centred profile's squared length that the embedding cannot express.
 */
export function placedModelSchema(components: number): Schema<PlacedModelColumns> {
  return wireSchema<PlacedModelColumns>('PlacedModel', 1, {
    model: new Utf8(),
    components: new FixedSizeList(components, new Field('score', new Float64(), false)),
    cluster: new Int32(),
    inexpressible: new Float64(),
  });
}
