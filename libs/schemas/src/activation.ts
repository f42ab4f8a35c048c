import { Field, FixedSizeList, Float32, Utf8, type Schema } from 'apache-arrow';
import { planeListType, type PlaneList } from './labelled-image.ts';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Sizes of the activation maps and label planes of a stream. */
export interface ActivationShape {
  /** Name of the model. */
  readonly model: string;
  /** Name of the dissected tensor. */
  readonly layer: string;
  /** Number of units, that is channels of the layer. */
  readonly units: number;
  /** Rows of an activation map. */
  readonly mapHeight: number;
  /** Columns of an activation map. */
  readonly mapWidth: number;
  /** Rows of a label plane. */
  readonly labelHeight: number;
  /** Columns of a label plane. */
  readonly labelWidth: number;
}

/** Types of the columns of `Activation`. */
export type ActivationColumns = {
  readonly image: Utf8;
  readonly activations: FixedSizeList<Float32>;
  readonly labels: PlaneList;
};

/** A batch of activations. */
export type ActivationBatch = WireBatch<ActivationColumns>;

/**
 * Schema of `Activation`: all maps of one layer (units x height x width, row by row) for one image, with its label
 * planes. Where the maps are a grid of tokens that others stand before (class and register tokens), these are in a
 * column `tokens` (prefix tokens x units).
 *
 * @param shape sizes of maps and label planes
 * @param prefixTokens tokens before those of the grid; without any there is no column `tokens`. @default 0
 */
export function activationSchema(shape: ActivationShape, prefixTokens = 0): Schema<ActivationColumns> {
  const { units, mapHeight, mapWidth, labelHeight, labelWidth } = shape;
  const columns = {
    image: new Utf8(),
    activations: activationList(units * mapHeight * mapWidth),
    labels: planeListType(labelHeight, labelWidth),
    ...(prefixTokens === 0 ? {} : { [tokensColumn]: activationList(prefixTokens * units) }),
  };
  return wireSchema<ActivationColumns>('Activation', 1, columns, { metadata: { shape: JSON.stringify(shape) } });
}

/** Column of the tokens before those of the grid. */
export const tokensColumn = 'tokens';

/** Type of so many activations of each image. */
export function activationList(size: number): FixedSizeList<Float32> {
  return new FixedSizeList(size, new Field('activation', new Float32(), false));
}

/** Number of tokens before those of the grid, whose values the batches of a schema have. */
export function prefixTokensOf(schema: Schema): number {
  const type: unknown = schema.fields.find(({ name }) => name === tokensColumn)?.type;
  const units = activationShape(schema)?.units ?? 0;
  return type instanceof FixedSizeList && units > 0 ? type.listSize / units : 0;
}

/** Sizes that the schema of a batch of activations states, or undefined where it is not such a schema. */
export function activationShape(schema: Schema): ActivationShape | undefined {
  const stated = schema.metadata.get('shape');
  return stated === undefined ? undefined : (JSON.parse(stated) as ActivationShape);
}
