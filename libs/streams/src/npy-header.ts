/** Kinds of numbers of NumPy arrays, as NumPy calls them. */
export type NpyType = '|u1' | '<u2' | '>u2' | '<i4' | '<i8' | '<f4';

/**
 * Header of a NumPy array file (format version 1.0), of 64 bytes or a multiple of them, so that the values are aligned.
 *
 * @param type kind of numbers, with their byte order
 * @param shape sizes, any number of them
 * @param columnOrder whether the first index changes fastest
 * @returns the bytes before the values
 */
export function npyHeader(type: NpyType, shape: readonly number[], columnOrder = false): Uint8Array {
  const sizes = `${shape.join(', ')}${shape.length === 1 ? ',' : ''}`;
  const text = `{'descr': '${type}', 'fortran_order': ${columnOrder ? 'True' : 'False'}, 'shape': (${sizes}), }`;
  const magic = 10;
  const length = Math.ceil((magic + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, ' ');
  header.write('\u0093NUMPY\u0001\u0000', 'latin1');
  header.writeUInt16LE(length - magic, 8);
  header.write(text, magic, 'latin1');
  header.write('\n', length - 1, 'latin1');
  return header;
}
