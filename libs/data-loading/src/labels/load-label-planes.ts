import { InputError } from '@intermodel/streams';
import { readBytes, type DecodedImage } from '../images/decode-image.ts';
import { nearestPositions, placeImage, type ResolvedGeometry } from '../images/image-geometry.ts';
import type { LabelledImageEntry, LabelSource, RasterLabel } from '../images/labelled-image-set.ts';
import { decodePng } from './decode-png.ts';
import { labelRaster, type LabelRaster } from './label-raster.ts';

/** What {@link loadLabelPlanes} needs to know besides the image. */
export interface LabelGrid {
  /** Geometry that the image was brought to its size with. */
  readonly geometry: ResolvedGeometry;
  /** For each number whether a plane may bear it, from `knownLabelNumbers`. */
  readonly known: Uint8Array;
  /** Largest number of pixels of a label file that is decoded. */
  readonly maxPixels: number;
}

/**
 * Loads the label planes of one image at the label grid, one after the other. A cell takes the label pixel under its
 * centre. Planes that are empty there are left out, and a number that an earlier plane already bears at a cell is not
 * repeated by a later one, so that counting planes counts no pixel twice.
 *
 * @throws InputError `LABEL_UNKNOWN` with file and pixel, `LABEL_ASPECT`, and those of the readers.
 */
export async function loadLabelPlanes(entry: LabelledImageEntry, image: Omit<DecodedImage, 'pixels'>, grid: LabelGrid): Promise<Uint16Array[]> {
  const planes: Uint16Array[] = [];
  for (const source of entry.labels) {
    const plane = await loadPlane(source, image, grid);
    removeRepeated(plane, planes);
    if (plane.some((number) => number !== 0)) planes.push(plane);
  }
  return planes;
}

async function loadPlane(source: LabelSource, image: Omit<DecodedImage, 'pixels'>, grid: LabelGrid): Promise<Uint16Array> {
  const { labelHeight, labelWidth } = grid.geometry;
  switch (source.kind) {
    case 'whole':
      return new Uint16Array(labelHeight * labelWidth).fill(source.number);
    case 'png': {
      const raster = labelRaster(await decodePng(await readBytes(source.file), source.file, { maxPixels: grid.maxPixels }), source.encoding, source.file);
      return samplePlane(raster, source, image, grid);
    }
  }
}

function samplePlane(raster: LabelRaster, { file, numbers }: RasterLabel, image: Omit<DecodedImage, 'pixels'>, { geometry, known }: LabelGrid): Uint16Array {
  checkAspect(raster, image, file);
  const { labelHeight, labelWidth, height, width } = geometry;
  const { scaledHeight, scaledWidth, top, left } = placeImage(geometry, image.height, image.width);
  const rows = nearestPositions(labelHeight, height, scaledHeight, top, raster.height);
  const columns = nearestPositions(labelWidth, width, scaledWidth, left, raster.width);
  const plane = new Uint16Array(labelHeight * labelWidth);
  let cell = 0;
  for (const y of rows) {
    for (const x of columns) {
      const value = raster.valueAt(y * raster.width + x);
      const number = numbers === undefined ? value : numbers.get(value);
      if (number === undefined || known[number] !== 1) throw unknownLabel(file, x, y, value);
      plane[cell++] = number;
    }
  }
  return plane;
}

/** A label file may be larger or smaller than its image, but has to have its shape to within a pixel of rounding. */
function checkAspect(label: LabelRaster, image: Omit<DecodedImage, 'pixels'>, file: string): void {
  if (sameAspect(label.width, label.height, image.width, image.height)) return;
  const turned = image.turned && sameAspect(label.height, label.width, image.width, image.height);
  throw new InputError('LABEL_ASPECT', `has ${String(label.width)} x ${String(label.height)} pixels, but its image has ${String(image.width)} x ${String(image.height)}`, {
    file,
    expected: 'labels of the same shape as the image, at any scale',
    hint: turned ? 'The image is turned by its EXIF orientation and the labels are not: turn the labels, or store the image upright.' : 'Check that the label belongs to this image; crop or squash both in the same way.',
  });
}

function sameAspect(width: number, height: number, imageWidth: number, imageHeight: number): boolean {
  return Math.abs(width - (height * imageWidth) / imageHeight) <= 1 || Math.abs(height - (width * imageHeight) / imageWidth) <= 1;
}

function removeRepeated(plane: Uint16Array, earlier: readonly Uint16Array[]): void {
  for (const other of earlier) {
    for (let cell = 0; cell < plane.length; cell++) if (plane[cell] === other[cell]) plane[cell] = 0;
  }
}

function unknownLabel(file: string, x: number, y: number, value: number): InputError {
  return new InputError('LABEL_UNKNOWN', `pixel (${String(x)}, ${String(y)}) bears ${String(value)}, which the vocabulary does not list`, {
    file,
    expected: '0 for unlabelled, or a number of the vocabulary',
    hint: value === 255 || value === 65_535 ? `Add ${String(value)} to the vocabulary, or declare it as the number to ignore.` : 'Add the number to the vocabulary, or correct the label image.',
  });
}
