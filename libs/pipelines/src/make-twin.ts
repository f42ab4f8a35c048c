import { readFileSync } from 'node:fs';
import path from 'node:path';
import { holdsCheckpoint, prepareModels } from '@intermodel/inputs';
import { readModel } from '@intermodel/onnx';
import { FileHashes } from '@intermodel/steps';
import { checkOutputApart, InputError, writeFileAtomically } from '@intermodel/streams';
import { readKeys, studyOfFlags, type InputContent, type Study, type StudyModel } from '@intermodel/studies';
import { drawTwin, twinImages as usualImages, type TwinImages } from './twins/draw-twin.ts';
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
export const makeTwinDefaults = { seed: 0, twinImages: usualImages } as const satisfies Partial<MakeTwinOptions>;

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
  const study = fedStudy(file, images, input);
  const twin = await drawTwin({
    ...{ bytes: readFileSync(file), file, seed, signal },
    images: images === undefined ? undefined : () => loadImages(study, images, twinImages, signal),
  });
  signal?.throwIfAborted();
  writeFileAtomically(out, twin.bytes);
  return { out, seed, images: twin.images };
}

/** The study of one model, which says how images become its input. @throws InputError `INPUT_OPTION`, `OPTION_VALUE`. */
function fedStudy(file: string, images: string | undefined, input: string | undefined): Study {
  const fed = input === undefined ? {} : { input: readKeys('models[].input', input) as InputContent };
  return studyOfFlags({ models: [{ name: 'model', file, ...fed }], tasks: [{ root: images ?? path.dirname(file) }] });
}

/** At most so many images of a folder, spread evenly over it, in the size of the input of the one model of a study. */
async function loadImages(
  study: Study,
  images: string,
  most: number,
  signal: AbortSignal | undefined,
): Promise<TwinImages> {
  const all = await listImages(images);
  const { models } = await prepareModels(study);
  const [model] = models as readonly [StudyModel];
  const count = Math.min(most, all.length);
  const entries = Array.from({ length: count }, (_, place) => all[Math.floor((place * all.length) / count)]).filter(
    (entry) => entry !== undefined,
  );
  const { source } = await openImages(study, { folder: images, entries }, new FileHashes(), signal);
  const { batch } = await source.load(model.geometry)(entries);
  return { batch, input: model.input };
}
