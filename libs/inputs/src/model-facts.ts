import { realpathSync } from 'node:fs';
import path from 'node:path';
import { channelCount, checkImageInput, prepareInference, type InputLayout } from '@intermodel/activation-streaming';
import {
  type FileHashes,
  hashJson,
  jsonPart,
  readJsonPart,
  type StepDescription,
  type StudySteps,
} from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';
import { listModelLayers, type ProbeOptions } from './list-model-layers.ts';
import { recordedMetadata } from './recorded-metadata.ts';
import { namingModel } from './naming-model.ts';
import type { LayerPlace } from './layer-place.ts';
import { findLayerFacts, layerFacts, readLayer, type LayerFacts } from './layer-facts.ts';

/** What is read from the graph of a model, once for a file. */
interface ModelFacts {
  /** The tensor of the usual choice; none where layers are named. */
  readonly usual: readonly string[];
  /** What the graph tells of the layers that are to be dissected; of those that it tells nothing of, nothing. */
  readonly layers: readonly LayerFacts[];
  /** Files with weights, below the folder of the model. */
  readonly external: readonly string[];
  /** Tensor that the graph subtracts a constant from, as normalisation does, before all else; none where it does not. */
  readonly normalised?: string;
}

/** Changed whenever the same model would give other facts. */
const codeVersion = '3';

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
 * @throws InputError of {@link layerPlaces}.
 */
export async function placeModels(
  models: readonly StudyModel[],
  layouts: readonly InputLayout[],
  steps: StudySteps,
  hashes: FileHashes,
  probe: ProbeOptions = {},
): Promise<PlacedModel[]> {
  const placed: PlacedModel[] = [];
  for (const [index, model] of models.entries())
    placed.push({
      model,
      layout: layouts[index] as InputLayout,
      places: await layerPlaces(model, steps, hashes, probe),
    });
  return placed;
}

/** What the reader of the results should know of how layers are read. */
export function placeWarnings(placed: readonly PlacedModel[]): { readonly subject: string; readonly text: string }[] {
  return placed.flatMap(({ model, places }) =>
    places.flatMap(({ warning }) => (warning === undefined ? [] : [{ subject: model.name, text: warning }])),
  );
}

/** Checks a model and its layers as far as the file tells. */
async function checkModel({ file, graph, layers, input }: StudyModel): Promise<InputLayout> {
  const { checkLayers } = await import('@intermodel/onnx');
  const { height, width } = input;
  const channels = channelCount(input.channels);
  return checkImageInput(
    { file, input },
    checkLayers({
      file,
      graph,
      inputSize: { height, width, channels },
      ...(layers === 'usual' ? {} : { tensors: layers }),
    }),
  );
}

/**
 * Layers of a model that are to be dissected, with the hash of all its files.
 *
 * @throws InputError `LAYER_NOT_GIVEN` where the usual choice is asked for and there is none; those of reading a model
 * and of its external data: with the model's name. Errors of the store, which are not about a model, as they are.
 */
export async function layerPlaces(
  model: StudyModel,
  steps: StudySteps,
  hashes: FileHashes,
  probe: ProbeOptions = {},
): Promise<LayerPlace[]> {
  const { signal } = probe;
  const { file, layers } = model;
  const naming = <Result>(work: () => Promise<Result>) => namingModel(model, work);
  const fileHash = await naming(() => hashes.hash(file, signal));
  const compute = async () => {
    // What is not known of a model was not dissected yet: its thread starts beside.
    prepareInference();
    const facts = await readFacts(model, probe);
    await hashes.checkUnchanged(file, fileHash, signal);
    return { facts: jsonPart(facts) };
  };
  const identity = modelIdentity(model, fileHash);
  const result = await steps.run({ ...factsStep(model, identity), compute: () => naming(compute) });
  const { usual, layers: known, external, normalised } = readJsonPart(await result.read('facts')) as ModelFacts;
  return naming(async () => {
    const weights: (readonly [file: string, sha256: string])[] = [];
    const { sha256: recorded } = external.length === 0 ? {} : await recordedMetadata(file);
    for (const weightFile of await weightFiles(model, external)) {
      const sha256 = await hashes.hash(weightFile, signal);
      checkRecorded(file, weightFile, sha256, recorded?.[path.basename(weightFile)]);
      weights.push([weightFile, sha256]);
    }
    const modelHash = hashJson([identity, ...weights.map(([, sha256]) => sha256)]);
    const modelFiles = new Map([[file, fileHash], ...weights]);
    const names = layers === 'usual' ? usual : layers;
    return names.map((layer, index) => {
      const facts = known.find(({ name }) => name === layer);
      const { reading, warning } = readLayer(model, layer, facts);
      const told = [warning, index === 0 ? normalisedTwice(model, normalised) : undefined].filter(
        (text) => text !== undefined,
      );
      return { model, layer, reading, warning: told.length === 0 ? undefined : told.join(' '), modelHash, modelFiles };
    });
  });
}

/** Says that images are normalised before a graph which does so itself; undefined where that is not so. */
function normalisedTwice({ name, input }: StudyModel, tensor: string | undefined): string | undefined {
  const { mean, std } = input;
  if (tensor === undefined || ![...mean, ...std.map((value) => value - 1)].some((value) => value !== 0))
    return undefined;
  return `its images are normalised (mean ${mean.join(', ')}, std ${std.join(', ')}), and the graph then subtracts a constant from "${tensor}", as normalisation does: one of the two is probably too much. If its normalisation is inside, declare \`models[${name}].input: zero-one\`.`;
}

/** Weights that a model refers to are those of the checkpoint that it was made of. */
function checkRecorded(file: string, weightFile: string, sha256: string, recorded: unknown): void {
  if (typeof recorded !== 'string' || recorded === sha256) return;
  throw new InputError('WEIGHTS_CHANGED', 'the checkpoint that it refers to is another than it was made of', {
    file,
    expected: `${weightFile} with the SHA-256 ${recorded}`,
    hint: 'Import the checkpoint again, or put the file back.',
  });
}

function layerNotGiven(file: string, reason: string, candidates: readonly string[]): InputError {
  return new InputError('LAYER_NOT_GIVEN', `it cannot be told which layer is meant: ${reason}`, {
    file,
    expected: 'the name of a tensor to dissect',
    hint:
      candidates.length === 0
        ? 'None of this model can be dissected: `listModelLayers` says why.'
        : `Name a layer, \`models[].layer\`: ${candidates.join(', ')}. \`listModelLayers\` lists all.`,
  });
}

/** Hash of what a model is: of its file, and where that is a checkpoint of the graph that was made of it. */
export function modelIdentity({ origin }: Pick<StudyModel, 'origin'>, fileHash: string): string {
  return origin === undefined ? fileHash : hashJson({ file: fileHash, graph: origin.graph });
}

/** What is read from the graph of a model, once for its {@link modelIdentity}: part `facts`. */
export function factsStep({ name, input, layers }: StudyModel, identity: string): StepDescription {
  return {
    step: 'model',
    codeVersion,
    subject: name,
    inputs: { model: identity },
    options: { height: input.height, width: input.width, layers },
  };
}

/**
 * Files with weights, found fit to be read: a location may state any path, and what lies there may have changed since
 * the model was read.
 */
async function weightFiles({ file, graph }: StudyModel, locations: readonly string[]): Promise<string[]> {
  if (locations.length === 0) return [];
  const { checkExternalData, readModel } = await import('@intermodel/onnx');
  const places = checkExternalData(file, readModel(file, graph).graph.initializers);
  return [...(places?.locations ?? [])]
    .filter(([location]) => locations.includes(location))
    .sort(([a], [b]) => locations.indexOf(a) - locations.indexOf(b))
    .map(([, place]) => path.join(places?.folder ?? '', place))
    .filter((weights) => realpathSync(weights) !== realpathSync(file));
}

async function readFacts({ file, graph, input, layers }: StudyModel, probe: ProbeOptions): Promise<ModelFacts> {
  const { externalLocations, ownNormalisation, readModel } = await import('@intermodel/onnx');
  const model = readModel(file, graph);
  const external = externalLocations(model.graph.initializers);
  const tensor = ownNormalisation(model.graph);
  const own = tensor === undefined ? {} : { normalised: tensor };
  const inputSize = { height: input.height, width: input.width, channels: channelCount(input.channels) };
  if (layers !== 'usual')
    return { usual: [], layers: await findLayerFacts(file, layers, { graph, inputSize, ...probe }), external, ...own };
  const { layers: listed, choice } = await listModelLayers(file, { graph, inputSize, ...probe });
  const usual = listed.filter((layer) => layer.usual);
  if (usual.length === 0) throw layerNotGiven(file, choice.reason, choice.candidates);
  return {
    usual: usual.map(({ tensor }) => tensor),
    layers: usual.map((layer) => layerFacts(layer)),
    external,
    ...own,
  };
}
