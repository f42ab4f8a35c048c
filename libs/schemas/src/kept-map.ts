import { Field, FixedSizeList, Float32, Int32, type Schema } from 'apache-arrow';
import type { ActivationShape } from './activation.ts';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `KeptMap`. */
export type KeptMapColumns = {
  readonly image: Int32;
  readonly unit: Int32;
  readonly maximum: Float32;
  readonly map: FixedSizeList<Float32>;
};

/** A batch of kept maps. */
export type KeptMapBatch = WireBatch<KeptMapColumns>;

/**
 * Schema of `KeptMap`: activation maps of a shard that may reach the thresholds of their units, by image (its number
 * within the shard), then unit; the rows of an image stand in one batch. `map` holds height x width values, row by row,
 * `maximum` is an upper bound of what it comes to once it is upsampled.
 */
export function keptMapSchema({ mapHeight, mapWidth }: ActivationShape): Schema<KeptMapColumns> {
  const map = new FixedSizeList(mapHeight * mapWidth, new Field('activation', new Float32(), false));
  return wireSchema<KeptMapColumns>(
    'KeptMap',
    1,
    { image: new Int32(), unit: new Int32(), maximum: new Float32(), map },
    { metadata: { map: JSON.stringify([mapHeight, mapWidth]) } },
  );
}
