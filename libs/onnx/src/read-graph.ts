import type { ByteSource } from './byte-source.ts';
import type {
  AxisSize,
  ConstantTensor,
  ExternalData,
  Graph,
  GraphNode,
  LocalFunction,
  NodeAttribute,
  QuantizationAnnotation,
  TensorType,
  ValueInfo,
} from './onnx-model.ts';
import {
  ProtobufError,
  readInteger,
  readIntegers,
  readText,
  walkFields,
  type ByteRange,
  type ProtobufField,
} from './protobuf-reader.ts';

// Numbers of the fields are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

/**
 * How deep graphs may lie within each other: readers of protobuf, the runtime's too, stop at 100 messages, and a graph
 * within another is the third.
 */
const depthMost = 32;

/**
 * Reads a `GraphProto`, and the graphs inside its nodes. @throws ProtobufError where they lie too deep within each
 * other.
 */
export function readGraph(source: ByteSource, range: ByteRange, depth = 0): Graph {
  if (depth > depthMost)
    throw new ProtobufError(`graphs lie more than ${String(depthMost)} deep within each other`, false);
  const nodes: GraphNode[] = [];
  const initializers: ConstantTensor[] = [];
  const values: Record<'inputs' | 'outputs' | 'valueInfo', ValueInfo[]> = { inputs: [], outputs: [], valueInfo: [] };
  const annotations: QuantizationAnnotation[] = [];
  const others: ByteRange[] = [];
  for (const field of walkFields(source, range)) {
    if (field.field === 1) nodes.push(readNode(source, field, depth));
    else if (field.field === 5) initializers.push(readTensor(source, field));
    else if (field.field === 11) values.inputs.push(readValueInfo(source, field));
    else if (field.field === 12) values.outputs.push(readValueInfo(source, field));
    else if (field.field === 13) values.valueInfo.push(readValueInfo(source, field));
    else if (field.field === 14) annotations.push(readAnnotation(source, field));
    else if (field.field === 15) for (const tensor of readSparse(source, field)) initializers.push(tensor);
    else others.push(field);
  }
  return { nodes, initializers, ...values, annotations, others };
}

/** Reads a `FunctionProto`. */
export function readFunction(source: ByteSource, message: ProtobufField): LocalFunction {
  let [name, domain] = ['', ''];
  const nodes: GraphNode[] = [];
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) name = readText(source, field);
    else if (field.field === 7) nodes.push(readNode(source, field));
    else if (field.field === 10) domain = readText(source, field);
  }
  return { start: message.start, end: message.end, name, domain, nodes };
}

/** Reads a `StringStringEntryProto`. */
export function readEntry(source: ByteSource, { value }: ProtobufField): [key: string, value: string] {
  const entry: [string, string] = ['', ''];
  for (const field of walkFields(source, value))
    if (field.field === 1 || field.field === 2) entry[field.field - 1] = readText(source, field);
  return entry;
}

function readNode(source: ByteSource, message: ProtobufField, depth = 0): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, NodeAttribute>();
  const texts = { name: '', operator: '', domain: '' };
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) inputs.push(readText(source, field));
    else if (field.field === 2) outputs.push(readText(source, field));
    else if (field.field === 3) texts.name = readText(source, field);
    else if (field.field === 4) texts.operator = readText(source, field);
    else if (field.field === 7) texts.domain = readText(source, field).replace(/^ai\.onnx$/u, '');
    else if (field.field === 5) attributes.set(...readAttribute(source, field, depth));
  }
  return { start: message.start, end: message.end, ...texts, inputs, outputs, attributes };
}

function readAttribute(
  source: ByteSource,
  message: ProtobufField,
  depth: number,
): [name: string, attribute: NodeAttribute] {
  let [name, text] = ['', ''];
  const integers: number[] = [];
  const tensors: ConstantTensor[] = [];
  const graphs: Graph[] = [];
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) name = readText(source, field);
    // A long text is no equation, but a blob of a custom operator.
    else if (field.field === 4 && field.end - field.start < 1024) text = readText(source, field);
    else if (field.field === 3 || field.field === 8)
      for (const number of readIntegers(source, field)) integers.push(number);
    else if (field.field === 5 || field.field === 10) tensors.push(readTensor(source, field));
    else if (field.field === 6 || field.field === 11) graphs.push(readGraph(source, field.value, depth + 1));
    else if (field.field === 22 || field.field === 23)
      for (const tensor of readSparse(source, field)) tensors.push(tensor);
  }
  return [name, { integers, text, tensors, graphs }];
}

function readTensor(source: ByteSource, message: ProtobufField): ConstantTensor {
  const dims: number[] = [];
  const integers: number[] = [];
  const entries: [string, string][] = [];
  let name = '';
  let elementType = 0;
  let isExternal = false;
  let raw: ByteRange | undefined;
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) for (const size of readIntegers(source, field)) dims.push(size);
    else if (field.field === 2) elementType = readInteger(source, field);
    // A long list of weights stays unread; axes and shapes are short.
    else if (field.field === 7 && field.end - field.start < 1024)
      for (const number of readIntegers(source, field)) integers.push(number);
    else if (field.field === 8) name = readText(source, field);
    else if (field.field === 9) raw = field.value;
    else if (field.field === 13) entries.push(readEntry(source, field));
    else if (field.field === 14) isExternal = readInteger(source, field) === 1;
  }
  return {
    start: message.start,
    end: message.end,
    name,
    elementType,
    dims,
    external: isExternal ? externalData(new Map(entries)) : undefined,
    raw,
    integers,
    sparse: false,
  };
}

function externalData(entries: ReadonlyMap<string, string>): ExternalData {
  const length = entries.get('length');
  return {
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

/** The values and the indices of a `SparseTensorProto`, both under its name and its range in the file. */
function readSparse(source: ByteSource, message: ProtobufField): ConstantTensor[] {
  const parts = [...walkFields(source, message.value)]
    .filter(({ field }) => field === 1 || field === 2)
    .map((field) => readTensor(source, field));
  const name = parts.map((part) => part.name).find((text) => text !== '') ?? '';
  // Indices matter only where they lie in another file; else the values stand for both, so that the field is copied
  // once.
  return parts
    .filter((part, index) => index === 0 || part.external !== undefined)
    .map((part) => ({ ...part, name, start: message.start, end: message.end, sparse: true }));
}

function readAnnotation(source: ByteSource, message: ProtobufField): QuantizationAnnotation {
  let tensor = '';
  const parameters: string[] = [];
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) tensor = readText(source, field);
    else if (field.field === 2) parameters.push(readEntry(source, field)[1]);
  }
  return { start: message.start, end: message.end, tensor, parameters };
}

function readValueInfo(source: ByteSource, message: ProtobufField): ValueInfo {
  let name = '';
  let type: TensorType | undefined;
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) name = readText(source, field);
    else if (field.field === 2) type = readType(source, field);
  }
  return { start: message.start, end: message.end, name, type };
}

function readType(source: ByteSource, message: ProtobufField): TensorType | undefined {
  const tensor = [...walkFields(source, message.value)].find(({ field }) => field === 1);
  if (tensor === undefined) return undefined;
  let elementType = 0;
  let dims: AxisSize[] | undefined;
  for (const field of walkFields(source, tensor.value)) {
    if (field.field === 1) elementType = readInteger(source, field);
    else if (field.field === 2)
      dims = [...walkFields(source, field.value)]
        .filter((axis) => axis.field === 1)
        .map((axis) => readAxis(source, axis));
  }
  return { elementType, dims };
}

function readAxis(source: ByteSource, message: ProtobufField): AxisSize {
  for (const field of walkFields(source, message.value)) {
    if (field.field === 1) return readInteger(source, field);
    if (field.field === 2) return readText(source, field);
  }
  return undefined;
}
