import { realpathSync } from 'node:fs';
import path from 'node:path';
import { allNodes, bodies, neededNames } from './captured-names.ts';
import { checkExternalData } from './external-data.ts';
import { findTensor, inputDependents } from './find-tensor.ts';
import { gatherBytes, gatherChunks } from './gather-pieces.ts';
import { dequantisedName, modelPieces, type KeptParts } from './model-pieces.ts';
import type {
  ConstantTensor,
  ExternalData,
  Graph,
  GraphNode,
  LocalFunction,
  OnnxModel,
  TensorType,
  ValueInfo,
} from './onnx-model.ts';
import { pieceBytes } from './protobuf-writer.ts';
import { quantisations, type Quantisation } from './quantised-tensors.ts';

/** Settings of {@link cutGraph}. */
export interface CutOptions {
  /** Types to state for wanted tensors of which the file says nothing. @default none */
  readonly types?: ReadonlyMap<string, TensorType>;
  /** Sizes to state for the axes of the inputs, instead of the file's. @default the file's */
  readonly inputDims?: ReadonlyMap<string, readonly number[]>;
  /**
   * Leaves weights of more than 1 KiB in the model's file and refers to them there, so that they are not copied.
   * @default false
   */
  readonly weightsInPlace?: boolean;
  /** Puts out the values of quantised tensors instead of the whole numbers that stand for them. @default false */
  readonly dequantise?: boolean;
}

/** A model reduced to what the wanted tensors need; its weights are still ranges of the file. */
export interface CutModel {
  /** Tensors that the cut model puts out, in the order asked for. */
  readonly tensors: readonly string[];
  /** Names of these outputs in the cut model: others than those of the tensors where values are dequantised. */
  readonly outputs: readonly string[];
  /** Inputs that are still needed. */
  readonly inputs: readonly ValueInfo[];
  /** Nodes kept. */
  readonly nodes: readonly GraphNode[];
  /** Constants kept. */
  readonly initializers: readonly ConstantTensor[];
  /** Size of the cut model, without external data. */
  readonly byteLength: number;
  /** Folder to which the places of external data are relative, if any is needed. */
  readonly externalFolder: string | undefined;
  /** The cut model part by part, without ever holding it whole. */
  chunks(): Generator<Uint8Array>;
  /** The cut model in memory. */
  toBytes(): Uint8Array;
}

const smallBytes = 1024;

/**
 * Cuts a model down to what `tensors` need: the nodes above them with their weights, unused inputs, outputs, functions
 * and training information are dropped, and the tensors become the outputs. What the bodies of If, Loop and Scan take
 * from outside is kept, and so are operator sets, IR version and metadata. Kept parts are copied byte by byte.
 *
 * @param model what {@link readModel} read
 * @param tensors names of tensors, or of nodes with one output
 * @param options what to state anew in the cut model
 * @throws InputError `LAYER_UNKNOWN`, `LAYER_IN_SUBGRAPH`, `LAYER_CONSTANT`, or one of those of external data.
 */
export function cutGraph(model: OnnxModel, tensors: readonly string[], options: CutOptions = {}): CutModel {
  const { types = new Map(), inputDims = new Map(), weightsInPlace = false, dequantise = false } = options;
  const dependents = inputDependents(model);
  const wanted = [...new Set(tensors.map((name) => findTensor(model, name, dependents)))];
  const known = dequantise ? quantisations(model.graph) : new Map<string, Quantisation>();
  const dequantised = new Map(
    wanted.flatMap((name) => (known.has(name) ? [[name, known.get(name) as Quantisation] as const] : [])),
  );
  const { nodes, names } = keepAncestors(model.graph, [
    ...wanted,
    ...[...dequantised.values()].flatMap(({ scale, zeroPoint }) => (zeroPoint === '' ? [scale] : [scale, zeroPoint])),
  ]);
  const initializers = model.graph.initializers.filter(({ name }) => names.has(name));
  const functions = keepFunctions(model.functions, nodes);
  const inputs = model.graph.inputs.filter(({ name }) => names.has(name));
  const constants = [...initializers, ...innerConstants([...nodes, ...functions.flatMap((body) => body.nodes)])];
  const { folder, place } = placeWeights(model, constants, weightsInPlace);
  const pieces = modelPieces(model, {
    wanted,
    names,
    nodes,
    initializers,
    functions,
    inputs,
    types,
    inputDims,
    place,
    dequantised,
  });
  return {
    tensors: wanted,
    outputs: wanted.map((name) => (dequantised.has(name) ? dequantisedName(name) : name)),
    inputs: inputs.filter((input) => !initializers.some(({ name }) => name === input.name)),
    nodes,
    initializers,
    byteLength: pieceBytes(pieces),
    externalFolder: folder,
    chunks: () => gatherChunks(model.source, pieces),
    toBytes: () => gatherBytes(model.source, pieces),
  };
}

function keepAncestors(graph: Graph, wanted: readonly string[]): { nodes: GraphNode[]; names: Set<string> } {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const annotations = new Map(graph.annotations.map((annotation) => [annotation.tensor, annotation]));
  const keptNodes = new Set<GraphNode>();
  const names = new Set<string>();
  const open = [...wanted];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    for (const parameter of annotations.get(name)?.parameters ?? []) open.push(parameter);
    const maker = makers.get(name);
    if (maker === undefined || keptNodes.has(maker)) continue;
    keptNodes.add(maker);
    for (const needed of neededNames(maker)) open.push(needed);
  }
  return { nodes: graph.nodes.filter((node) => keptNodes.has(node)), names };
}

function keepFunctions(functions: readonly LocalFunction[], nodes: readonly GraphNode[]): LocalFunction[] {
  const named = new Map(functions.map((each) => [`${each.domain}:${each.name}`, each]));
  const kept = new Set<LocalFunction>();
  const open = [...allNodes(nodes)];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const called = named.get(`${node.domain}:${node.operator}`);
    if (called === undefined || kept.has(called)) continue;
    kept.add(called);
    for (const inner of allNodes(called.nodes)) open.push(inner);
  }
  return functions.filter((candidate) => kept.has(candidate));
}

/** Constants inside nodes: attributes, and the constants of bodies. */
function innerConstants(nodes: readonly GraphNode[]): ConstantTensor[] {
  return allNodes(nodes).flatMap((node) => [
    ...[...node.attributes.values()].flatMap(({ tensors }) => tensors),
    ...bodies(node).flatMap(({ initializers }) => initializers),
  ]);
}

/**
 * Decides which constants state another place than the file does: those behind links, and those left in the model's own
 * file.
 */
function placeWeights(
  model: OnnxModel,
  constants: readonly ConstantTensor[],
  inPlace: boolean,
): { folder: string | undefined; place: KeptParts['place'] } {
  const external = checkExternalData(model.file, constants);
  const ownFile = inPlace ? realpathSync(model.file) : undefined;
  const folder = external?.folder ?? (ownFile === undefined ? undefined : path.dirname(ownFile));
  // A model behind a link whose data is not: its own weights have to be copied.
  const ownLocation = ownFile !== undefined && path.dirname(ownFile) === folder ? path.basename(ownFile) : undefined;
  const place = (tensor: ConstantTensor): ExternalData | undefined => {
    if (tensor.sparse) return undefined;
    const location = tensor.external === undefined ? undefined : external?.locations.get(tensor.external.location);
    if (tensor.external !== undefined)
      return location === undefined || location === tensor.external.location
        ? undefined
        : { ...tensor.external, location };
    if (ownLocation === undefined || tensor.raw === undefined || tensor.raw.end - tensor.raw.start < smallBytes)
      return undefined;
    return { location: ownLocation, offset: tensor.raw.start, length: tensor.raw.end - tensor.raw.start };
  };
  return { folder, place };
}
