import type { ByteSource } from '../bytes/byte-source.ts';
import { swapBytes } from '../bytes/strided-tensor.ts';
import { plain, type PickleDtype, type PickleValue } from '../pickle/pickle-value.ts';
import { elementBytes, type ElementType } from '../../tensor.ts';
import { elementTypeOf } from './element-types.ts';

/** Reads single values from their bytes, little-endian. */
const readers: Partial<Record<ElementType, (bytes: DataView) => number | bigint | boolean>> = {
  float32: (bytes) => bytes.getFloat32(0, true),
  float64: (bytes) => bytes.getFloat64(0, true),
  int8: (bytes) => bytes.getInt8(0),
  uint8: (bytes) => bytes.getUint8(0),
  int16: (bytes) => bytes.getInt16(0, true),
  uint16: (bytes) => bytes.getUint16(0, true),
  int32: (bytes) => bytes.getInt32(0, true),
  uint32: (bytes) => bytes.getUint32(0, true),
  int64: (bytes) => narrowed(bytes.getBigInt64(0, true)),
  uint64: (bytes) => narrowed(bytes.getBigUint64(0, true)),
  bool: (bytes) => bytes.getUint8(0) !== 0,
};

/** A number of NumPy as a plain value; undefined where its type is not one of these, or its bytes are too few. */
export function scalarOf(dtype: PickleDtype, source: ByteSource): PickleValue | undefined {
  const type = elementTypeOf(dtype.code);
  if (type === undefined || source.length !== elementBytes[type]) return undefined;
  const bytes = source.read(0, source.length);
  if (dtype.order === '>') swapBytes(bytes, bytes.length);
  const value = readers[type]?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return value === undefined ? undefined : plain(value);
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
