import { asBytes, channelCount, openNormaliser } from '@intermodel/activation-streaming';
import { labelledImageRows } from '@intermodel/data-loading';
import { createRandom } from '@intermodel/numerics';
import { hasStoredStatistics, measureNormalisation, untrainedTwin } from '@intermodel/onnx';
import type { LabelledImageBatch } from '@intermodel/schemas';
import { InputError } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';

/** Images that the statistics of a twin's normalisations are measured on, at most: all are in memory at once. */
export const twinImages = 32;

/** Images that statistics of normalisations are measured on. */
export interface TwinImages {
  /** The images, in the size of the model's input. */
  readonly batch: LabelledImageBatch;
  /** How they become its input. */
  readonly input: StudyModel['input'];
}

/** Options of {@link drawTwin}. */
export interface DrawTwinOptions {
  /** ONNX file with its weights. */
  readonly bytes: Uint8Array;
  /** Its name, for messages. */
  readonly file: string;
  /** Seed of the weights. */
  readonly seed: number;
  /** Loads images, where the model normalises by stored statistics; undefined: there are none. */
  readonly images: (() => Promise<TwinImages>) | undefined;
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws the weights of an untrained twin ({@link untrainedTwin}), and measures the statistics of its normalisations on
 * images. The same file, images and seed give the same bytes.
 *
 * @returns the twin, an ONNX file, and the number of images that were measured on
 * @throws InputError `TWIN_UNKNOWN`; `TWIN_IMAGES` where images are needed and there are none.
 */
export async function drawTwin({
  bytes: given,
  file,
  seed,
  images,
  signal,
}: DrawTwinOptions): Promise<{ readonly bytes: Uint8Array; readonly images: number }> {
  const bytes = untrainedTwin(given, createRandom(seed).uniform, file);
  signal?.throwIfAborted();
  if (!hasStoredStatistics(bytes, file)) return { bytes, images: 0 };
  const { batch, input } = (await images?.()) ?? {};
  if (batch === undefined || input === undefined || batch.numRows === 0)
    throw new InputError('TWIN_IMAGES', 'it normalises by stored statistics, which follow from trained weights', {
      file,
      expected: 'images on which they are measured anew',
      hint: 'Give `images`: a folder of those that the model is to be dissected on.',
    });
  const { height, width, channels, layout: asked } = input;
  const rows = labelledImageRows(batch);
  const size = height * width * 3;
  const pixels = new Uint8Array(rows.length * size);
  rows.forEach((row, index) => {
    pixels.set(row.pixels, index * size);
  });
  const measured = await measureNormalisation({
    ...{ bytes, file, count: rows.length },
    inputSize: { height, width, channels: channelCount(channels) },
    images: ({ type, layout }) =>
      openNormaliser(type === 'uint8' ? asBytes(input) : input, asked === 'auto' ? layout : asked).normalise(pixels),
  });
  return { bytes: measured, images: rows.length };
}
