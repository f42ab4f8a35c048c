import { bytesField, floatField, joinFields, varintField, type WireField } from './onnx-wire.ts';

/** Element types of ONNX tensors that the builder writes, with their numbers in `TensorProto.DataType`. */
export const onnxTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const;

/** Element type of an ONNX tensor. */
export type OnnxType = keyof typeof onnxTypes;

/** Where a weight lies outside the model file. */
export interface OnnxExternalData {
  /** Path relative to the model's folder (whatever is given is written: also bad paths for tests). */
  readonly location: string;
  /** First byte in that file. @default 0 */
  readonly offset?: number;
  /** Bytes; left out of the file when not given. */
  readonly length?: number;
}

/** A constant tensor; numbers are float32 unless `type` says otherwise. */
export interface OnnxTensor {
  /** Sizes of the axes; empty for a scalar. */
  readonly dims: readonly number[];
  /** Element type. @default 'float' */
  readonly type?: OnnxType;
  /** Values, row by row; a typed array is written as its bytes. */
  readonly data?: readonly number[] | Float32Array | Uint8Array | BigInt64Array;
  /** Instead of `data`: bytes in another file. */
  readonly external?: OnnxExternalData;
}

/** Value of an attribute: whole numbers and text as they are, the rest under the name of its kind. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

/** A node of a graph. */
export interface OnnxNode {
  /** Operator type, such as `Conv`. */
  readonly op: string;
  /** Names of the tensors read; empty text where an optional one is left out. */
  readonly inputs: readonly string[];
  /** Names of the tensors made. */
  readonly outputs: readonly string[];
  /** Name of the node. @default '' */
  readonly name?: string;
  /** Operator set. @default '' (ai.onnx) */
  readonly domain?: string;
  /** Attributes by name. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A named tensor with its type; no `dims` leaves the shape out, text is a symbolic size. */
export interface OnnxValue {
  /** Name of the tensor. */
  readonly name: string;
  /** Sizes of the axes. */
  readonly dims?: readonly (number | string)[];
  /** Element type. @default 'float' */
  readonly type?: OnnxType;
}

/** A graph, also one inside an attribute. */
export interface OnnxGraph {
  /** Nodes in an order in which they can run. */
  readonly nodes: readonly OnnxNode[];
  /** Inputs; initializers need not be listed. */
  readonly inputs?: readonly OnnxValue[];
  /** Outputs. */
  readonly outputs: readonly OnnxValue[];
  /** Constant tensors by name. */
  readonly initializers?: Readonly<Record<string, OnnxTensor>>;
  /** Constant tensors stored sparsely, by name: flat indices and their values. */
  readonly sparseInitializers?: Readonly<
    Record<
      string,
      { readonly dims: readonly number[]; readonly indices: readonly number[]; readonly values: readonly number[] }
    >
  >;
  /** Types of tensors in between. */
  readonly valueInfo?: readonly OnnxValue[];
  /** Quantization annotations: tensor name -> names of its scale and zero point. */
  readonly quantization?: Readonly<Record<string, { readonly scale: string; readonly zeroPoint: string }>>;
}

/** A function of the model: an operator made of operators. */
export interface OnnxFunction {
  /** Operator set that it belongs to. */
  readonly domain: string;
  /** Operator type. */
  readonly name: string;
  /** Names of its parameters. */
  readonly inputs: readonly string[];
  /** Names of its results. */
  readonly outputs: readonly string[];
  /** What it is made of. */
  readonly nodes: readonly OnnxNode[];
}

/** A whole model. */
export interface OnnxModel extends OnnxGraph {
  /** Version of the operator set ai.onnx. @default 17 */
  readonly opset?: number;
  /** Further operator sets. */
  readonly domains?: Readonly<Record<string, number>>;
  /** Version of the file format. @default 8 */
  readonly irVersion?: number;
  /** Functions of the model. */
  readonly functions?: readonly OnnxFunction[];
  /** Metadata by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes an ONNX model (`ModelProto`) for tests: what is given is written, nothing is checked. */
export function buildOnnxModel(model: OnnxModel): Uint8Array {
  const { opset = 17, irVersion = 8, domains = {}, functions = [], metadata = {} } = model;
  const opsets = Object.entries({ '': opset, ...domains }).map(([domain, version]) =>
    bytesField(8, [bytesField(1, domain), varintField(2, version)]),
  );
  return joinFields([
    varintField(1, irVersion),
    bytesField(2, 'intermodel-testing'),
    bytesField(7, graphFields(model)),
    ...opsets,
    ...Object.entries(metadata).map(([key, value]) => bytesField(14, [bytesField(1, key), bytesField(2, value)])),
    ...functions.map((entry) => bytesField(25, functionFields(entry, opset))),
  ]);
}

function graphFields({
  nodes,
  inputs = [],
  outputs,
  initializers = {},
  sparseInitializers = {},
  valueInfo = [],
  quantization = {},
}: OnnxGraph): WireField[] {
  return [
    ...nodes.map((node) => bytesField(1, nodeFields(node))),
    bytesField(2, 'graph'),
    ...Object.entries(initializers).map(([name, tensor]) => bytesField(5, tensorFields(tensor, name))),
    ...inputs.map((value) => bytesField(11, valueFields(value))),
    ...outputs.map((value) => bytesField(12, valueFields(value))),
    ...valueInfo.map((value) => bytesField(13, valueFields(value))),
    ...Object.entries(quantization).map(([name, { scale, zeroPoint }]) =>
      bytesField(14, [
        bytesField(1, name),
        ...Object.entries({ SCALE_TENSOR: scale, ZERO_POINT_TENSOR: zeroPoint }).map(([key, value]) =>
          bytesField(2, [bytesField(1, key), bytesField(2, value)]),
        ),
      ]),
    ),
    ...Object.entries(sparseInitializers).map(([name, { dims, indices, values }]) =>
      bytesField(15, [
        bytesField(1, tensorFields({ dims: [values.length], data: values }, name)),
        bytesField(2, tensorFields({ dims: [indices.length], type: 'int64', data: indices }, '')),
        ...dims.map((size) => varintField(3, size)),
      ]),
    ),
  ];
}

function functionFields({ domain, name, inputs, outputs, nodes }: OnnxFunction, opset: number): WireField[] {
  return [
    bytesField(1, name),
    ...inputs.map((input) => bytesField(4, input)),
    ...outputs.map((output) => bytesField(5, output)),
    ...nodes.map((node) => bytesField(7, nodeFields(node))),
    bytesField(9, [bytesField(1, ''), varintField(2, opset)]),
    bytesField(10, domain),
  ];
}

function nodeFields({ op, inputs, outputs, name = '', domain = '', attributes = {} }: OnnxNode): WireField[] {
  return [
    ...inputs.map((input) => bytesField(1, input)),
    ...outputs.map((output) => bytesField(2, output)),
    bytesField(3, name),
    bytesField(4, op),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, [bytesField(1, key), ...attributeFields(value)])),
    bytesField(7, domain),
  ];
}

function attributeFields(value: OnnxAttribute): WireField[] {
  if (typeof value === 'number') return [varintField(3, value), varintField(20, 2)];
  if (typeof value === 'string') return [bytesField(4, value), varintField(20, 3)];
  if ('float' in value) return [floatField(2, value.float), varintField(20, 1)];
  if ('floats' in value) return [...value.floats.map((number) => floatField(7, number)), varintField(20, 6)];
  if ('tensor' in value) return [bytesField(5, tensorFields(value.tensor, '')), varintField(20, 4)];
  if ('graph' in value) return [bytesField(6, graphFields(value.graph)), varintField(20, 5)];
  return [...value.map((number) => varintField(8, number)), varintField(20, 7)];
}

function valueFields({ name, dims, type = 'float' }: OnnxValue): WireField[] {
  const shape = dims?.map((size) =>
    bytesField(1, [typeof size === 'number' ? varintField(1, size) : bytesField(2, size)]),
  );
  return [
    bytesField(1, name),
    bytesField(2, [
      bytesField(1, [varintField(1, onnxTypes[type]), ...(shape === undefined ? [] : [bytesField(2, shape)])]),
    ]),
  ];
}

function tensorFields({ dims, type = 'float', data = [], external }: OnnxTensor, name: string): WireField[] {
  const head = [...dims.map((size) => varintField(1, size)), varintField(2, onnxTypes[type]), bytesField(8, name)];
  if (external === undefined) return [...head, bytesField(9, rawBytes(type, data))];
  const entries = Object.entries(external).map(([key, value]) =>
    bytesField(13, [bytesField(1, key), bytesField(2, String(value))]),
  );
  return [...head, ...entries, varintField(14, 1)];
}

function rawBytes(type: OnnxType, data: NonNullable<OnnxTensor['data']>): Uint8Array {
  if (!Array.isArray(data)) {
    const view = data as Float32Array;
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  const numbers = data as number[];
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
  const kinds = {
    float: Float32Array,
    uint8: Uint8Array,
    int8: Int8Array,
    int32: Int32Array,
    bool: Uint8Array,
    float16: Uint16Array,
    double: Float64Array,
  };
  return new Uint8Array(new kinds[type](numbers).buffer);
}
