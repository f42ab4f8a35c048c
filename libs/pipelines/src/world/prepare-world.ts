import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '@intermodel/numerics';
import { untrainedTwin } from '@intermodel/onnx';
import {
  nuisanceText,
  shippedModels,
  worldDefaults,
  writeWorld,
  type WorldOptions,
  type WriteWorldOptions,
} from '@intermodel/small-world';
import { InputError, suggestName, writeFileAtomically } from '@intermodel/streams';
import { worldFolders, worldStudy, type WorldModel } from './world-study.ts';

/** Name of the study file in the folder. */
const studyFile = 'study.yaml';

/** Options of {@link prepareWorld}. */
export interface PrepareWorldOptions extends Omit<WorldOptions, 'layouts'> {
  /** Models of the study. @default all */
  readonly models?: readonly string[];
  /** Told after each image how many of all are drawn. */
  readonly onImage?: (done: number, images: number) => void;
  /** Stops the drawing. */
  readonly signal?: AbortSignal;
}

/** A model of the study, and how its file is made. */
interface PreparedModel extends WorldModel {
  readonly bytes: () => Uint8Array;
}

/**
 * Draws a world, puts the networks beside it and writes the study file of them; what stands there already stays.
 *
 * @param folder folder of all of it
 * @param options number of images, seed and nuisances of the world
 * @param options.models models of the study, all unless named
 * @param options.onImage told after each image
 * @param options.signal stops the drawing
 * @returns paths of the study file and of the folder for its output
 * @throws InputError `OUTPUT_NOT_EMPTY`, `MODEL_UNKNOWN`, `MODEL_MISSING`, `MODEL_DAMAGED` and those of
 *   {@link writeWorld}; MachineError `WRITE_FAILED`.
 */
export async function prepareWorld(
  folder: string,
  { models: wanted, onImage, signal, ...world }: PrepareWorldOptions = {},
): Promise<{ readonly study: string; readonly out: string }> {
  const out = path.resolve(folder);
  const { images, seed, nuisances } = { ...worldDefaults, ...world };
  if (images < fewestImages)
    throw new InputError('OPTION_VALUE', `${String(images)} scenes are too few for a study`, {
      expected: `${String(fewestImages)} or more`,
      hint: 'Draw more, or run nothing.',
    });
  checkFolder(out, folder);
  const models = chooseModels(wanted);
  const grids = Math.max(fewestGrids, Math.ceil(images / gridShare));
  const told = (before: number) => (done: number) => onImage?.(before + done, images + grids);
  const stop = signal === undefined ? {} : { signal };
  const draw = (folder: string, options: WriteWorldOptions) =>
    writeWorld(path.join(out, folder), { nuisances, ...options, ...stop });
  const isNew = !existsSync(out);
  try {
    await draw(worldFolders.scenes, { images, seed, layouts: ['plain'], onImage: told(0) });
    await draw(worldFolders.grids, {
      ...{ images: grids, seed: seed + 1, layouts: ['geometry', 'coco'], onImage: told(images) },
    });
  } catch (cause) {
    if (isNew) removeEmpty(out);
    throw cause;
  }
  for (const { file, bytes } of models) writeChanged(path.join(out, file), bytes());
  const study = path.join(out, studyFile);
  writeChanged(study, Buffer.from(worldStudy({ images, seed, planted: nuisances.map(nuisanceText), models })));
  return { study: path.join(folder, studyFile), out: path.join(folder, worldFolders.study) };
}

/** Fewest images of a study: of fewer, a kind of place may be missing from a part of the data. */
const fewestImages = 100;
/** Images that are dissected for one whose grids of features are kept. */
const gridShare = 16;
/** Fewest of these: a fifth of them are for the test. */
const fewestGrids = 50;

function chooseModels(wanted: readonly string[] | undefined): readonly PreparedModel[] {
  const models = allModels();
  const known = models.map(({ name }) => name);
  const unknown = wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InputError('MODEL_UNKNOWN', `the world has no model "${unknown}"`, {
      expected: known.join(', '),
      hint: suggestName(unknown, known),
    });
  return models.filter(({ name }) => wanted?.includes(name) ?? true);
}

function allModels(): readonly PreparedModel[] {
  const shipped = shippedModels();
  const sourceOf = (name: string) => shipped.find((model) => model.name === name)?.file ?? '';
  const place = (name: string) => `${worldFolders.models}/${name}.onnx`;
  const twin = (name: string, source: string, seed: number): PreparedModel => ({
    name,
    file: place(name),
    input: 'zero-one',
    note: `the network of "${source}" with weights drawn from seed ${String(seed)}: nothing was learned`,
    bytes: () => {
      const file = sourceOf(source);
      return untrainedTwin(readFileSync(file), createRandom(seed).uniform, file);
    },
  });
  return [
    ...shipped.map(({ name, file, objective, isPlanted }): PreparedModel => ({
      name,
      file: place(name),
      input: 'zero-one',
      note: objective,
      isExcluded: isPlanted,
      bytes: () => readFileSync(file),
    })),
    twin('untrained', 'objects', 1),
    twin('untrained-2', 'objects', 2),
    {
      name: 'simclr-misread',
      file: place('simclr'),
      input: 'imagenet',
      note: 'wrong on purpose: it was trained on values from 0 to 1',
      isExcluded: true,
      bytes: () => readFileSync(sourceOf('simclr')),
    },
  ];
}

/** Refuses a folder with anything in it that no such preparation writes. */
function checkFolder(out: string, asGiven: string): void {
  const own: readonly string[] = [...Object.values(worldFolders), studyFile];
  if (!existsSync(out)) return;
  let entries: readonly string[];
  try {
    entries = readdirSync(out);
  } catch (cause) {
    throw new InputError('OUTPUT_NOT_A_FOLDER', 'the output path is no folder that can be read', {
      file: asGiven,
      expected: 'a folder, or a path that does not exist yet',
      hint: 'Give another `out`.',
      cause,
    });
  }
  const other = entries.find((name) => !own.includes(name) && !name.startsWith('.'));
  if (other === undefined) return;
  throw new InputError(
    'OUTPUT_NOT_EMPTY',
    `the output folder holds "${other}", which is no part of the study of a small world`,
    {
      file: asGiven,
      expected: 'an empty folder, a path that does not exist yet, or the folder of an earlier study of a small world',
      hint: 'Give another `out`.',
    },
  );
}

/** Removes a folder in which nothing is. */
function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Writes a file whose bytes are others than those that stand there. */
function writeChanged(file: string, bytes: Uint8Array): void {
  if (existsSync(file) && Buffer.compare(readFileSync(file), bytes) === 0) return;
  writeFileAtomically(file, bytes);
}
