import type { InputLayout, Preprocessing } from './preprocessing.ts';

/** Values of the bytes 0..255 for each channel of the model. */
export type ChannelTables = readonly [Float32Array, Float32Array, Float32Array];

/** Computes the values x = (byte x scale - mean) / std of all bytes, in float64, each rounded to float32 once. */
export function channelTables({ scale, mean, std }: Pick<Preprocessing, 'scale' | 'mean' | 'std'>): ChannelTables {
  const table = (channel: 0 | 1 | 2) => Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - mean[channel]) / std[channel]);
  return [table(0), table(1), table(2)];
}

/**
 * Turns RGB bytes (height x width x 3, image after image) into the input of a model, by looking each byte up.
 *
 * @param pixels bytes of the images
 * @param target takes as many values as there are bytes
 * @param pixelsPerImage height x width
 * @param tables of the channels in the order of `channels`
 * @param channels order of the channels in the input
 * @param layout order of the axes of the input
 */
export function normalisePixels(pixels: Uint8Array, target: Float32Array, pixelsPerImage: number, tables: ChannelTables, channels: 'rgb' | 'bgr', layout: InputLayout): void {
  // Where the three bytes of a pixel go, and through which table.
  const [red, green, blue] = channels === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  const step = layout === 'NCHW' ? 1 : 3;
  const channelStep = layout === 'NCHW' ? pixelsPerImage : 1;
  const [redTable, greenTable, blueTable] = [tables[red] as Float32Array, tables[green] as Float32Array, tables[blue] as Float32Array];
  for (let start = 0; start < pixels.length; start += pixelsPerImage * 3) {
    const [redStart, greenStart, blueStart] = [start + red * channelStep, start + green * channelStep, start + blue * channelStep];
    fillImage(pixels, target, start, pixelsPerImage, step, redStart, greenStart, blueStart, redTable, greenTable, blueTable);
  }
}

// Scalars only, so that the loop compiles without checks of what they are.
function fillImage(pixels: Uint8Array, target: Float32Array, from: number, count: number, step: number, red: number, green: number, blue: number, redTable: Float32Array, greenTable: Float32Array, blueTable: Float32Array): void {
  for (let pixel = 0, byte = from, offset = 0; pixel < count; pixel++, byte += 3, offset += step) {
    target[red + offset] = redTable[pixels[byte] as number] as number;
    target[green + offset] = greenTable[pixels[byte + 1] as number] as number;
    target[blue + offset] = blueTable[pixels[byte + 2] as number] as number;
  }
}
