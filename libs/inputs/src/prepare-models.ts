import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resolvePreprocessing } from '@intermodel/activation-streaming';
import type { ImportCheckpointOptions } from '@intermodel/checkpoints';
import { resolveGeometry } from '@intermodel/data-loading';
import {
  FileHashes,
  hashJson,
  jsonPart,
  memoryStore,
  readJsonPart,
  StudySteps,
  type StepDescription,
  type StepParts,
} from '@intermodel/steps';
import {
  givenModels,
  twinOfModel,
  type InputContent,
  type ModelOrigin,
  type Study,
  type StudyModel,
} from '@intermodel/studies';
import { checkNothingSaid, checkpointReading } from './checkpoint-reading.ts';
import { holdsCheckpoint } from './holds-checkpoint.ts';
import { recordedMetadata } from './recorded-metadata.ts';
import { namingModel } from './naming-model.ts';
import { withOwnSize } from './model-sizes.ts';

/** What models are opened with. */
export interface PrepareModelsOptions {
  /** Stored steps: the graph of a checkpoint is one of them. */
  readonly steps: StudySteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined;
}

/** What is kept of a checkpoint beside its graph. */
interface ImportedFacts {
  /** Family that it is of. */
  readonly family: string;
  /** Hash of what the graph computes of the checkpoint. */
  readonly graph: string;
  /** Preprocessing of the family, as `models[].input` of a study has it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Tensor that is dissected where no layer is named. */
  readonly layer: string;
  /** Layers that can be named. */
  readonly layers: readonly string[];
  /** What weights do not tell and was taken: one sentence each. */
  readonly assumptions: readonly string[];
  /** Those of them that a reader must see even where nobody asks. */
  readonly doubts: readonly string[];
  /** What is wrong with the weights: one sentence each. */
  readonly warnings: readonly string[];
}

/** Changed whenever the same checkpoint and recipe would give another graph. */
const codeVersion = '1';

/**
 * A study whose models can be run: of checkpoints the graph is made, or found in the store, with the preprocessing of
 * their family where the study says none; and all take the size that their files fix, where the study leaves it open;
 * 224 x 224 holds where both do.
 *
 * @throws InputError for checkpoints that cannot be read, recognised or built, with the model's name.
 */
export async function prepareModels<Given extends Pick<Study, 'models'>>(
  study: Given,
  options: PrepareModelsOptions = ownSteps(),
): Promise<Given> {
  // All of them are read before anything is stored.
  const given = givenModels(study);
  const opened: (OpenedCheckpoint | undefined)[] = [];
  for (const model of given) opened.push(await namingModel(model, () => openModel(model, options)));
  const models: StudyModel[] = [];
  const hasTwin = new Set(study.models.map(({ twinOf }) => twinOf));
  for (const [index, model] of given.entries()) {
    const checkpoint = opened[index];
    const prepared = await namingModel(model, () =>
      checkpoint === undefined ? withRecordedInput(model) : withGraph(model, checkpoint, options),
    );
    const sized = await withOwnSize(prepared);
    models.push(sized, ...(hasTwin.has(model.name) ? [twinOfModel(sized)] : []));
  }
  return { ...study, models };
}

function ownSteps(): PrepareModelsOptions {
  const { signal } = new AbortController();
  return {
    hashes: new FileHashes(),
    steps: new StudySteps({ store: memoryStore(), signal, onEvent: () => undefined }),
  };
}

/** What a graph is made of. */
type OriginOfGraph = Pick<ModelOrigin, 'checkpoint' | 'recipe' | 'names'>;

/** A checkpoint that was found to be fit. */
interface OpenedCheckpoint {
  /** SHA-256 of its files, and of what a graph of it is made by. */
  readonly origin: OriginOfGraph;
  /** Makes its graph. */
  readonly compute: () => Promise<StepParts>;
}

/** Opens the file of a model, if it is a checkpoint; where its graph is not stored, finds out what it is. */
async function openModel(
  model: StudyModel,
  { steps, hashes, signal }: PrepareModelsOptions,
): Promise<OpenedCheckpoint | undefined> {
  const { file, isCheckpoint, recipe } = model;
  if (!isCheckpoint && !(await holdsCheckpoint(file))) {
    checkNothingSaid(file, model);
    return undefined;
  }
  const { configsBeside, folderOf, identifyGraph, importCheckpoint, openCheckpoint, recipeHash } =
    await import('@intermodel/checkpoints');
  const checkpoint = await openCheckpoint(file);
  const { files } = checkpoint;
  const hashesOfFiles: string[] = [];
  for (const each of files) hashesOfFiles.push(await hashes.hash(each, signal));
  // Descriptions beside the weights decide what is made of them, as recipes do.
  const recipes = [recipeHash(recipe)];
  for (const each of configsBeside(file)) recipes.push(await hashes.hash(each, signal));
  const names = files.map((each) => path.relative(folderOf(checkpoint), path.resolve(each)));
  const origin = { checkpoint: hashJson(hashesOfFiles), recipe: hashJson(recipes), names };
  const importing = () => importCheckpoint(checkpoint, readingOf(model));
  const known = (await steps.isStored(stepOf(model, origin))) ? undefined : importing();
  const compute = async () => {
    const { recognised, graph, layer, assumptions, doubts, warnings } = known ?? importing();
    const bytes = graph.toBytes({ weights: 'referred', folder: folderOf(checkpoint) });
    for (const [index, each] of files.entries()) await hashes.checkUnchanged(each, hashesOfFiles[index] ?? '', signal);
    const { family, input } = recognised;
    const { layers } = graph;
    const found = { family, graph: identifyGraph(graph, files), layers, layer, input, assumptions, doubts, warnings };
    return { graph: bytes, facts: jsonPart(found satisfies ImportedFacts) };
  };
  return { origin, compute };
}

/** The model with the graph of its checkpoint, fed as the family is where the study does not say otherwise. */
async function withGraph(
  model: StudyModel,
  { origin, compute }: OpenedCheckpoint,
  { steps }: PrepareModelsOptions,
): Promise<StudyModel> {
  const { namedLayer } = await import('@intermodel/checkpoints');
  const result = await steps.run({ ...stepOf(model, origin), compute });
  const {
    input: usual,
    layer,
    layers,
    assumptions,
    ...facts
  } = readJsonPart(await result.read('facts')) as ImportedFacts;
  const given = typeof model.givenInput === 'string' ? { preset: model.givenInput } : model.givenInput;
  // A preset that is named says everything.
  const input = resolvePreprocessing(given?.preset === undefined ? { ...scaledTo(usual, given), ...given } : given);
  return {
    ...fedWith(model, input),
    graph: await result.read('graph'),
    // How the family is fed is of no account where the study says it.
    origin: {
      ...{ ...facts, ...origin },
      assumptions:
        given === undefined ? assumptions : assumptions.filter((text) => !text.startsWith('Preprocessing: ')),
    },
    // A group of blocks, such as layer3, stands for its last.
    layers: model.layers === 'usual' ? [layer] : model.layers.map((name) => namedLayer(layers, name) ?? name),
  };
}

/** A preprocessing at the size that is given: the crop stays the same share of the image. */
function scaledTo(usual: ImportedFacts['input'], given: InputContent = {}): ImportedFacts['input'] {
  const { shortestSide, width, height } = usual as InputContent;
  const side = Math.max(given.width ?? 0, given.height ?? 0);
  if (shortestSide === undefined || side === 0) return usual;
  const before = Math.max(width ?? 0, height ?? 0) || 224;
  return { ...usual, shortestSide: Math.max(side, Math.round((shortestSide * side) / before)) };
}

/** A model with other preprocessing. */
function fedWith(model: StudyModel, input: StudyModel['input']): StudyModel {
  const { labelHeight, labelWidth } = model.geometry;
  const { height, width, resize, shortestSide, filter } = input;
  const geometry = resolveGeometry({ height, width, resize, shortestSide, filter, labelHeight, labelWidth });
  return { ...model, input, sizeIsOpen: false, geometry };
}

/** An ONNX file that was made of a checkpoint is fed as that would be, where the study does not say otherwise. */
async function withRecordedInput(model: StudyModel): Promise<StudyModel> {
  const { file, givenInput } = model;
  const recorded = givenInput === undefined ? (await recordedMetadata(file)).input : undefined;
  return recorded === undefined ? model : fedWith(model, resolvePreprocessing(recorded, file));
}

/** The step that the graph of a prepared model is stored as; undefined where its file is the graph. */
export function graphStep(model: StudyModel): StepDescription | undefined {
  return model.origin === undefined ? undefined : stepOf(model, model.origin);
}

function stepOf(model: StudyModel, { checkpoint, recipe, names }: OriginOfGraph): StepDescription {
  const { inputSize = null, ...reading } = readingOf(model);
  return {
    step: 'graph',
    codeVersion,
    subject: model.name,
    inputs: { checkpoint, recipe },
    // The graph refers to the files by their names.
    options: { ...reading, recipe: null, inputSize, names },
  };
}

/**
 * The bytes of the graph of a prepared model, with its weights in it where it is of a checkpoint.
 *
 * @throws InputError for a checkpoint that cannot be read.
 */
export async function modelBytes(model: StudyModel): Promise<Uint8Array> {
  if (!model.isCheckpoint && !(await holdsCheckpoint(model.file))) return readFileSync(model.file);
  const { importCheckpoint, openCheckpoint } = await import('@intermodel/checkpoints');
  return importCheckpoint(await openCheckpoint(model.file), readingOf(model)).graph.toBytes({ weights: 'inside' });
}

/** How the checkpoint of a model is read, as far as the study says. */
function readingOf(model: StudyModel): ImportCheckpointOptions {
  const { height, width } = typeof model.givenInput === 'object' ? model.givenInput : {};
  const size = height === undefined && width === undefined ? {} : { inputSize: { height, width } };
  return { ...checkpointReading(model), ...size };
}
