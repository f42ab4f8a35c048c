import { InputError } from '@intermodel/streams';
import type { DecodedImage } from '../images/decode-image.ts';
import { readBytes } from '../images/read-bytes.ts';
import { nearestInCrop, nearestPositions, placeImage, type ResolvedGeometry } from '../images/image-geometry.ts';
import type { LabelledImageEntry, LabelSource, RasterLabel } from '../images/labelled-image-set.ts';
import { readPlanes } from '../segmenters/plane-files.ts';
import { decodeNpy } from './decode-npy.ts';
import { decodePng } from './decode-png.ts';
import { labelRaster, type LabelRaster } from './label-raster.ts';
import { packPlanes } from './pack-planes.ts';
import type { PixelLimit } from './pixel-limit.ts';
import { rasteriseShapes } from './rasterise-shapes.ts';

/** A pixel of a label file whose number the vocabulary does not list. */
export interface UnknownLabel {
  /** Path of the label file. */
  readonly file: string;
  /** Column of the pixel in the file. */
  readonly x: number;
  /** Row of the pixel in the file. */
  readonly y: number;
  /** What the pixel bears. */
  readonly value: number;
}

/** What {@link loadLabelPlanes} needs to know besides the image. */
export interface LabelGrid extends PixelLimit {
  /** Geometry that the image was brought to its size with. */
  readonly geometry: ResolvedGeometry;
  /** What each number of a file is loaded as, from `labelNumberTable`. */
  readonly table: Int32Array;
  /**
   * Is told of pixels that bear a number unknown to the vocabulary, which then count as 0. @default they are an error
   */
  readonly onUnknown?: (unknown: UnknownLabel) => void;
}

/** Size of an image, and whether EXIF calls to turn it. */
export type ImageSize = Omit<DecodedImage, 'pixels'>;

/**
 * Loads the label planes of one image at the label grid. A cell takes the label pixel under its centre. Planes that are
 * empty there are left out, and a number that an earlier plane already bears at a cell is not repeated by a later one,
 * so that counting planes counts no pixel twice; of many planes those that share no cell become one.
 *
 * @throws InputError `LABEL_UNKNOWN` with file and pixel, `LABEL_ASPECT`, `LABEL_SIZE`, and those of the decoders.
 */
export async function loadLabelPlanes(
  entry: LabelledImageEntry,
  image: ImageSize,
  grid: LabelGrid,
): Promise<Uint16Array[]> {
  const planes: Uint16Array[][] = [];
  for (const source of entry.labels) planes.push(await loadSource(source, entry.file, image, grid));
  return packPlanes(planes.flat());
}

async function loadSource(
  source: LabelSource,
  imageFile: string,
  image: ImageSize,
  grid: LabelGrid,
): Promise<Uint16Array[]> {
  const { geometry, table } = grid;
  switch (source.kind) {
    case 'whole':
      return [new Uint16Array(geometry.labelHeight * geometry.labelWidth).fill(table[source.number] ?? 0)];
    case 'png': {
      const raster = labelRaster(
        await decodePng(await readBytes(source.file), source.file, grid),
        source.encoding,
        source.file,
      );
      checkStated(raster, source);
      checkAspect(raster, image, source.file);
      return [samplePlane(raster, source, cellPixels(raster, image, geometry), grid)];
    }
    case 'npy':
      return decodeNpy(await readBytes(source.file), source.file, grid).map((raster) => {
        checkAspect(raster, image, source.file);
        return samplePlane(raster, source, cellPixels(raster, image, geometry), grid);
      });
    case 'segmented':
      return readPlanes(source.file).map(({ head, data, ...size }) =>
        samplePlane(
          { ...size, valueAt: (pixel) => data[pixel] as number },
          { file: source.file, numbers: source.classNumbers[head] ?? new Map() },
          source.seen === undefined
            ? cellPixels(size, image, geometry)
            : cellsSeen(size, source.seen, image, geometry, imageFile),
          grid,
        ),
      );
    case 'shapes': {
      checkAspect(source, image, source.file);
      const { rows, columns } = cellPixels(source, image, geometry);
      return rasteriseShapes(source.shapes, source.height, rows, columns).map((plane) =>
        plane.map((number) => table[number] ?? 0),
      );
    }
  }
}

function samplePlane(
  raster: LabelRaster,
  { file, numbers }: Pick<RasterLabel, 'file' | 'numbers'>,
  { rows, columns }: CellPixels,
  { table, onUnknown }: LabelGrid,
): Uint16Array {
  const plane = new Uint16Array(rows.length * columns.length);
  let cell = 0;
  // Neighbours mostly bear the same value, which then need not be looked up again.
  let [known, knownNumber] = [Number.NaN, 0];
  for (const y of rows) {
    for (const x of columns) {
      const value = raster.valueAt(y * raster.width + x);
      if (value === known) {
        plane[cell++] = knownNumber;
        continue;
      }
      const number = table[(numbers === undefined ? value : numbers.get(value)) ?? -1] ?? -1;
      if (number >= 0) [known, knownNumber, plane[cell]] = [value, number, number];
      else if (onUnknown === undefined) throw unknownLabelError({ file, x, y, value });
      else onUnknown({ file, x, y, value });
      cell++;
    }
  }
  return plane;
}

/** Row and column of a label file for each row and column of cells. */
interface CellPixels {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** Row and column of a plane that shows a crop, under the centre of each cell. @throws InputError `LABEL_CROP`. */
function cellsSeen(
  label: { readonly width: number; readonly height: number },
  seen: ResolvedGeometry,
  image: ImageSize,
  geometry: ResolvedGeometry,
  file: string,
): CellPixels {
  const { scaledHeight, scaledWidth, top, left } = placeImage(geometry, image.height, image.width);
  const of = placeImage(seen, image.height, image.width);
  const rows = nearestInCrop(geometry.labelHeight, geometry.height, scaledHeight, top, {
    ...{ scaledSize: of.scaledHeight, start: of.top, size: seen.height, fileSize: label.height },
  });
  const columns = nearestInCrop(geometry.labelWidth, geometry.width, scaledWidth, left, {
    ...{ scaledSize: of.scaledWidth, start: of.left, size: seen.width, fileSize: label.width },
  });
  const isInside = (positions: Int32Array, size: number) => positions.every((at) => at >= 0 && at < size);
  if (isInside(rows, label.height) && isInside(columns, label.width)) return { rows, columns };
  throw new InputError(
    'LABEL_CROP',
    `a model sees more of the image than its labels show, which are of ${String(seen.width)} x ${String(seen.height)} pixels in the centre of ${String(of.scaledWidth)} x ${String(of.scaledHeight)}`,
    {
      file,
      expected: 'models that are fed the same part of the image as the networks that label it',
      hint: 'Feed models with `models[].input: dissect-2020`, or with "resize: squash-crop" and "shortestSide: 256" beside their own mean and deviation.',
    },
  );
}

/** Row and column of the label file under the centre of each cell. */
function cellPixels(
  label: { readonly width: number; readonly height: number },
  image: ImageSize,
  geometry: ResolvedGeometry,
): CellPixels {
  const { scaledHeight, scaledWidth, top, left } = placeImage(geometry, image.height, image.width);
  return {
    rows: nearestPositions(geometry.labelHeight, geometry.height, scaledHeight, top, label.height),
    columns: nearestPositions(geometry.labelWidth, geometry.width, scaledWidth, left, label.width),
  };
}

/** A label file may be larger or smaller than its image, but has to have its shape to within a pixel of rounding. */
export function checkAspect(
  label: { readonly width: number; readonly height: number },
  image: ImageSize,
  file: string,
): void {
  if (sameAspect(label.width, label.height, image.width, image.height)) return;
  const turned = image.turned && sameAspect(label.height, label.width, image.width, image.height);
  throw new InputError(
    'LABEL_ASPECT',
    `has ${String(label.width)} x ${String(label.height)} pixels, but its image has ${String(image.width)} x ${String(image.height)}`,
    {
      file,
      expected: 'labels of the same shape as the image, at any scale',
      hint: turned
        ? 'The image is turned by its EXIF orientation and the labels are not: read both as stored with `data.exif: ignore`. Where EXIF is ignored already, do not ignore it.'
        : 'Check that the label belongs to this image; crop or squash both in the same way.',
    },
  );
}

function sameAspect(width: number, height: number, imageWidth: number, imageHeight: number): boolean {
  return (
    Math.abs(width - (height * imageWidth) / imageHeight) <= 1 ||
    Math.abs(height - (width * imageHeight) / imageWidth) <= 1
  );
}

function checkStated({ width, height }: LabelRaster, { file, stated }: RasterLabel): void {
  if (stated === undefined || (stated.width === width && stated.height === height)) return;
  throw new InputError('LABEL_SIZE', `has ${String(width)} x ${String(height)} pixels`, {
    file,
    expected: `${String(stated.width)} x ${String(stated.height)}, as ${stated.by} says`,
    hint: 'The data set is inconsistent: copy the file again, or correct the index.',
  });
}

/** Error for a pixel whose number the vocabulary does not list. */
export function unknownLabelError({ file, x, y, value }: UnknownLabel): InputError {
  return new InputError(
    'LABEL_UNKNOWN',
    `pixel (${String(x)}, ${String(y)}) bears ${String(value)}, which the vocabulary does not list`,
    {
      file,
      expected: '0 for unlabelled, or a number of the vocabulary',
      hint: unknownHint(value),
    },
  );
}

/**
 * What can be done about a number that the vocabulary does not list: only plain folders can be told of one to ignore.
 */
export function unknownHint(value: number): string {
  const ignored = `declare it as the number to ignore, for plain folders: \`data.ignore: ${String(value)}\``;
  const files = 'the CSV of `data.labelNames`, or `data.names` of formats that have it';
  if (value < 0) return `If it marks pixels that nobody judged, ${ignored}; else correct the label file.`;
  if (value === 0)
    return `Add 0 to the vocabulary (${files}), or leave out \`data.reducedZero\` if 0 means unlabelled.`;
  if (value !== 255 && value !== 65_535)
    return `Add the number to the vocabulary (${files}), or correct the label image.`;
  return `Add ${String(value)} to the vocabulary, or ${ignored}. Where classes are numbered from 0 and 255 means none, say so with \`data.reducedZero: true\`.`;
}
