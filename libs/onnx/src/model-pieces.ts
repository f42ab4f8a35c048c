import type { Quantisation } from './quantised-tensors.ts';
import type {
  ExternalData,
  ConstantTensor,
  GraphNode,
  LocalFunction,
  OnnxModel,
  TensorType,
  ValueInfo,
} from './onnx-model.ts';
import { walkFields, type ByteRange } from './protobuf-reader.ts';
import { countedField, numberField, textField, type Piece } from './protobuf-writer.ts';

/** What is kept of a model, and how it is stated. */
export interface KeptParts {
  /** Tensors that become the outputs. */
  readonly wanted: readonly string[];
  /** All tensors that are needed. */
  readonly names: ReadonlySet<string>;
  /** Nodes kept. */
  readonly nodes: readonly GraphNode[];
  /** Constants kept. */
  readonly initializers: readonly ConstantTensor[];
  /** Functions kept. */
  readonly functions: readonly LocalFunction[];
  /** Inputs kept. */
  readonly inputs: readonly ValueInfo[];
  /** Types of wanted tensors that the file does not state. */
  readonly types: ReadonlyMap<string, TensorType>;
  /** Sizes of inputs that replace the file's. */
  readonly inputDims: ReadonlyMap<string, readonly number[]>;
  /** Place of a constant's bytes if it is to be stated anew, else undefined. */
  readonly place: (tensor: ConstantTensor) => ExternalData | undefined;
  /** How those tensors are dequantised whose values are put out instead of their whole numbers. */
  readonly dequantised: ReadonlyMap<string, Quantisation>;
}

/** Name under which the values of a quantised tensor are put out. */
export function dequantisedName(tensor: string): string {
  return `${tensor}/dequantised`;
}

/** Parts of a model file with only what is kept; whatever does not change is copied from the file by range. */
export function modelPieces(model: OnnxModel, kept: KeptParts): Piece[] {
  const { graph } = model;
  const stated = new Map([...graph.valueInfo, ...graph.outputs].map((value) => [value.name, value.type]));
  const made = new Set(kept.nodes.flatMap(({ outputs }) => outputs));
  const newSizes = kept.inputDims.size > 0;
  const output = (name: string): Piece[] => {
    if (kept.dequantised.has(name)) return countedField(12, textField(1, dequantisedName(name)));
    // With new input sizes the stated shape may be wrong: the runtime infers it.
    const type = newSizes ? undefined : (stated.get(name) ?? kept.types.get(name));
    return countedField(12, type === undefined ? textField(1, name) : valueInfoPieces(name, type));
  };
  const input = (value: ValueInfo): Piece[] => {
    const dims = kept.inputDims.get(value.name);
    return dims === undefined
      ? [value]
      : countedField(11, valueInfoPieces(value.name, { elementType: value.type?.elementType ?? 1, dims }));
  };
  const constant = (tensor: ConstantTensor): Piece[] => {
    const place = kept.place(tensor);
    return place === undefined ? [tensor] : placedTensor(model, tensor, place);
  };
  const graphPieces: Piece[] = [
    ...kept.nodes,
    ...[...kept.dequantised].flatMap(([tensor, quantisation]) => dequantisation(tensor, quantisation)),
    ...graph.others,
    ...kept.initializers
      .filter((tensor, index) => tensor.start !== kept.initializers[index - 1]?.start)
      .flatMap(constant),
    ...kept.inputs.flatMap(input),
    ...kept.wanted.flatMap(output),
    ...(newSizes ? [] : graph.valueInfo.filter(({ name }) => made.has(name) && !kept.wanted.includes(name))),
    ...graph.annotations.filter(({ tensor }) => kept.names.has(tensor)),
  ];
  return [...model.others, ...countedField(7, graphPieces), ...kept.functions];
}

/** A node that turns the whole numbers of a tensor into values. */
function dequantisation(tensor: string, { scale, zeroPoint }: Quantisation): Piece[] {
  const inputs = [tensor, scale, ...(zeroPoint === '' ? [] : [zeroPoint])];
  return countedField(1, [
    ...inputs.flatMap((name) => textField(1, name)),
    ...textField(2, dequantisedName(tensor)),
    ...textField(4, 'DequantizeLinear'),
  ]);
}

/** A constant with its bytes stated to lie elsewhere: all its fields but those of its values, and the new place. */
function placedTensor(
  { source }: OnnxModel,
  tensor: ConstantTensor,
  { location, offset, length }: ExternalData,
): Piece[] {
  const message = [...walkFields(source, tensor)][0]?.value as ByteRange;
  const fields = [...walkFields(source, message)].filter(({ field }) => ![9, 13, 14].includes(field));
  const entries = Object.entries({ location, offset, ...(length === undefined ? {} : { length }) });
  return countedField(5, [
    ...fields,
    ...entries.flatMap(([key, value]) => countedField(13, [...textField(1, key), ...textField(2, String(value))])),
    ...numberField(14, 1),
  ]);
}

/** Fields of a named tensor with its type. */
export function valueInfoPieces(name: string, { elementType, dims }: TensorType): Uint8Array[] {
  const axes = dims?.flatMap((size) =>
    countedField(1, typeof size === 'number' ? numberField(1, size) : size === undefined ? [] : textField(2, size)),
  );
  const tensor = [...numberField(1, elementType), ...(axes === undefined ? [] : countedField(2, axes))];
  return [...textField(1, name), ...countedField(2, countedField(1, tensor))];
}
