import type { ByteSource } from './byte-source.ts';
import type { ByteRange } from './protobuf-reader.ts';

/** Size of an axis: a number, the name of a symbolic size, or undefined where nothing is said. */
export type AxisSize = number | string | undefined;

/** Type of a tensor as the file states it. */
export interface TensorType {
  /** Number of the element type in `TensorProto.DataType` (1 = float32, 10 = float16). */
  readonly elementType: number;
  /** Sizes of the axes; undefined where the file does not say. */
  readonly dims: readonly AxisSize[] | undefined;
}

/** A named tensor of the graph, with its field in the file. */
export interface ValueInfo extends ByteRange {
  /** Name of the tensor. */
  readonly name: string;
  /** What the file says of its type; undefined for what is no tensor. */
  readonly type: TensorType | undefined;
}

/** Where a constant's bytes lie outside the model file. */
export interface ExternalData {
  /** Path relative to the model's folder, as the file states it (not checked). */
  readonly location: string;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes; undefined = to the end of the file. */
  readonly length: number | undefined;
}

/** A constant tensor; its values stay in the file. */
export interface ConstantTensor extends ByteRange {
  /** Name of the tensor; empty for one inside an attribute. */
  readonly name: string;
  /** Number of the element type in `TensorProto.DataType`. */
  readonly elementType: number;
  /** Sizes of the axes. */
  readonly dims: readonly number[];
  /** Set if the values lie in another file. */
  readonly external: ExternalData | undefined;
  /** Bytes of the values where they are stored raw. */
  readonly raw: ByteRange | undefined;
  /** Small whole numbers that are not stored raw (`int64_data`). */
  readonly integers: readonly number[];
  /** Whether it is stored as indices and values; its range then is that of both. */
  readonly sparse: boolean;
}

/** An attribute of a node; only what finding layers needs is read. */
export interface NodeAttribute {
  /** A whole number, or several. */
  readonly integers: readonly number[];
  /** A short text; empty for any other. */
  readonly text: string;
  /** Constant tensors. */
  readonly tensors: readonly ConstantTensor[];
  /** Graphs: bodies of If, Loop and Scan. */
  readonly graphs: readonly Graph[];
}

/** A node of a graph, with its field in the file. */
export interface GraphNode extends ByteRange {
  /** Name of the node; may be empty. */
  readonly name: string;
  /** Operator, such as `Conv`. */
  readonly operator: string;
  /** Operator set; empty for ai.onnx. */
  readonly domain: string;
  /** Tensors read; empty text where an optional one is left out. */
  readonly inputs: readonly string[];
  /** Tensors made. */
  readonly outputs: readonly string[];
  /** Attributes by name. */
  readonly attributes: ReadonlyMap<string, NodeAttribute>;
}

/** Says which constants hold the quantization parameters of a tensor. */
export interface QuantizationAnnotation extends ByteRange {
  /** Annotated tensor. */
  readonly tensor: string;
  /** Names of the constants with its scale and zero point. */
  readonly parameters: readonly string[];
}

/** A graph of the model, or one inside a node. */
export interface Graph {
  /** Nodes in the order of the file, which is one in which they can run. */
  readonly nodes: readonly GraphNode[];
  /** Inputs; files of old IR versions list constants here too. */
  readonly inputs: readonly ValueInfo[];
  /** Outputs. */
  readonly outputs: readonly ValueInfo[];
  /** Stated types of tensors in between. */
  readonly valueInfo: readonly ValueInfo[];
  /** Constants, the sparse ones too. */
  readonly initializers: readonly ConstantTensor[];
  /** Quantization annotations. */
  readonly annotations: readonly QuantizationAnnotation[];
  /** Name, documentation, metadata: copied as they are. */
  readonly others: readonly ByteRange[];
}

/** An operator that the model itself defines by a graph. */
export interface LocalFunction extends ByteRange {
  /** Operator set. */
  readonly domain: string;
  /** Operator. */
  readonly name: string;
  /** Nodes that it is made of. */
  readonly nodes: readonly GraphNode[];
}

/** A model file as it was read: names, shapes and byte ranges, no weights. */
export interface OnnxModel {
  /** Path of the file. */
  readonly file: string;
  /** Bytes of the file. */
  readonly source: ByteSource;
  /** The same bytes where they were given in memory, in place of those of the file. */
  readonly memory: Uint8Array | undefined;
  /** Version of the file format. */
  readonly irVersion: number;
  /** Versions of the operator sets by domain (empty = ai.onnx). */
  readonly opsets: ReadonlyMap<string, number>;
  /** Metadata by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The main graph. */
  readonly graph: Graph;
  /** Operators that the model defines. */
  readonly functions: readonly LocalFunction[];
  /** Versions, producer, operator sets, metadata: copied as they are. */
  readonly others: readonly ByteRange[];
}

/** Element types with floating-point values that can be dissected, by number in `TensorProto.DataType`. */
export const floatTypes: ReadonlyMap<number, 'float32' | 'float16' | 'float64'> = new Map([
  [1, 'float32'],
  [10, 'float16'],
  [11, 'float64'],
]);
