import type { TaskPart } from './feature-rows.ts';

/** The grid of features that a layer gives of every image, and what is to be told of the images. */
export interface GridImages<Target> {
  /** Rows of cells. */
  readonly height: number;
  /** Columns of cells. */
  readonly width: number;
  /** Features of a cell. */
  readonly units: number;
  /** Number of images of a part. */
  readonly count: (part: TaskPart) => number;
  /** Reads the images of a part in their order; can be called again. */
  readonly images: (part: TaskPart) => AsyncIterable<GridImage<Target>>;
}

/** An image with the features of its cells. */
export interface GridImage<Target> {
  /** Name of the image. */
  readonly image: string;
  /** Features: cells row by row, the units of a cell together. */
  readonly features: Float32Array;
  /** What is to be told of it. */
  readonly target: Target;
}

/** Boxes in an image, in pixels of the image file. */
export interface BoxTarget {
  /** Boxes in order. */
  readonly boxes: readonly TargetBox[];
  /** What of the image the grid covers, in pixels of the file: beyond its edges where the input was cropped less. */
  readonly frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** A box around an object. */
export interface TargetBox {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
  /** Width, above 0. */
  readonly width: number;
  /** Height, above 0. */
  readonly height: number;
  /** Class, from 0. */
  readonly class: number;
  /** Whether it counts neither as found nor as missed (crowds of COCO, difficult objects of VOC). */
  readonly isIgnored: boolean;
}

/** Classes of the pixels of the input, on a grid of labels. */
export interface PlaneTarget {
  /** Rows of labels. */
  readonly height: number;
  /** Columns of labels. */
  readonly width: number;
  /** Class of each pixel, row by row: 0 to classes - 1, or -1 where nobody judged. */
  readonly classes: Int32Array;
}

/** What holds at each pixel of the input: a unit vector of 3 values (surface normal), or 1 value (depth). */
export interface PixelTarget {
  /** Rows of pixels. */
  readonly height: number;
  /** Columns of pixels. */
  readonly width: number;
  /** Values of a pixel together, pixels row by row; NaN where nothing is known. */
  readonly values: Float32Array;
}
