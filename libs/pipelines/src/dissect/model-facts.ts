import path from 'node:path';
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

/**
 * Layers of a model that are to be dissected, with the hash of all its files.
 *
 * @throws InputError `LAYER_NOT_GIVEN` where the usual choice is asked for and there is none; those of reading a model.
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
  for (const name of external.map((each) => path.join(path.dirname(file), each))) weights.push([name, await hashes.hash(name, signal)]);
  const modelHash = hashJson([fileHash, ...weights.map(([, sha256]) => sha256)]);
  const modelFiles = new Map([[file, fileHash], ...weights]);
  const names = layers === 'usual' ? usual : layers;
  if (names.length === 0) throw new InputError('LAYER_NOT_GIVEN', 'the model has no layer that is the usual choice', { file, expected: 'the name of a tensor to dissect', hint: `Name a layer: ${others.join(', ') || 'none of this model is spatial'}.` });
  return names.map((layer) => ({ model, layer, modelHash, modelFiles }));
}

function factsStep({ name, input, layers }: StudyModel, fileHash: string): StepDescription {
  // Where the layers are named, the size of the input tells nothing.
  return { step: 'model', codeVersion, subject: name, inputs: { model: fileHash }, options: layers === 'usual' ? { height: input.height, width: input.width } : {} };
}

async function readFacts({ file, input, layers }: StudyModel): Promise<ModelFacts> {
  const { readModel } = await import('@intermodel/onnx');
  const external = [...new Set(readModel(file).graph.initializers.flatMap((tensor) => (tensor.external === undefined ? [] : [tensor.external.location])))].sort();
  if (layers !== 'usual') return { usual: [], others: [], external };
  const { layers: listed } = await listModelLayers(file, { inputSize: { height: input.height, width: input.width } });
  return { usual: listed.filter(({ usual }) => usual).slice(0, 1).map(({ tensor }) => tensor), others: listed.slice(-5).map(({ tensor }) => tensor), external };
}
