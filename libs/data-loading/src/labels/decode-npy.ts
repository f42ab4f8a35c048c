import { InputError } from '@intermodel/streams';
import type { LabelRaster } from './label-raster.ts';
import { checkPixels, type PixelLimit } from './pixel-limit.ts';

/**
 * Views a NumPy `.npy` file of whole numbers as label planes: an array of height x width is one plane, one of planes x
 * height x width several. Both byte orders, row and column order, and all kinds of whole numbers are read.
 *
 * @throws InputError `LABEL_BROKEN`, `LABEL_TOO_LARGE`, or `LABEL_TYPE` for numbers that are not whole.
 */
export function decodeNpy(bytes: Buffer, file: string, limit: PixelLimit = {}): LabelRaster[] {
  const { descr, columnOrder, shape, start } = readHeader(bytes, file);
  const [height = 0, width = 0] = shape.slice(-2);
  const planes = shape.length === 3 ? (shape[0] ?? 0) : 1;
  if ((shape.length !== 2 && shape.length !== 3) || height * width * planes === 0) {
    throw new InputError('LABEL_BROKEN', `holds an array of shape (${shape.join(', ')})`, {
      file,
      expected: 'height x width, or planes x height x width',
      hint: 'Save one array of label numbers for each image.',
    });
  }
  // Its numbers are read where they stand: what is in memory is the file itself.
  checkPixels({ width, height, pixelBytes: 1 }, limit, 'LABEL_TOO_LARGE', file);
  const kind = kinds[descr.slice(1)];
  if (kind === undefined)
    throw new InputError('LABEL_TYPE', `holds numbers of type "${descr}"`, {
      file,
      expected: 'whole numbers, such as uint8 or uint16',
      hint: 'Save it with labels.astype("uint16").',
    });
  if (bytes.length - start < planes * height * width * kind.size) throw brokenNpy(file, 'is cut short');

  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const littleEndian = !descr.startsWith('>');
  return Array.from({ length: planes }, (_, plane) => ({
    width,
    height,
    valueAt: (pixel) => {
      const index = columnOrder
        ? plane + planes * (Math.floor(pixel / width) + height * (pixel % width))
        : plane * height * width + pixel;
      return kind.read(view, index * kind.size, littleEndian);
    },
  }));
}

interface NumberKind {
  readonly size: number;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

const kinds: Readonly<Record<string, NumberKind>> = {
  b1: { size: 1, read: (view, offset) => view.getUint8(offset) },
  u1: { size: 1, read: (view, offset) => view.getUint8(offset) },
  i1: { size: 1, read: (view, offset) => view.getInt8(offset) },
  u2: { size: 2, read: (view, offset, littleEndian) => view.getUint16(offset, littleEndian) },
  i2: { size: 2, read: (view, offset, littleEndian) => view.getInt16(offset, littleEndian) },
  u4: { size: 4, read: (view, offset, littleEndian) => view.getUint32(offset, littleEndian) },
  i4: { size: 4, read: (view, offset, littleEndian) => view.getInt32(offset, littleEndian) },
  u8: { size: 8, read: (view, offset, littleEndian) => Number(view.getBigUint64(offset, littleEndian)) },
  i8: { size: 8, read: (view, offset, littleEndian) => Number(view.getBigInt64(offset, littleEndian)) },
};

interface NpyHeader {
  readonly descr: string;
  readonly columnOrder: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

function readHeader(bytes: Buffer, file: string): NpyHeader {
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
    columnOrder: order === 'True',
    shape: shape
      .split(',')
      .map((size) => size.trim())
      .filter((size) => size !== '')
      .map(Number),
    start: start + length,
  };
}

function brokenNpy(file: string, problem: string): InputError {
  return new InputError('LABEL_BROKEN', problem, {
    file,
    expected: 'a whole .npy file',
    hint: 'Write it again with numpy.save().',
  });
}
