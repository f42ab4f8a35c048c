import { Field, FixedSizeList, Float64, Int32, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `EmbeddingCloud`. */
export type EmbeddingCloudColumns = {
  readonly model: Utf8;
  readonly over: Utf8;
  readonly replicates: Int32;
  readonly offset: FixedSizeList<Float64>;
  readonly covariance: FixedSizeList<Float64>;
  readonly major: Float64;
  readonly minor: Float64;
  readonly angle: Float64;
  readonly order: Int32;
};

/** A batch of clouds of embedded models. */
export type EmbeddingCloudBatch = WireBatch<EmbeddingCloudColumns>;

/**
 * Schema of `EmbeddingCloud`: where the replicates of an embedded model lie. `over` says what was drawn with replacement
 * (`units`, `images`), `replicates` how often; `offset` is their mean less the model's place (the bias), `covariance`
 * that about their mean, row by row. `major`, `minor` and `angle` (radians from component 1) are the ellipse that holds
 * 95 % on components 1 and 2; with a single component `major` is half of the interval. `order`, from 0, is the model's
 * place in the consensus order of the categories.
 */
export function embeddingCloudSchema(components: number): Schema<EmbeddingCloudColumns> {
  return wireSchema<EmbeddingCloudColumns>('EmbeddingCloud', 1, {
    model: new Utf8(),
    over: new Utf8(),
    replicates: new Int32(),
    offset: new FixedSizeList(components, new Field('offset', new Float64(), false)),
    covariance: new FixedSizeList(components * components, new Field('covariance', new Float64(), false)),
    major: new Float64(),
    minor: new Float64(),
    angle: new Float64(),
    order: new Int32(),
  });
}
