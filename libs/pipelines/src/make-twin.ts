import { readFileSync } from 'node:fs';
import { asBytes, channelCount, openNormaliser } from '@intermodel/activation-streaming';
import { labelledImageRows } from '@intermodel/data-loading';
import { holdsCheckpoint, prepareModels } from '@intermodel/inputs';
import { createRandom } from '@intermodel/numerics';
import { hasStoredStatistics, measureNormalisation, readModel, untrainedTwin } from '@intermodel/onnx';
import { FileHashes } from '@intermodel/steps';
import { checkOutputApart, InputError, writeFileAtomically } from '@intermodel/streams';
import { studyOfFlags, type StudyModel } from '@intermodel/studies';
import { listImages } from './list-images.ts';
import { openImages } from './probing/image-set.ts';

/** Options of {@link makeTwin}. */
export interface MakeTwinOptions {
  /** ONNX file with its weights. */
  readonly model: string;
  /** ONNX file to write. */
  readonly out: string;
  /** Seed of the weights. @default 0 */
  readonly seed?: number;
  /** Folder of images, for models that normalise by stored statistics, which are measured on them. @default none */
  readonly images?: string;
  /** Most images that are measured on, spread evenly over the folder: all are in memory at once. @default 32 */
  readonly twinImages?: number;
  /** How images become the input of the model, as a study file has it (YAML). @default as the file says, else 'imagenet' */
  readonly input?: string;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** Defaults of {@link makeTwin}. */
export const makeTwinDefaults = { seed: 0, twinImages: 32 } as const satisfies Partial<MakeTwinOptions>;

/** An untrained twin that was written. */
export interface MadeTwin {
  /** The file. */
  readonly out: string;
  /** Seed of its weights. */
  readonly seed: number;
  /** Images that its normalisations were measured on; 0 where it has none by stored statistics. */
  readonly images: number;
}

/**
 * Writes an untrained twin of a model: the same graph with freshly drawn weights ({@link untrainedTwin}), statistics of
 * its normalisations measured on images. The same file, images and seed give the same bytes.
 *
 * @throws InputError `TWIN_UNKNOWN`, `TWIN_IMAGES`, and those of models and images.
 */
export async function makeTwin({
  model: file,
  out,
  seed = makeTwinDefaults.seed,
  images,
  twinImages = makeTwinDefaults.twinImages,
  input,
  signal,
}: MakeTwinOptions): Promise<MadeTwin> {
  checkOutputApart(out, [file, ...(images === undefined ? [] : [images])]);
  if (await holdsCheckpoint(file))
    throw new InputError('TWIN_UNKNOWN', 'this is a checkpoint', {
      file,
      expected: 'an ONNX file with its weights',
      hint: 'Make one of it first: `intermodel import CHECKPOINT --weights inside --out MODEL.onnx`.',
    });
  // Says what is wrong with a file that is no model, or not there.
  readModel(file);
  const bytes = untrainedTwin(readFileSync(file), createRandom(seed).uniform, file);
  signal?.throwIfAborted();
  if (!hasStoredStatistics(bytes, file)) {
    writeFileAtomically(out, bytes);
    return { out, seed, images: 0 };
  }
  if (images === undefined)
    throw new InputError('TWIN_IMAGES', 'it normalises by stored statistics, which follow from trained weights', {
      file,
      expected: 'images on which they are measured anew',
      hint: 'Give `images`: a folder of those that the model is to be dissected on.',
    });
  const { pixels, count, model } = await loadPixels({ file, images, most: twinImages, input, signal });
  const measured = await measureNormalisation({
    ...{ bytes, file, count },
    inputSize: sizeOf(model.input),
    images: ({ type, layout }) => {
      const { layout: asked } = model.input;
      const normaliser = openNormaliser(
        type === 'uint8' ? asBytes(model.input) : model.input,
        asked === 'auto' ? layout : asked,
      );
      return normaliser.normalise(pixels);
    },
  });
  signal?.throwIfAborted();
  writeFileAtomically(out, measured);
  return { out, seed, images: count };
}

/** Size of the input of a model. */
function sizeOf({ height, width, channels }: StudyModel['input']) {
  return { height, width, channels: channelCount(channels) };
}

interface PixelOptions {
  readonly input: string | undefined;
  readonly file: string;
  readonly images: string;
  readonly most: number;
  readonly signal: AbortSignal | undefined;
}

/** RGB bytes of some images of a folder, spread evenly over it, in the size of a model's input. */
async function loadPixels({ file, images, most, input, signal }: PixelOptions): Promise<{
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly model: StudyModel;
}> {
  const all = await listImages(images);
  const study = studyOfFlags(
    { models: [{ name: 'model', file }], tasks: [{ root: images }] },
    { set: input === undefined ? [] : [`models[].input=${input}`] },
  );
  const { models } = await prepareModels(study);
  const [model] = models as readonly [StudyModel];
  const count = Math.min(most, all.length);
  const entries = Array.from({ length: count }, (_, place) => all[Math.floor((place * all.length) / count)]).filter(
    (entry) => entry !== undefined,
  );
  const { source } = await openImages(study, { folder: images, entries }, new FileHashes(), signal);
  const { batch } = await source.load(model.geometry)(entries);
  const rows = labelledImageRows(batch);
  const size = model.input.height * model.input.width * 3;
  const pixels = new Uint8Array(rows.length * size);
  rows.forEach((row, index) => {
    pixels.set(row.pixels, index * size);
  });
  return { pixels, count: rows.length, model };
}
