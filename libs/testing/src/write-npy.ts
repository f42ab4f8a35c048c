import { npyHeader, type NpyType } from '@intermodel/streams';
import { writeFile } from './write-scene-files.ts';

/**
 * Writes a NumPy array file (format version 1.0) of any shape, in row or column order of the values as they are given.
 */
export function writeNpy(
  file: string,
  values: ArrayLike<number>,
  shape: readonly number[],
  type: NpyType = '<u2',
  columnOrder = false,
): void {
  const size = Number(type.slice(2));
  const data = Buffer.alloc(values.length * size);
  Array.from(values, (value, index) => {
    if (type === '<f4') data.writeFloatLE(value, 4 * index);
    else if (type === '<i8') data.writeBigInt64LE(BigInt(value), 8 * index);
    else if (type === '<i4') data.writeInt32LE(value, 4 * index);
    else if (type === '>u2') data.writeUInt16BE(value, 2 * index);
    else if (type === '<u2') data.writeUInt16LE(value, 2 * index);
    else data.writeUInt8(value, index);
  });
  writeFile(file, Buffer.concat([npyHeader(type, shape, columnOrder), data]));
}
