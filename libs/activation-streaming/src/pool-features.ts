import {
  activationSchema,
  activationShape,
  type ActivationBatch,
  type ActivationShape,
  type FeaturePool,
  type FeatureShape,
  imageFeaturesSchema,
  type ImageFeaturesBatch,
  type ImageFeaturesColumns,
  prefixTokensOf,
  tokensColumn,
  type WireBatch,
} from '@intermodel/schemas';
import {
  BatchSchemaError,
  buildBatch,
  checkBatch,
  column,
  InputError,
  readLists,
  readStrings,
} from '@intermodel/streams';
import type { FixedSizeList, Float32, Schema, TypeMap } from 'apache-arrow';
import { defer, map, type OperatorFunction } from 'rxjs';

/** Options of {@link poolFeatures}. */
export interface PoolFeaturesOptions {
  /**
   * What becomes of the maps of a layer: their `mean` or `max` over the image, the token of the class (the first before
   * the grid), or the `grid` itself. @default 'mean'
   */
  readonly pool?: FeaturePool;
}

/** Defaults of {@link PoolFeaturesOptions}. */
export const poolFeaturesDefaults = { pool: 'mean' } as const satisfies Required<PoolFeaturesOptions>;

/**
 * Makes features of activations, one batch of each: means are summed in float64 in the order of rows, and rounded to
 * float32 once.
 *
 * @throws InputError `CLASS_TOKEN_MISSING` where a layer has no token before its grid; `FEATURES_NOT_FINITE` naming the
 * image and the unit; BatchSchemaError for batches that are no activations, or not all of one layer.
 *
 * @example
 * activations.pipe(poolFeatures({ pool: 'mean' }));
 */
export function poolFeatures({ pool = poolFeaturesDefaults.pool }: PoolFeaturesOptions = {}): OperatorFunction<
  ActivationBatch,
  ImageFeaturesBatch
> {
  return (activations) =>
    defer(() => {
      let reading: FeatureReading | undefined;
      return activations.pipe(map((batch) => (reading = readingOf(batch, pool, reading)).read(batch)));
    });
}

/** How the batches of a layer are read. */
interface FeatureReading {
  readonly shape: ActivationShape;
  readonly read: (batch: ActivationBatch) => ImageFeaturesBatch;
}

function readingOf(batch: ActivationBatch, pool: FeaturePool, before: FeatureReading | undefined): FeatureReading {
  const stated = activationShape(batch.schema);
  if (stated === undefined)
    throw new BatchSchemaError(
      'poolFeatures',
      'activations',
      'a schema that states model, layer and sizes',
      'one without',
    );
  const { model, layer } = before?.shape ?? stated;
  checkBatch('poolFeatures', activationSchema(before?.shape ?? stated, prefixTokensOf(batch.schema)), batch);
  if (stated.model !== model || stated.layer !== layer)
    throw new BatchSchemaError('poolFeatures', 'activations', `${model}, ${layer}`, `${stated.model}, ${stated.layer}`);
  if (before !== undefined) return before;
  const { units, mapHeight, mapWidth } = stated;
  const [height, width] = pool === 'grid' ? [mapHeight, mapWidth] : [1, 1];
  const shape: FeatureShape = { model, layer, pool, units, height, width };
  const schema = imageFeaturesSchema(shape);
  const make = pool === 'class-token' ? classToken(stated, prefixTokensOf(batch.schema)) : poolers[pool](stated);
  return { shape: stated, read: (each) => checked(shape, schema, readStrings(column(each, 'image')), make(each)) };
}

type TokenColumns = { readonly [tokensColumn]: FixedSizeList<Float32> };

type MakeFeatures = (batch: ActivationBatch) => Float32Array;

/** Features of the maps of a batch, by the way they are pooled. */
const poolers: Readonly<Record<Exclude<FeaturePool, 'class-token'>, (shape: ActivationShape) => MakeFeatures>> = {
  mean:
    ({ mapHeight, mapWidth }) =>
    (batch) => {
      const values = mapsOf(batch);
      const size = mapHeight * mapWidth;
      const features = new Float32Array(values.length / size);
      for (let map = 0, at = 0; map < features.length; map++) {
        let sum = 0;
        for (const end = at + size; at < end; at++) sum += values[at] as number;
        features[map] = sum / size;
      }
      return features;
    },
  max:
    ({ mapHeight, mapWidth }) =>
    (batch) => {
      const values = mapsOf(batch);
      const size = mapHeight * mapWidth;
      const features = new Float32Array(values.length / size);
      for (let map = 0, at = 0; map < features.length; map++) {
        let most = -Infinity;
        for (const end = at + size; at < end; at++) most = Math.max(most, values[at] as number);
        features[map] = most;
      }
      return features;
    },
  grid:
    ({ units, mapHeight, mapWidth }) =>
    (batch) => {
      const values = mapsOf(batch);
      const cells = mapHeight * mapWidth;
      const features = new Float32Array(values.length);
      for (let image = 0; image < values.length; image += units * cells)
        for (let unit = 0; unit < units; unit++)
          for (let cell = 0; cell < cells; cell++)
            features[image + cell * units + unit] = values[image + unit * cells + cell] as number;
      return features;
    },
};

function classToken({ layer, units }: ActivationShape, prefixTokens: number): MakeFeatures {
  if (prefixTokens === 0)
    throw new InputError('CLASS_TOKEN_MISSING', 'this layer has no token before those of its grid', {
      column: layer,
      columnIs: 'tensor',
      expected: 'a layer of tokens of which the first is that of the class',
      hint: 'Take the mean or the maximum of its maps, or another layer.',
    });
  return (batch) => {
    const tokens = floatsOf(batch as unknown as WireBatch<TokenColumns>, tokensColumn);
    const own = prefixTokens * units;
    const features = new Float32Array((tokens.length / own) * units);
    for (let image = 0; image * own < tokens.length; image++)
      features.set(tokens.subarray(image * own, image * own + units), image * units);
    return features;
  };
}

function mapsOf(batch: ActivationBatch): Float32Array {
  return floatsOf(batch, 'activations');
}

function floatsOf<T extends TypeMap>(batch: WireBatch<T>, name: keyof T & string): Float32Array {
  return readLists(column(batch, name)) as unknown as Float32Array;
}

/** Features as a batch; heads cannot be fitted to values that are no numbers. */
function checked(
  { model, layer, units, height, width }: FeatureShape,
  schema: Schema<ImageFeaturesColumns>,
  images: readonly string[],
  features: Float32Array,
): ImageFeaturesBatch {
  let bad = 0;
  while (bad < features.length && Number.isFinite(features[bad])) bad++;
  if (bad === features.length) return buildBatch(schema, { image: images, features });
  throw new InputError(
    'FEATURES_NOT_FINITE',
    `unit ${String(bad % units)} of ${layer} of ${model} is ${String(features[bad])} for this image`,
    {
      file: images[Math.floor(bad / (units * height * width))] ?? '',
      expected: 'finite numbers',
      hint: 'Check the preprocessing and the weights of the model, or take another layer.',
    },
  );
}
