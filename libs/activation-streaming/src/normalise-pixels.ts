import { PixelNormaliser } from '@intermodel/numerics';
import { GreyNormaliser } from './grey-normaliser.ts';
import type { InputLayout, Preprocessing } from './preprocessing.ts';

/** Turns RGB bytes into the input of a model. */
export interface Normaliser {
  /** Values of the input for RGB bytes, image after image; they hold until the next call. */
  normalise(pixels: Uint8Array): Float32Array;
}

/** What a normaliser needs of a preprocessing. */
export type NormaliserOptions = Pick<Preprocessing, 'height' | 'width' | 'scale' | 'mean' | 'std' | 'channels'>;

/**
 * Opens what turns RGB bytes (height x width x 3, image after image) into the input of a model. The values
 * x = (byte x scale - mean) / std of all bytes are computed once, in float64, and rounded to float32.
 */
export function openNormaliser(
  { height, width, scale, mean, std, channels }: NormaliserOptions,
  layout: InputLayout,
): Normaliser {
  const table = (channel: 0 | 1 | 2) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - mean[channel]) / std[channel]);
  if (channels === 'grey') return new GreyNormaliser(table(0));
  const places = channels === 'rgb' ? ([0, 1, 2] as const) : ([2, 1, 0] as const);
  return new PixelNormaliser({
    tables: [table(places[0]), table(places[1]), table(places[2])],
    channels: places,
    planar: layout === 'NCHW',
    pixelsPerImage: height * width,
  });
}

/** The preprocessing for a model that takes bytes: they are given as they are. */
export function asBytes<Options extends NormaliserOptions>(options: Options): Options {
  return { ...options, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
}
