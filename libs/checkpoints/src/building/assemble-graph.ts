import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import {
  constantBytes,
  writeGraph,
  writtenTypes,
  type ExternalData,
  type WrittenConstant,
  type WrittenModel,
  type WrittenNode,
  type WrittenType,
  type WrittenValue,
} from '@intermodel/onnx';
import type { ElementType, FileSpan, Tensor } from '../tensor.ts';
import type { DraftConstant, GraphDraft } from './graph-draft.ts';
import { floatBytes, readAs, type WeightType } from './weight-values.ts';

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

/** A graph whose weights stay where they are until it is written. */
export interface AssembledGraph {
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

/** What becomes of a draft. */
export interface AssembleOptions {
  /** Name of the graph. */
  readonly name: string;
  /** Type of weights and activations. */
  readonly dtype: WeightType;
  /** The image. */
  readonly input: WrittenValue;
  /** Tensors that the graph puts out; what they do not need is left out. */
  readonly outputs: readonly WrittenValue[];
  /** Metadata that is written into the model. @default none */
  readonly metadata?: ReadonlyMap<string, string> | undefined;
}

/** Operator set of the graphs. */
const opset = 20;

/** Makes a graph of the nodes of a draft that its outputs need. */
export function assembleGraph(
  draft: GraphDraft,
  { name, dtype, input, outputs, metadata }: AssembleOptions,
): AssembledGraph {
  const nodes = nodesAbove(
    draft.nodes,
    outputs.map((output) => output.name),
  );
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const constants = [...draft.constants]
    .filter(([constant]) => read.has(constant))
    .map(([constant, values]) => builtConstant(constant, values, dtype));
  const placed: AssembledGraph['placed'] = (place) => {
    const parts = constants.map((constant) => placeConstant(constant, place(constant)));
    return writeGraph({
      name,
      opsets: new Map([['', opset]]),
      nodes: [...parts.flatMap(({ casts }) => casts), ...nodes],
      constants: parts.map(({ constant }) => constant),
      inputs: [input],
      outputs,
      ...(metadata === undefined ? {} : { metadata }),
    });
  };
  return {
    constants,
    placed,
    toBytes: (where) =>
      placed(where.weights === 'inside' ? ({ read: values }) => values : referredTo(where.folder)).toBytes(),
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

/** Nodes that outputs need, in their order. */
export function nodesAbove(nodes: readonly WrittenNode[], outputs: readonly string[]): WrittenNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const kept = new Set<WrittenNode>();
  const open = [...outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makers.get(name);
    if (node === undefined || kept.has(node)) continue;
    kept.add(node);
    open.push(...node.inputs);
  }
  return nodes.filter((node) => kept.has(node));
}
