import { InputError } from '@intermodel/streams';
import { checkAspect, type ImageSize } from '../labels/load-label-planes.ts';
import { readBytes } from '../images/read-bytes.ts';
import { nearestPositions, placeImage, type ResolvedGeometry } from '../images/image-geometry.ts';
import { decodePng } from '../labels/decode-png.ts';
import { brokenNpy, readNpyHeader } from '../labels/npy-header.ts';
import { checkPixels, type PixelLimit } from '../labels/pixel-limit.ts';
import type { PixelTask } from './task-data.ts';

/** Values of the pixels of a file or grid. */
export interface PixelValues {
  /** Rows of pixels. */
  readonly height: number;
  /** Columns of pixels. */
  readonly width: number;
  /** Values of a pixel: 3 for normals, 1 for depths. */
  readonly channels: 1 | 3;
  /** Values of a pixel together, pixels row by row; all NaN where nothing is known. */
  readonly values: Float32Array;
}

/** Options of {@link readPixelTarget}. */
export interface ReadPixelTargetOptions extends PixelLimit {
  /** Units of a metre in PNG files and arrays of whole numbers of depths, above 0. @default 1,000 */
  readonly depthScale?: number;
}

/** Defaults of {@link ReadPixelTargetOptions}. */
export const readPixelTargetDefaults = { depthScale: 1_000 } as const satisfies ReadPixelTargetOptions;

/** Lengths of vectors in PNG files that are normals; grey (128, 128, 128) is shorter, black and white are longer. */
const normalLengths = { least: 0.1, most: 1.5 } as const;

/** Vectors in arrays that are shorter have no direction. */
const leastLength = 1e-6;

/**
 * Decodes a file of surface normals or depths.
 *
 * Normals: an RGB PNG of 8 or 16 bits whose samples are (n + 1) / 2 of the largest one, or `.npy` of height x width x 3
 * or 3 x height x width. Axes stay as the data have them: all angles are between vectors of the same file format, so
 * that it does not matter whether y points up or down. Vectors are brought to length 1. Unknown are transparent pixels,
 * vectors with a value that is not finite, of an array those of length 0, of a PNG those whose length is not within 0.1
 * and 1.5: black, grey and white, which stand for pixels without a normal.
 *
 * Depths: a grey PNG of 8 or 16 bits, or `.npy` of height x width; those of whole numbers are divided by `depthScale`.
 * Unknown are 0, negative numbers and those that are not finite.
 *
 * @throws InputError `LABEL_BROKEN`, `LABEL_TYPE`, `LABEL_TOO_LARGE`, `DEPTH_SCALE`, `FILE_MISSING`, `FILE_UNREADABLE`.
 */
export async function readPixelTarget(
  file: string,
  targets: PixelTask['targets'],
  options: ReadPixelTargetOptions = {},
): Promise<PixelValues> {
  const scale = checkDepthScale(options.depthScale);
  const bytes = await readBytes(file);
  const isNpy = bytes.length >= 6 && bytes.toString('latin1', 1, 6) === 'NUMPY';
  const stored = isNpy ? readArray(bytes, file, targets, options) : await readPng(bytes, file, targets, options);
  if (targets === 'normals') normalise(stored);
  else toMetres(stored, stored.isWhole ? scale : 1);
  const { height, width, channels, values } = stored;
  return { height, width, channels, values };
}

/** Fills in the default of `depthScale`. @throws InputError `DEPTH_SCALE`. */
export function checkDepthScale(depthScale: number = readPixelTargetDefaults.depthScale): number {
  if (Number.isFinite(depthScale) && depthScale > 0) return depthScale;
  throw new InputError('DEPTH_SCALE', `${String(depthScale)} is no number of units`, {
    column: 'depthScale',
    expected: 'a number above 0, such as 1000 for millimetres',
    hint: 'Give the units of a metre.',
  });
}

/**
 * Takes the values under the centres of the cells of a grid that covers the input of a model: nearest pixels, so that
 * normals keep their length. The file may be larger or smaller than its image, but has to have its shape.
 *
 * @param target values of the pixels of the file
 * @param image size of the image that the model sees
 * @param geometry how the image is brought to the input of the model
 * @param grid rows and columns of cells
 * @param grid.height rows
 * @param grid.width columns
 * @param file path of the file of the values, for messages
 * @throws InputError `LABEL_ASPECT`.
 */
export function samplePixelTarget(
  target: PixelValues,
  image: ImageSize,
  geometry: ResolvedGeometry,
  grid: { readonly height: number; readonly width: number },
  file: string,
): PixelValues {
  checkAspect(target, image, file);
  const { channels, values } = target;
  const { scaledHeight, scaledWidth, top, left } = placeImage(geometry, image.height, image.width);
  const rows = nearestPositions(grid.height, geometry.height, scaledHeight, top, target.height);
  const columns = nearestPositions(grid.width, geometry.width, scaledWidth, left, target.width);
  const sampled = new Float32Array(rows.length * columns.length * channels);
  let cell = 0;
  for (const row of rows)
    for (const column of columns) {
      const from = (row * target.width + column) * channels;
      sampled.set(values.subarray(from, from + channels), cell);
      cell += channels;
    }
  return { height: grid.height, width: grid.width, channels, values: sampled };
}

interface StoredValues extends PixelValues {
  readonly isWhole: boolean;
  /** Lengths that vectors may have. */
  readonly lengths: { readonly least: number; readonly most: number };
}

async function readPng(
  bytes: Buffer,
  file: string,
  targets: PixelTask['targets'],
  limit: PixelLimit,
): Promise<StoredValues> {
  const png = await decodePng(bytes, file, limit);
  const { width, height, depth, colour, channels: stored, data } = png;
  const wanted = targets === 'normals' ? ['rgb', 'rgb-alpha'] : ['grey', 'grey-alpha'];
  if (!wanted.includes(colour) || depth < 8)
    throw new InputError('LABEL_TYPE', `holds ${colour} samples of ${String(depth)} bits`, {
      file,
      expected: targets === 'normals' ? 'RGB of 8 or 16 bits' : 'grey of 8 or 16 bits',
      hint: `Write ${targets === 'normals' ? 'normals' : 'depths'} as such a PNG, or as a .npy array of floats.`,
    });
  const channels = targets === 'normals' ? 3 : 1;
  const hasAlpha = stored > channels;
  const half = (2 ** depth - 1) / 2;
  const values = new Float32Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const isClear = hasAlpha && data[pixel * stored + channels] === 0;
    for (let channel = 0; channel < channels; channel++) {
      const sample = data[pixel * stored + channel] as number;
      values[pixel * channels + channel] = isClear ? Number.NaN : channels === 3 ? sample / half - 1 : sample;
    }
  }
  return { width, height, channels, values, isWhole: true, lengths: normalLengths };
}

function readArray(bytes: Buffer, file: string, targets: PixelTask['targets'], limit: PixelLimit): StoredValues {
  const { descr, kind, littleEndian, columnOrder, shape, start } = readNpyHeader(bytes, file);
  const layout = layoutOf(shape, targets);
  if (layout === undefined)
    throw new InputError('LABEL_BROKEN', `holds an array of shape (${shape.join(', ')})`, {
      file,
      expected: targets === 'normals' ? 'height x width x 3, or 3 x height x width' : 'height x width',
      hint: 'Save one array for each image.',
    });
  if (kind === undefined || (targets === 'normals' && kind.isWhole))
    throw new InputError('LABEL_TYPE', `holds numbers of type "${descr}"`, {
      file,
      expected: targets === 'normals' ? 'floats from -1 to 1' : 'floats in metres, or whole numbers',
      hint: 'Save it with array.astype("float32").',
    });
  const { height, width, channels, strides } = layout;
  checkPixels({ width, height, pixelBytes: 4 * channels }, limit, 'LABEL_TOO_LARGE', file);
  if (bytes.length - start < height * width * channels * kind.size) throw brokenNpy(file, 'is cut short');
  const steps = columnOrder ? columnSteps(layout) : strides;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const values = new Float32Array(height * width * channels);
  let at = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++) {
        const place = row * steps.row + column * steps.column + channel * steps.channel;
        values[at++] = kind.read(view, place * kind.size, littleEndian);
      }
  return {
    ...{ width, height, channels, values, isWhole: kind.isWhole },
    lengths: { least: leastLength, most: Number.POSITIVE_INFINITY },
  };
}

interface Steps {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

interface ArrayLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly isPlanar: boolean;
  /** Numbers from one row, column or channel to the next, in row order. */
  readonly strides: Steps;
}

function layoutOf(shape: readonly number[], targets: PixelTask['targets']): ArrayLayout | undefined {
  const channels = targets === 'normals' ? 3 : 1;
  const sizes = targets === 'depth' && shape.length === 2 ? [...shape, 1] : shape;
  if (sizes.length !== 3 || sizes.some((size) => size === 0)) return undefined;
  const [first = 0, second = 0, third = 0] = sizes;
  if (third === channels)
    return {
      ...{ height: first, width: second, channels, isPlanar: false },
      strides: { row: second * channels, column: channels, channel: 1 },
    };
  if (first !== channels) return undefined;
  return {
    ...{ height: second, width: third, channels, isPlanar: true },
    strides: { row: third, column: 1, channel: second * third },
  };
}

/** The same where the first index changes fastest. */
function columnSteps({ height, width, channels, isPlanar }: ArrayLayout): Steps {
  return isPlanar
    ? { channel: 1, row: channels, column: channels * height }
    : { row: 1, column: height, channel: height * width };
}

function normalise({ values, lengths }: StoredValues): void {
  for (let at = 0; at < values.length; at += 3) {
    const x = values[at] as number;
    const y = values[at + 1] as number;
    const z = values[at + 2] as number;
    const length = Math.hypot(x, y, z);
    const isNormal = Number.isFinite(length) && length >= lengths.least && length <= lengths.most;
    const factor = isNormal ? 1 / length : Number.NaN;
    values[at] = x * factor;
    values[at + 1] = y * factor;
    values[at + 2] = z * factor;
  }
}

function toMetres({ values }: StoredValues, scale: number): void {
  for (let at = 0; at < values.length; at++) {
    const depth = (values[at] as number) / scale;
    values[at] = Number.isFinite(depth) && depth > 0 ? depth : Number.NaN;
  }
}
