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
 * planes.
 */
export function activationSchema(shape: ActivationShape): Schema<ActivationColumns> {
  const { units, mapHeight, mapWidth, labelHeight, labelWidth } = shape;
  return wireSchema<ActivationColumns>(
    'Activation',
    1,
    {
      image: new Utf8(),
      activations: new FixedSizeList(units * mapHeight * mapWidth, new Field('activation', new Float32(), false)),
      labels: planeListType(labelHeight, labelWidth),
    },
    { metadata: { shape: JSON.stringify(shape) } },
  );
}

/** Sizes that the schema of a batch of activations states, or undefined where it is not such a schema. */
export function activationShape(schema: Schema): ActivationShape | undefined {
  const stated = schema.metadata.get('shape');
  return stated === undefined ? undefined : (JSON.parse(stated) as ActivationShape);
}
