import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { InputError, suggestName } from '@intermodel/errors';
import {
  constantBytes,
  writeGraph,
  writtenTypes,
  type ExternalData,
  type WrittenConstant,
  type WrittenModel,
  type WrittenNode,
  type WrittenType,
} from '@intermodel/onnx';
import type { ArchitectureName, Network } from '../architecture.ts';
import type { ElementType, FileSpan, Tensor } from '../tensor.ts';
import { GraphDraft, type DraftConstant, type DraftLayer } from './graph-draft.ts';
import { drawConvnext } from './convnext.ts';
import type { Drawer, ImageSize } from './drawing.ts';
import { drawAlexnet, drawVgg } from './plain-convolutions.ts';
import { drawResnet } from './resnet.ts';
import { drawSqueezenet } from './squeezenet.ts';
import { drawTransformer } from './transformer.ts';
import { TakenFacts } from './taken-facts.ts';
import { floatBytes, readAs, type WeightType } from './weight-values.ts';

/** Settings of {@link buildGraph}. */
export interface BuildOptions {
  /** Tensor that is dissected, such as `layer4.2`, or a group of blocks, whose last is meant. @default the last of the architecture */
  readonly layer?: string;
  /** Whether the graph goes on to the classifier, where there are weights of one. @default false: it ends at the layer */
  readonly head?: boolean;
  /** Type of weights and activations. @default 'float32' */
  readonly dtype?: WeightType;
  /** Size of the images. @default free, or what the positions of a transformer were stored for */
  readonly inputSize?: ImageSize;
  /** Metadata that is written into the model. @default none */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A constant of a graph that was built. */
export interface BuiltConstant extends Omit<WrittenConstant, 'values'> {
  /** Reads the values, as they are written. */
  readonly read: () => Uint8Array;
  /** Where they lie in a file of the checkpoint, and as which type; undefined where they do not. */
  readonly stored: { readonly type: WrittenType; readonly span: FileSpan } | undefined;
}

/** Where the values of a constant are: in the graph, elsewhere as they are written, or elsewhere as they are stored. */
export type ConstantPlace = WrittenConstant['values'] | { readonly stored: ExternalData };

/** Where the weights of a graph are: in its file, or where they lie in the files of the checkpoint. */
export type WeightPlace =
  | { readonly weights: 'inside' }
  /** `folder` is the one that places of files are relative to: it holds all files of the checkpoint. */
  | { readonly weights: 'referred'; readonly folder: string };

/** A graph made of a network: no weights were read. */
export interface BuiltGraph {
  /** Tensor that is dissected. */
  readonly layer: string;
  /** Tensor that the graph puts out: `layer`, or the classes of the head where one was wanted and is there. */
  readonly output: string;
  /** Tensors of the graph that blocks put out, in their order. */
  readonly layers: readonly string[];
  /** The image: its name, channels, and size where it is not free. */
  readonly input: { readonly name: string; readonly channels: number; readonly size: ImageSize | undefined };
  /** What the graph rests on and weights do not tell: one sentence each. */
  readonly assumptions: readonly string[];
  /** Weights that the network has no place for, by name. */
  readonly unused: readonly string[];
  /** Weights and other constants of the graph. */
  readonly constants: readonly BuiltConstant[];
  /** The ONNX file to be, with the values of each constant where `place` says. */
  placed(place: (constant: BuiltConstant) => ConstantPlace): WrittenModel;
  /**
   * The ONNX file in memory. Weights that do not lie in a file are inside in any case; those of another type are cast when
   * the model is opened.
   *
   * @throws InputError `NETWORK_WEIGHTS_OUTSIDE` where a file is not in the folder.
   */
  toBytes(place: WeightPlace): Uint8Array;
}

/** Name of the image input. */
const inputName = 'input';
/** Operator set of the graphs. */
const opset = 20;

const drawers: Readonly<Record<ArchitectureName, Drawer>> = {
  resnet: drawResnet,
  vit: drawTransformer,
  convnext: drawConvnext,
  vgg: drawVgg,
  alexnet: drawAlexnet,
  squeezenet: drawSqueezenet,
};

/**
 * Makes a graph of a network up to the layer that is dissected, and on to the classifier where that is wanted. Depth,
 * width and the like follow from the shapes of the weights; no values are read before the graph is written.
 *
 * @throws InputError `NETWORK_WEIGHT_MISSING`, `NETWORK_WEIGHT_SHAPE`, `NETWORK_WEIGHT_TYPE`, `NETWORK_FACT_UNKNOWN`,
 *   `NETWORK_FACT_VALUE`, `NETWORK_FACT_MISSING`, `NETWORK_INPUT_SIZE`, `NETWORK_LAYER_UNKNOWN`.
 */
export function buildGraph(network: Network, options: BuildOptions = {}): BuiltGraph {
  const { dtype = 'float32', metadata } = options;
  const draft = new GraphDraft(network.weights);
  const facts = new TakenFacts(network.architecture, network.facts);
  const { channels, size, head } = drawers[network.architecture]({
    draft,
    facts,
    input: inputName,
    size: options.inputSize,
    head: options.head === true,
  });
  const layer = chooseLayer(draft.layers, options.layer);
  const output = options.head === true && head !== undefined ? head : layer.name;
  const nodes = nodesAbove(draft.nodes, output);
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const constants = [...draft.constants]
    .filter(([name]) => read.has(name))
    .map(([name, constant]) => builtConstant(name, constant, dtype));
  const value = (name: string, dims: readonly (number | string | undefined)[]) => ({ name, type: dtype, dims });
  const layerDims = ({ kind, units }: DraftLayer) =>
    kind === 'map' ? ['batch', units, undefined, undefined] : ['batch', undefined, units];
  const placed: BuiltGraph['placed'] = (place) => {
    const parts = constants.map((constant) => placeConstant(constant, place(constant)));
    return writeGraph({
      name: network.architecture,
      opsets: new Map([['', opset]]),
      nodes: [...parts.flatMap(({ casts }) => casts), ...nodes],
      constants: parts.map(({ constant }) => constant),
      inputs: [value(inputName, ['batch', channels, size?.height ?? 'height', size?.width ?? 'width'])],
      outputs: [value(output, output === layer.name ? layerDims(layer) : ['batch', undefined])],
      ...(metadata === undefined ? {} : { metadata }),
    });
  };
  return {
    layer: layer.name,
    output,
    layers: draft.layers.map(({ name }) => name).filter((name) => made.has(name)),
    input: { name: inputName, channels, size },
    assumptions: facts.sentences(),
    unused: draft.unused(),
    constants,
    placed,
    toBytes: (where) => placed(where.weights === 'inside' ? ({ read }) => read : referredTo(where.folder)).toBytes(),
  };
}

/** Places constants where they lie in files of a folder, as far as they do. */
export function referredTo(folder: string): (constant: BuiltConstant) => ConstantPlace {
  const locations = new Map<string, string>();
  return ({ read, stored }) => {
    if (stored === undefined) return read;
    const { file, offset, length } = stored.span;
    const location = locations.get(file) ?? locationIn(folder, file);
    locations.set(file, location);
    return { stored: { location, offset, length } };
  };
}

/** A constant at its place; what is stored as another type is cast when the model is opened. */
function placeConstant(
  { name, type, dims, stored }: BuiltConstant,
  place: ConstantPlace,
): { readonly constant: WrittenConstant; readonly casts: readonly WrittenNode[] } {
  if (typeof place === 'function' || !('stored' in place))
    return { constant: { name, type, dims, values: place }, casts: [] };
  const storedType = stored?.type ?? type;
  if (storedType === type) return { constant: { name, type, dims, values: place.stored }, casts: [] };
  const source = `${name}.stored`;
  const cast = { operator: 'Cast', name, inputs: [source], outputs: [name], attributes: { to: writtenTypes[type] } };
  return { constant: { name: source, type: storedType, dims, values: place.stored }, casts: [cast] };
}

/** Where a file lies in a folder: as it was named, since download caches keep files elsewhere, behind links; else in truth. */
function locationIn(home: string, file: string): string {
  const named = path.relative(path.resolve(home), path.resolve(file));
  const location = isWithin(named) || !existsSync(home) ? named : path.relative(realpathSync(home), realpathSync(file));
  if (isWithin(location)) return location.replaceAll(path.sep, '/');
  throw new InputError('NETWORK_WEIGHTS_OUTSIDE', 'the weights lie outside the folder that they are referred to from', {
    file,
    expected: `a file in ${home}`,
    hint: 'Name a folder that holds all files of the checkpoint, or put the weights inside the model.',
  });
}

function isWithin(location: string): boolean {
  return location.split(path.sep)[0] !== '..' && !path.isAbsolute(location);
}

function builtConstant(name: string, constant: DraftConstant, type: WeightType): BuiltConstant {
  const { dims } = constant;
  if ('integers' in constant) {
    const values = BigInt64Array.from(constant.integers, BigInt);
    return { name, type: 'int64', dims, read: () => new Uint8Array(values.buffer), stored: undefined };
  }
  if ('floats' in constant)
    return { name, type, dims, read: () => floatBytes(constant.floats(), type), stored: undefined };
  const { weight } = constant;
  return { name, type, dims, read: () => readAs(weight, type), stored: storedWeight(weight) };
}

function storedWeight({ type, shape, span }: Tensor): BuiltConstant['stored'] {
  if (span === undefined || !isWritten(type)) return undefined;
  return span.length === constantBytes({ type, dims: shape }) ? { type, span } : undefined;
}

const isWritten = (type: ElementType): type is ElementType & WrittenType => type in writtenTypes;

/** The layer that was named, or the last of the group that was named; by default the last of all. */
/** Name of the layer that is meant by a name: its own, or that of a group of blocks (`layer3`), whose last is meant. */
export function namedLayer(layers: readonly string[], named: string): string | undefined {
  return layers.includes(named) ? named : layers.findLast((name) => name.startsWith(`${named}.`));
}

function chooseLayer(layers: readonly DraftLayer[], named: string | undefined): DraftLayer {
  const names = layers.map(({ name }) => name);
  const meant = named === undefined ? names.at(-1) : namedLayer(names, named);
  const found = layers.find(({ name }) => name === meant);
  if (found !== undefined) return found;
  throw new InputError('NETWORK_LAYER_UNKNOWN', `the network has no layer "${String(named)}"`, {
    hint: suggestName(String(named), names),
  });
}

/** Nodes that an output needs, in their order. */
function nodesAbove(nodes: readonly WrittenNode[], output: string): WrittenNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const kept = new Set<WrittenNode>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makers.get(name);
    if (node === undefined || kept.has(node)) continue;
    kept.add(node);
    open.push(...node.inputs);
  }
  return nodes.filter((node) => kept.has(node));
}
