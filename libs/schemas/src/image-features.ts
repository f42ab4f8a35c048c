import { Field, FixedSizeList, Float32, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Ways in which the maps of a layer become the features of an image. */
export const featurePools = ['mean', 'max', 'class-token', 'grid'] as const;

/** How the maps of a layer become the features of an image. */
export type FeaturePool = (typeof featurePools)[number];

/** What the features of a stream are of. */
export interface FeatureShape {
  /** Name of the model. */
  readonly model: string;
  /** Name of the tensor. */
  readonly layer: string;
  /** How its maps were pooled; `grid`: not at all. */
  readonly pool: FeaturePool;
  /** Features of a cell, that is units of the layer. */
  readonly units: number;
  /** Rows of cells; 1 where maps were pooled. */
  readonly height: number;
  /** Columns of cells; 1 where maps were pooled. */
  readonly width: number;
}

/** Types of the columns of `ImageFeatures`. */
export type ImageFeaturesColumns = { readonly image: Utf8; readonly features: FixedSizeList<Float32> };

/** A batch of features. */
export type ImageFeaturesBatch = WireBatch<ImageFeaturesColumns>;

/**
 * Schema of `ImageFeatures`: what one layer makes of an image, height x width cells row by row, the units of a cell one
 * after the other; a single cell where maps were pooled.
 */
export function imageFeaturesSchema(shape: FeatureShape): Schema<ImageFeaturesColumns> {
  const { units, height, width } = shape;
  return wireSchema<ImageFeaturesColumns>(
    'ImageFeatures',
    1,
    {
      image: new Utf8(),
      features: new FixedSizeList(height * width * units, new Field('feature', new Float32(), false)),
    },
    { metadata: { shape: JSON.stringify(shape) } },
  );
}

/** What the schema of a batch of features states, or undefined where it is not such a schema. */
export function featureShape(schema: Schema): FeatureShape | undefined {
  const stated = schema.metadata.get('shape');
  return stated === undefined ? undefined : (JSON.parse(stated) as FeatureShape);
}
