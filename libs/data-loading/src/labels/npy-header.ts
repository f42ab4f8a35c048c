import { InputError } from '@intermodel/streams';

/** How numbers of a type stand in a file. */
export interface NumberKind {
  /** Bytes of a number. */
  readonly size: number;
  /** Whether all numbers of the type are whole. */
  readonly isWhole: boolean;
  /** Reads one at an offset in bytes. */
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

/** Types of numbers by NumPy's name without the byte order. */
const kinds: Readonly<Record<string, NumberKind>> = {
  b1: { size: 1, isWhole: true, read: (view, offset) => view.getUint8(offset) },
  u1: { size: 1, isWhole: true, read: (view, offset) => view.getUint8(offset) },
  i1: { size: 1, isWhole: true, read: (view, offset) => view.getInt8(offset) },
  u2: { size: 2, isWhole: true, read: (view, offset, littleEndian) => view.getUint16(offset, littleEndian) },
  i2: { size: 2, isWhole: true, read: (view, offset, littleEndian) => view.getInt16(offset, littleEndian) },
  u4: { size: 4, isWhole: true, read: (view, offset, littleEndian) => view.getUint32(offset, littleEndian) },
  i4: { size: 4, isWhole: true, read: (view, offset, littleEndian) => view.getInt32(offset, littleEndian) },
  u8: { size: 8, isWhole: true, read: (view, offset, littleEndian) => Number(view.getBigUint64(offset, littleEndian)) },
  i8: { size: 8, isWhole: true, read: (view, offset, littleEndian) => Number(view.getBigInt64(offset, littleEndian)) },
  f2: { size: 2, isWhole: false, read: (view, offset, littleEndian) => readHalf(view.getUint16(offset, littleEndian)) },
  f4: { size: 4, isWhole: false, read: (view, offset, littleEndian) => view.getFloat32(offset, littleEndian) },
  f8: { size: 8, isWhole: false, read: (view, offset, littleEndian) => view.getFloat64(offset, littleEndian) },
};

/** A number of 16 bits: sign, 5 bits of exponent, 10 of fraction (IEEE 754). */
function readHalf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** Type as NumPy writes it, such as `<f4`. */
  readonly descr: string;
  /** How its numbers are read; undefined for a type that is not read. */
  readonly kind: NumberKind | undefined;
  /** Whether the least significant byte of a number comes first. */
  readonly littleEndian: boolean;
  /** Whether the first index changes fastest. */
  readonly columnOrder: boolean;
  /** Sizes. */
  readonly shape: readonly number[];
  /** Byte where the numbers begin. */
  readonly start: number;
}

/**
 * Reads the header of a NumPy `.npy` file.
 *
 * @throws InputError `LABEL_BROKEN`.
 */
export function readNpyHeader(bytes: Buffer, file: string): NpyHeader {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw brokenNpy(file, bytes.length === 0 ? 'the file is empty' : 'is not a NumPy file');
  const [start, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)];
  if (start + length > bytes.length) throw brokenNpy(file, 'is cut short');
  const text = bytes.toString('latin1', start, start + length);
  const descr = /'descr':\s*'(?<descr>[^']+)'/u.exec(text)?.groups?.['descr'];
  const order = /'fortran_order':\s*(?<order>True|False)/u.exec(text)?.groups?.['order'];
  const shape = /'shape':\s*\((?<shape>[\d,\s]*)\)/u.exec(text)?.groups?.['shape'];
  if (descr === undefined || order === undefined || shape === undefined)
    throw brokenNpy(file, 'its NumPy header is not that of a plain array');
  return {
    descr,
    kind: kinds[descr.slice(1)],
    littleEndian: !descr.startsWith('>'),
    columnOrder: order === 'True',
    shape: shape
      .split(',')
      .map((size) => size.trim())
      .filter((size) => size !== '')
      .map(Number),
    start: start + length,
  };
}

/** Error for a file that cannot be read as an array. */
export function brokenNpy(file: string, problem: string): InputError {
  return new InputError('LABEL_BROKEN', problem, {
    file,
    expected: 'a whole .npy file',
    hint: 'Write it again with numpy.save().',
  });
}
