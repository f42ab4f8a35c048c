import { PixelNormaliser } from '@intermodel/numerics';
import type { InputLayout, Preprocessing } from './preprocessing.ts';

/**
 * Opens what turns RGB bytes (height x width x 3, image after image) into the input of a model. The values
 * x = (byte x scale - mean) / std of all bytes are computed once, in float64, and rounded to float32.
 */
export function openNormaliser({ height, width, scale, mean, std, channels }: Pick<Preprocessing, 'height' | 'width' | 'scale' | 'mean' | 'std' | 'channels'>, layout: InputLayout): PixelNormaliser {
  const places = channels === 'rgb' ? ([0, 1, 2] as const) : ([2, 1, 0] as const);
  const table = (channel: 0 | 1 | 2) => Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - mean[channel]) / std[channel]);
  return new PixelNormaliser({ tables: [table(places[0]), table(places[1]), table(places[2])], channels: places, planar: layout === 'NCHW', pixelsPerImage: height * width });
}
