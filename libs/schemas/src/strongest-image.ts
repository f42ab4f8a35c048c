import { Field, FixedSizeList, Float32, Float64, Int32, type Schema } from 'apache-arrow';
import type { ActivationShape } from './activation.ts';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `StrongestImage`. */
export type StrongestImageColumns = {
  readonly unit: Int32;
  readonly image: Int32;
  readonly score: Float64;
  readonly map: FixedSizeList<Float32>;
  readonly tied: Int32;
};

/** A batch of strongest images. */
export type StrongestImageBatch = WireBatch<StrongestImageColumns>;

/** What the schema of a batch of strongest images states. */
export interface StrongestImageFacts {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Images kept for each unit at most. */
  readonly images: number;
  /** Score of a map: its largest or its mean value. */
  readonly pool: 'max' | 'mean';
}

/**
 * Schema of `StrongestImage`: the images that drive each unit most, by unit, then rank: the number of the image, the
 * score of its map, the map (height x width values), and how many images have the score of the strongest (stated with
 * that one, 0 with the others).
 */
export function strongestImageSchema(facts: StrongestImageFacts): Schema<StrongestImageColumns> {
  const { mapHeight, mapWidth } = facts.shape;
  const map = new FixedSizeList(mapHeight * mapWidth, new Field('activation', new Float32(), false));
  return wireSchema<StrongestImageColumns>(
    'StrongestImage',
    2,
    { unit: new Int32(), image: new Int32(), score: new Float64(), map, tied: new Int32() },
    { metadata: { facts: JSON.stringify(facts) } },
  );
}

/** What the schema of a batch of strongest images states, or undefined where it is not such a schema. */
export function strongestImageFacts(schema: Schema): StrongestImageFacts | undefined {
  const stated = schema.metadata.get('facts');
  return stated === undefined ? undefined : (JSON.parse(stated) as StrongestImageFacts);
}
