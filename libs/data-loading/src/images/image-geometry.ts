import type { ResampleFilter } from '@intermodel/numerics';
import { InputError } from '@intermodel/streams';

/** How an image and its labels are brought to the size of a model's input. */
export interface ImageGeometry {
  /** Rows of the model's input, in pixels. */
  readonly height: number;
  /** Columns of the model's input, in pixels. */
  readonly width: number;
  /**
   * `exact` squashes the whole image; `shortest-side` scales it evenly and crops the centre; `squash-crop` squashes it to
   * a square and crops the centre. @default 'exact'
   */
  readonly resize?: 'exact' | 'shortest-side' | 'squash-crop';
  /**
   * Length that `shortest-side` scales the shorter side to and `squash-crop` both sides, in pixels, at least the longer
   * side of the input. @default that
   */
  readonly shortestSide?: number;
  /** Filter for images; labels always take the nearest pixel. @default 'bilinear' */
  readonly filter?: ResampleFilter;
  /** Rows of a label plane. @default a quarter of `height` */
  readonly labelHeight?: number;
  /** Columns of a label plane. @default a quarter of `width` */
  readonly labelWidth?: number;
}

/** Defaults of {@link ImageGeometry}. */
export const imageGeometryDefaults = { resize: 'exact', filter: 'bilinear', labelsPerPixel: 0.25 } as const;

/** Most cells of a label plane: what is counted at each of them takes memory and time for every unit of a model. */
export const mostLabelCells = 2 ** 20;

/**
 * Named geometries. `dissect-2020`: that of the published study, which squashes images to 256 x 256 and crops 224 x 224
 * of the centre, for models and for the networks that label the images.
 */
export const imageGeometries = {
  'dissect-2020': { height: 224, width: 224, resize: 'squash-crop', shortestSide: 256 },
} as const satisfies Readonly<Record<string, ImageGeometry>>;

/** A geometry with every choice made. */
export type ResolvedGeometry = Required<ImageGeometry>;

/**
 * Fills in the defaults of a geometry.
 *
 * @throws InputError `GEOMETRY` for sizes that are not whole numbers of at least 1, a crop larger than the image, or
 *   more than
 * {@link mostLabelCells} cells of a label plane.
 */
export function resolveGeometry(geometry: ImageGeometry): ResolvedGeometry {
  const { height, width, resize = imageGeometryDefaults.resize, filter = imageGeometryDefaults.filter } = geometry;
  const quarter = (size: number) => Math.max(1, Math.round(size * imageGeometryDefaults.labelsPerPixel));
  const {
    shortestSide = Math.max(height, width),
    labelHeight = quarter(height),
    labelWidth = quarter(width),
  } = geometry;
  for (const [column, size] of Object.entries({ height, width, shortestSide, labelHeight, labelWidth })) {
    if (!Number.isInteger(size) || size < 1)
      throw new InputError('GEOMETRY', `${String(size)} is no size`, {
        column,
        expected: 'a whole number of pixels of at least 1',
        hint: 'Correct the size of the input or of the label planes.',
      });
  }
  // A quarter of a large input is in proportion to what the input takes itself.
  const isChosen = geometry.labelHeight !== undefined || geometry.labelWidth !== undefined;
  if (isChosen && labelHeight * labelWidth > mostLabelCells)
    throw new InputError(
      'GEOMETRY',
      `a label plane of ${String(labelWidth)} x ${String(labelHeight)} has ${String(labelWidth * labelHeight)} cells`,
      {
        column: 'labelWidth',
        expected: `at most ${String(mostLabelCells)} cells, such as 1024 x 1024`,
        hint: 'Compare labels and activations on a smaller grid: a quarter of the input is usual.',
      },
    );
  if (resize !== 'exact' && shortestSide < Math.max(height, width)) {
    throw new InputError(
      'GEOMETRY',
      `${resize === 'shortest-side' ? 'the shorter side is' : 'both sides are'} scaled to ${String(shortestSide)} pixels, less than the crop of ${String(width)} x ${String(height)}`,
      {
        column: 'shortestSide',
        expected: `at least ${String(Math.max(height, width))}`,
        hint: 'Scale to a larger side, or crop less.',
      },
    );
  }
  return { height, width, resize, filter, shortestSide, labelHeight, labelWidth };
}

/** Where the input of the model lies in a scaled image. */
export interface ImagePlacement {
  /** Rows of the scaled image. */
  readonly scaledHeight: number;
  /** Columns of the scaled image. */
  readonly scaledWidth: number;
  /** First row of the crop. */
  readonly top: number;
  /** First column of the crop. */
  readonly left: number;
}

/**
 * Scales and crops an image of `height` x `width`: by the rounding that torchvision's Resize and CenterCrop have.
 */
export function placeImage(geometry: ResolvedGeometry, height: number, width: number): ImagePlacement {
  if (geometry.resize === 'exact')
    return { scaledHeight: geometry.height, scaledWidth: geometry.width, top: 0, left: 0 };
  const { shortestSide } = geometry;
  const longSide =
    geometry.resize === 'squash-crop'
      ? shortestSide
      : Math.floor((shortestSide * Math.max(height, width)) / Math.min(height, width));
  const [scaledHeight, scaledWidth] = height <= width ? [shortestSide, longSide] : [longSide, shortestSide];
  return {
    scaledHeight,
    scaledWidth,
    top: halfRoundedToEven(scaledHeight - geometry.height),
    left: halfRoundedToEven(scaledWidth - geometry.width),
  };
}

/**
 * For each row (or column) of a label plane the row (column) of a label file under its centre: the plane has `cells`
 * rows and covers the `inputSize` rows of the model's input, which begins at row `start` of the scaled image of
 * `scaledSize` rows; the label file shows the same image in `fileSize` rows.
 */
export function nearestPositions(
  cells: number,
  inputSize: number,
  scaledSize: number,
  start: number,
  fileSize: number,
): Int32Array {
  return Int32Array.from({ length: cells }, (_, cell) => {
    // (cell + 0.5) / cells * inputSize + start over scaledSize; one division of whole numbers rounds no pixel away.
    const doubled = (2 * cell + 1) * inputSize + 2 * cells * start;
    return Math.min(fileSize - 1, Math.floor((doubled * fileSize) / (2 * cells * scaledSize)));
  });
}

/**
 * As {@link nearestPositions}, for a label plane of `fileSize` cells that shows a crop alone, as `seen` says of its axis:
 * `size` rows from `start` of a scaled image of `scaledSize`. Positions outside of it are below 0 or from `fileSize` on.
 */
export function nearestInCrop(
  cells: number,
  inputSize: number,
  scaledSize: number,
  start: number,
  seen: { readonly scaledSize: number; readonly start: number; readonly size: number; readonly fileSize: number },
): Int32Array {
  return Int32Array.from({ length: cells }, (_, cell) => {
    // Whole numbers as far as there is but one division, as above.
    const doubled = ((2 * cell + 1) * inputSize + 2 * cells * start) * seen.scaledSize;
    const whole = 2 * cells * scaledSize;
    return Math.floor(((doubled - seen.start * whole) * seen.fileSize) / (whole * seen.size));
  });
}

function halfRoundedToEven(value: number): number {
  const half = Math.floor(value / 2);
  return value % 2 === 0 || half % 2 === 0 ? half : half + 1;
}
