import {
  memoryBytes,
  ProtobufError,
  readInteger,
  walkFields,
  type ByteRange,
  type ByteSource,
  type ProtobufField,
} from '@intermodel/onnx';
import type { ElementType } from '../../tensor.ts';

/** Types of values by their numbers in TensorFlow; texts, quantised values and resources are none of them. */
const types: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'float64',
  3: 'int32',
  4: 'uint8',
  5: 'int16',
  6: 'int8',
  8: 'complex64',
  9: 'int64',
  10: 'bool',
  14: 'bfloat16',
  17: 'uint16',
  18: 'complex128',
  19: 'float16',
  22: 'uint32',
  23: 'uint64',
};

/** Head of an index: the value of the empty key. */
export interface BundleHeader {
  /** Number of files with values. */
  readonly shards: number;
  /** Order of the bytes of a value. */
  readonly littleEndian: boolean;
}

/** What an index says of a variable. */
export interface BundleEntry {
  /** Type of its values; undefined for texts and others that are no weights. */
  readonly type: ElementType | undefined;
  /** Number of the type in TensorFlow. */
  readonly typeNumber: number;
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** File that it lies in, counted from 0. */
  readonly shard: number;
  /** First byte in that file. */
  readonly offset: number;
  /** Number of bytes. */
  readonly bytes: number;
  /** Whether it is kept in slices, each under a key of its own. */
  readonly sliced: boolean;
}

/** Fields of a message by their numbers; undefined where the bytes are none. */
function fieldsOf(source: ByteSource, range: ByteRange): ProtobufField[] | undefined {
  try {
    return [...walkFields(source, range)];
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}

function numberOf(source: ByteSource, fields: readonly ProtobufField[], number: number): number {
  const field = fields.findLast((candidate) => candidate.field === number && candidate.wireType === 0);
  return field === undefined ? 0 : readInteger(source, field);
}

/** Reads the head of an index; undefined where the bytes are none. */
export function readBundleHeader(bytes: Uint8Array): BundleHeader | undefined {
  const source = memoryBytes(bytes);
  const fields = fieldsOf(source, { start: 0, end: bytes.length });
  if (fields === undefined) return undefined;
  return { shards: numberOf(source, fields, 1), littleEndian: numberOf(source, fields, 2) === 0 };
}

/** Reads what an index says of a variable; undefined where the bytes are nothing of that kind. */
export function readBundleEntry(bytes: Uint8Array): BundleEntry | undefined {
  const source = memoryBytes(bytes);
  const fields = fieldsOf(source, { start: 0, end: bytes.length });
  const shape = fields === undefined ? undefined : readShape(source, fields);
  if (fields === undefined || shape === undefined) return undefined;
  const typeNumber = numberOf(source, fields, 1);
  return {
    type: types[typeNumber],
    typeNumber,
    shape,
    shard: numberOf(source, fields, 3),
    offset: numberOf(source, fields, 4),
    bytes: numberOf(source, fields, 5),
    sliced: fields.some(({ field }) => field === 7),
  };
}

function readShape(source: ByteSource, fields: readonly ProtobufField[]): number[] | undefined {
  const shape = fields.findLast(({ field, wireType }) => field === 2 && wireType === 2);
  const axes = shape === undefined ? [] : fieldsOf(source, shape.value);
  const sizes = axes
    ?.filter(({ field, wireType }) => field === 2 && wireType === 2)
    .map(({ value }) => {
      const axis = fieldsOf(source, value);
      return axis === undefined ? -1 : numberOf(source, axis, 1);
    });
  return sizes?.every((size) => size >= 0) === true ? sizes : undefined;
}
