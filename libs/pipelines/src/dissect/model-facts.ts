import path from 'node:path';
import { checkImageInput, type InputLayout } from '@intermodel/activation-streaming';
import { hashJson, InputError, type FileHashes, type StepDescription } from '@intermodel/streams';
import { listModelLayers } from '../list-model-layers.ts';
import { jsonPart, readJsonPart, type StudySteps } from '../steps/study-steps.ts';
import type { StudyModel } from '../study-file/study.ts';
import type { LayerPlace } from './dissection-steps.ts';

/** What is read from the graph of a model, once for a file. */
interface ModelFacts {
  /** Tensors of the usual choice: none or one. */
  readonly usual: readonly string[];
  /** Tensors that could be named instead. */
  readonly others: readonly string[];
  /** Files with weights, below the folder of the model. */
  readonly external: readonly string[];
}

/** Changed whenever the same model would give other facts. */
const codeVersion = '1';

/** A model with what its file says of it. */
export interface PlacedModel {
  /** The model as the study describes it. */
  readonly model: StudyModel;
  /** Its layers that are to be dissected. */
  readonly places: readonly LayerPlace[];
  /** Order of the axes of its input. */
  readonly layout: InputLayout;
}

/**
 * Checks all models of a study as far as their files tell, in milliseconds, before anything is decoded or run.
 *
 * @returns the order of the axes of each model's input
 * @throws InputError of reading a model and of its layers, with the model's name.
 */
export async function checkModels(models: readonly StudyModel[]): Promise<InputLayout[]> {
  const layouts: InputLayout[] = [];
  for (const model of models) layouts.push(await namingModel(model, () => checkModel(model)));
  return layouts;
}

/**
 * Finds the usual layers of models, and the hashes of their files.
 *
 * @throws InputError of {@link layerPlaces}, with the model's name.
 */
export async function placeModels(models: readonly StudyModel[], layouts: readonly InputLayout[], steps: StudySteps, hashes: FileHashes, signal?: AbortSignal): Promise<PlacedModel[]> {
  const placed: PlacedModel[] = [];
  for (const [index, model] of models.entries()) placed.push({ model, layout: layouts[index] as InputLayout, places: await namingModel(model, () => layerPlaces(model, steps, hashes, signal)) });
  return placed;
}

/** Checks a model and its layers as far as the file tells. */
async function checkModel({ file, layers, input }: StudyModel): Promise<InputLayout> {
  const { checkLayers } = await import('@intermodel/onnx');
  const { height, width } = input;
  return checkImageInput({ file, preprocessing: input }, checkLayers({ file, inputSize: { height, width }, ...(layers === 'usual' ? {} : { tensors: layers }) }));
}

/** Says of what goes wrong with a model which model of the study it is, since files of several may have the same name. */
async function namingModel<Result>({ name }: StudyModel, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw error.about(`model "${name}"`);
  }
}

/**
 * Layers of a model that are to be dissected, with the hash of all its files.
 *
 * @throws InputError `LAYER_NOT_GIVEN` where the usual choice is asked for and there is none; those of reading a model
 * and of its external data.
 */
export async function layerPlaces(model: StudyModel, steps: StudySteps, hashes: FileHashes, signal?: AbortSignal): Promise<LayerPlace[]> {
  const { file, layers } = model;
  const fileHash = await hashes.hash(file, signal);
  const compute = async () => {
    const facts = await readFacts(model);
    await hashes.checkUnchanged(file, fileHash, signal);
    return { facts: jsonPart(facts) };
  };
  const result = await steps.run({ ...factsStep(model, fileHash), compute });
  const { usual, others, external } = readJsonPart(await result.read('facts')) as ModelFacts;
  const weights: (readonly [file: string, sha256: string])[] = [];
  for (const weightFile of await weightFiles(file, external)) weights.push([weightFile, await hashes.hash(weightFile, signal)]);
  const modelHash = hashJson([fileHash, ...weights.map(([, sha256]) => sha256)]);
  const modelFiles = new Map([[file, fileHash], ...weights]);
  const names = layers === 'usual' ? usual : layers;
  if (names.length === 0) throw new InputError('LAYER_NOT_GIVEN', 'the model has no layer that is the usual choice', { file, expected: 'the name of a tensor to dissect', hint: `Name a layer: ${others.join(', ') || 'none of this model is spatial'}.` });
  return names.map((layer) => ({ model, layer, modelHash, modelFiles }));
}

/** What is read from the graph of a model, once for a file: part `facts`. */
export function factsStep({ name, input, layers }: StudyModel, fileHash: string): StepDescription {
  // Where the layers are named, the size of the input tells nothing.
  return { step: 'model', codeVersion, subject: name, inputs: { model: fileHash }, options: layers === 'usual' ? { height: input.height, width: input.width } : {} };
}

/** Files with weights, found fit to be read: a location may state any path, and what lies there may have changed since the model was read. */
async function weightFiles(file: string, locations: readonly string[]): Promise<string[]> {
  if (locations.length === 0) return [];
  const { checkExternalData, readModel } = await import('@intermodel/onnx');
  const places = checkExternalData(file, readModel(file).graph.initializers);
  return [...(places?.locations ?? [])].filter(([location]) => locations.includes(location)).sort(([a], [b]) => locations.indexOf(a) - locations.indexOf(b)).map(([, place]) => path.join(places?.folder ?? '', place));
}

async function readFacts({ file, input, layers }: StudyModel): Promise<ModelFacts> {
  const { readModel } = await import('@intermodel/onnx');
  const external = [...new Set(readModel(file).graph.initializers.flatMap((tensor) => (tensor.external === undefined ? [] : [tensor.external.location])))].sort();
  if (layers !== 'usual') return { usual: [], others: [], external };
  const { layers: listed } = await listModelLayers(file, { inputSize: { height: input.height, width: input.width } });
  return { usual: listed.filter(({ usual }) => usual).slice(0, 1).map(({ tensor }) => tensor), others: listed.slice(-5).map(({ tensor }) => tensor), external };
}
