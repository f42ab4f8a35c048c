import { InputError } from '@intermodel/streams';
import type { LabelRaster } from './label-raster.ts';
import { brokenNpy, readNpyHeader } from './npy-header.ts';
import { checkPixels, type PixelLimit } from './pixel-limit.ts';

/**
 * Views a NumPy `.npy` file of whole numbers as label planes: an array of height x width is one plane, one of planes x
 * height x width several. Both byte orders, row and column order, and all kinds of whole numbers are read.
 *
 * @throws InputError `LABEL_BROKEN`, `LABEL_TOO_LARGE`, or `LABEL_TYPE` for numbers that are not whole.
 */
export function decodeNpy(bytes: Buffer, file: string, limit: PixelLimit = {}): LabelRaster[] {
  const { descr, kind, littleEndian, columnOrder, shape, start } = readNpyHeader(bytes, file);
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
  if (kind?.isWhole !== true)
    throw new InputError('LABEL_TYPE', `holds numbers of type "${descr}"`, {
      file,
      expected: 'whole numbers, such as uint8 or uint16',
      hint: 'Save it with labels.astype("uint16").',
    });
  if (bytes.length - start < planes * height * width * kind.size) throw brokenNpy(file, 'is cut short');

  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
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
