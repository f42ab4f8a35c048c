import type { AxisSize, ExternalData } from './onnx-model.ts';
import { valueInfoPieces } from './model-pieces.ts';
import { countedField, countedHead, floatField, numberField, pieceBytes, textField } from './protobuf-writer.ts';

/** Element types of tensors that are written, with their numbers in `TensorProto.DataType`. */
export const writtenTypes = { float32: 1, int64: 7, float16: 10, float64: 11, bfloat16: 16 } as const;

/** Element type of a tensor that is written. */
export type WrittenType = keyof typeof writtenTypes;

const typeBytes: Readonly<Record<WrittenType, number>> = { float32: 4, int64: 8, float16: 2, float64: 8, bfloat16: 2 };

/** Value of an attribute: a whole number, a text, whole numbers, or a number that need not be whole. */
export type WrittenAttribute = number | string | readonly number[] | { readonly float: number };

/** A node of a graph to be written. */
export interface WrittenNode {
  /** Operator, such as `Conv`. */
  readonly operator: string;
  /** Operator set. @default '' (ai.onnx) */
  readonly domain?: string;
  /** Name of the node. */
  readonly name: string;
  /** Tensors read; empty text where an optional one is left out. */
  readonly inputs: readonly string[];
  /** Tensors made. */
  readonly outputs: readonly string[];
  /** Attributes by name. */
  readonly attributes: Readonly<Record<string, WrittenAttribute>>;
}

/** A tensor that comes in or goes out, or whose type is stated. */
export interface WrittenValue {
  /** Name of the tensor. */
  readonly name: string;
  /** Element type. */
  readonly type: WrittenType;
  /** Sizes of the axes: numbers, names of sizes that are free, or undefined where nothing is said. */
  readonly dims: readonly AxisSize[];
}

/** A constant. */
export interface WrittenConstant {
  /** Name of the tensor. */
  readonly name: string;
  /** Element type. */
  readonly type: WrittenType;
  /** Sizes of the axes. */
  readonly dims: readonly number[];
  /** Reads the values (little-endian, row by row) when their turn comes, or says in which file they lie. */
  readonly values: (() => Uint8Array) | ExternalData;
}

/** A graph to be written. */
export interface WrittenGraph {
  /** Name of the graph. */
  readonly name: string;
  /** Versions of the operator sets by domain (empty = ai.onnx). */
  readonly opsets: ReadonlyMap<string, number>;
  /** Nodes, in an order in which they can run. */
  readonly nodes: readonly WrittenNode[];
  /** Constants. */
  readonly constants: readonly WrittenConstant[];
  /** Inputs. */
  readonly inputs: readonly WrittenValue[];
  /** Outputs. */
  readonly outputs: readonly WrittenValue[];
  /** Types of tensors in between. @default none */
  readonly valueInfo?: readonly WrittenValue[];
  /** Metadata by key. @default none */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** An ONNX file to be written. */
export interface WrittenModel {
  /** Bytes of the file. */
  readonly byteLength: number;
  /** The file part by part: of the constants in it, one at a time is held. */
  chunks(): Generator<Uint8Array>;
  /** The file in memory. */
  toBytes(): Uint8Array;
}

/** Version of the file format: the first that allows operator set 20. */
const irVersion = 9;

/** Most bytes of an ONNX file, as it is one message of protobuf. */
export const onnxBytesMost = 2 ** 31 - 1;

/** Bytes that the values of a constant take. */
export function constantBytes({ type, dims }: Pick<WrittenConstant, 'type' | 'dims'>): number {
  return dims.reduce((product, size) => product * size, typeBytes[type]);
}

/**
 * Writes a graph as an ONNX file. The same graph gives the same bytes.
 *
 * @throws RangeError when a constant reads other than as many bytes as its sizes say.
 */
export function writeGraph(graph: WrittenGraph): WrittenModel {
  const { valueInfo = [], metadata = new Map<string, string>() } = graph;
  const body: Part[] = [
    ...graph.nodes.flatMap((node) => countedField(1, nodeFields(node))),
    ...textField(2, graph.name),
    ...graph.constants.flatMap(constantField),
    ...graph.inputs.flatMap((value) => countedField(11, valueFields(value))),
    ...graph.outputs.flatMap((value) => countedField(12, valueFields(value))),
    ...valueInfo.flatMap((value) => countedField(13, valueFields(value))),
  ];
  const parts: Part[] = [
    ...numberField(1, irVersion),
    ...textField(2, 'intermodel'),
    ...countedHead(7, partBytes(body)),
    ...body,
    ...[...graph.opsets].flatMap(([domain, version]) =>
      countedField(8, [...(domain === '' ? [] : textField(1, domain)), ...numberField(2, version)]),
    ),
    ...[...metadata].flatMap(([key, value]) => countedField(14, [...textField(1, key), ...textField(2, value)])),
  ];
  const byteLength = partBytes(parts);
  return {
    byteLength,
    chunks: () => gather(parts),
    toBytes: () => {
      const bytes = new Uint8Array(byteLength);
      let position = 0;
      for (const part of parts) {
        const next = partOf(part);
        bytes.set(next, position);
        position += next.length;
      }
      return bytes;
    },
  };
}

/** Values that are read when their turn comes. */
interface HeldValues {
  readonly constant: WrittenConstant;
  readonly read: () => Uint8Array;
}

type Part = Uint8Array | HeldValues;

function partBytes(parts: readonly Part[]): number {
  return parts.reduce(
    (sum, part) => sum + (part instanceof Uint8Array ? part.length : constantBytes(part.constant)),
    0,
  );
}

function partOf(part: Part): Uint8Array {
  if (part instanceof Uint8Array) return part;
  const bytes = part.read();
  const expected = constantBytes(part.constant);
  if (bytes.length === expected) return bytes;
  throw new RangeError(
    `"${part.constant.name}" reads ${String(bytes.length)} bytes where its sizes make ${String(expected)}`,
  );
}

/** Small parts are joined, so that they are not written one by one. */
const joinedBytes = 1024 * 1024;

function* gather(parts: readonly Part[]): Generator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for (const part of parts) {
    const bytes = partOf(part);
    pending.push(bytes);
    pendingBytes += bytes.length;
    if (pendingBytes < joinedBytes) continue;
    yield* pending.length === 1 ? pending : [Buffer.concat(pending, pendingBytes)];
    pending = [];
    pendingBytes = 0;
  }
  if (pendingBytes > 0) yield Buffer.concat(pending, pendingBytes);
}

function constantField(constant: WrittenConstant): Part[] {
  const { name, type, dims, values } = constant;
  const head = [
    ...dims.flatMap((size) => numberField(1, size)),
    ...numberField(2, writtenTypes[type]),
    ...textField(8, name),
  ];
  if (typeof values === 'function') {
    const valueBytes = constantBytes(constant);
    const rawHead = countedHead(9, valueBytes);
    return [
      ...countedHead(5, pieceBytes(head) + pieceBytes(rawHead) + valueBytes),
      ...head,
      ...rawHead,
      { constant, read: values },
    ];
  }
  const { location, offset, length = constantBytes(constant) } = values;
  return countedField(5, [
    ...head,
    ...Object.entries({ location, offset, length }).flatMap(([key, value]) =>
      countedField(13, [...textField(1, key), ...textField(2, String(value))]),
    ),
    ...numberField(14, 1),
  ]);
}

function nodeFields({ operator, domain = '', name, inputs, outputs, attributes }: WrittenNode): Uint8Array[] {
  return [
    ...inputs.flatMap((input) => textField(1, input)),
    ...outputs.flatMap((output) => textField(2, output)),
    ...textField(3, name),
    ...textField(4, operator),
    ...Object.entries(attributes).flatMap(([key, value]) => countedField(5, attributeFields(key, value))),
    ...(domain === '' ? [] : textField(7, domain)),
  ];
}

/** The value, and its kind in `AttributeProto.AttributeType`. */
function attributeFields(name: string, value: WrittenAttribute): Uint8Array[] {
  const [kind, fields] =
    typeof value === 'number'
      ? [2, numberField(3, value)]
      : typeof value === 'string'
        ? [3, textField(4, value)]
        : 'float' in value
          ? [1, floatField(2, value.float)]
          : [7, value.flatMap((each) => numberField(8, each))];
  return [...textField(1, name), ...fields, ...numberField(20, kind)];
}

function valueFields({ name, type, dims }: WrittenValue): Uint8Array[] {
  return valueInfoPieces(name, { elementType: writtenTypes[type], dims });
}
