import { writeFile } from './write-scene-files.ts';

/** Kinds of numbers that {@link writeNpy} writes, as NumPy calls them. */
export type NpyType = '|u1' | '<u2' | '>u2' | '<i4' | '<i8' | '<f4';

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
  const text = `{'descr': '${type}', 'fortran_order': ${columnOrder ? 'True' : 'False'}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = `${text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 0, 'latin1');
  head.writeUInt16LE(padded.length, 8);
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
  writeFile(file, Buffer.concat([head, Buffer.from(padded, 'latin1'), data]));
}
