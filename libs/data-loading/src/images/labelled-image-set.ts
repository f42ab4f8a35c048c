import type { LabelEncoding } from '../labels/label-raster.ts';
import type { ResolvedGeometry } from './image-geometry.ts';
import type { LabelShape } from '../labels/rasterise-shapes.ts';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';

/** A label of the whole image: it counts for every pixel. */
export interface WholeImageLabel {
  /** Tells this kind of source from the others. */
  readonly kind: 'whole';
  /** Number in the vocabulary. */
  readonly number: number;
}

/** A label plane in an image file. */
export interface RasterLabel {
  /** Tells this kind of source from the others. */
  readonly kind: 'png';
  /** Path of the PNG file. */
  readonly file: string;
  /** How a pixel says its value. */
  readonly encoding: LabelEncoding;
  /** Number in the vocabulary for each value; a value that is missing here is an error. @default the value itself */
  readonly numbers?: ReadonlyMap<number, number>;
  /** Size that an index of the data set states for the file; another one is an error. @default any */
  readonly stated?: StatedSize;
}

/** One or several label planes in a NumPy file. */
export interface ArrayLabel {
  /** Tells this kind of source from the others. */
  readonly kind: 'npy';
  /** Path of the `.npy` file: height x width, or planes x height x width. */
  readonly file: string;
  /** Number in the vocabulary for each value; a value that is missing here is an error. @default the value itself */
  readonly numbers?: ReadonlyMap<number, number>;
}

/** Outlines and run-length masks of one image, which may overlap. */
export interface ShapesLabel {
  /** Tells this kind of source from the others. */
  readonly kind: 'shapes';
  /** Path of the file that lists the shapes, for messages. */
  readonly file: string;
  /** Columns of the image that the shapes are drawn on. */
  readonly width: number;
  /** Rows of that image. */
  readonly height: number;
  /** Shapes in order; where they overlap, later ones go to further planes. */
  readonly shapes: readonly LabelShape[];
}

/** Label planes that a segmentation model made of the whole image, kept in a file. */
export interface SegmentedLabel {
  /** Tells this kind of source from the others. */
  readonly kind: 'segmented';
  /** Path of the file with the planes of all heads of the model. */
  readonly file: string;
  /** Number in the vocabulary for each value, head by head. */
  readonly classNumbers: readonly ReadonlyMap<number, number>[];
  /** How the image was brought to the model, of which the planes show what it saw. @default they show the whole image */
  readonly seen?: ResolvedGeometry;
}

/** Size of a label file as an index states it. */
export interface StatedSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** File and line of the statement, for messages. */
  readonly by: string;
}

/** Where the label planes of an image come from: paths and small tables only, no image is decoded yet. */
export type LabelSource = WholeImageLabel | RasterLabel | ArrayLabel | ShapesLabel | SegmentedLabel;

/** One image with its labels, as paths. */
export interface LabelledImageEntry {
  /** Name that goes into the column `image`: the path below the folder of images, with `/`. */
  readonly image: string;
  /** Path of the image file. */
  readonly file: string;
  /** Sources of its label planes, in order; empty for an image without labels. */
  readonly labels: readonly LabelSource[];
}

/** Something about a data set that is no error but may surprise. */
export interface DataWarning {
  /** Stable identifier, such as `IMAGES_WITHOUT_LABELS`. */
  readonly code: string;
  /** What was found, and in which files. */
  readonly message: string;
}

/** A data set as every reader gives it: what to load, what the numbers mean, what to know. */
export interface LabelledImageSet {
  /** Images by name, in the order in which they are loaded. */
  readonly images: readonly LabelledImageEntry[];
  /** Concepts that the planes can bear. */
  readonly vocabulary: LabelVocabulary;
  /** What is no error but may surprise. */
  readonly warnings: readonly DataWarning[];
  /** What of the images the labels show, where that is not the whole of them. */
  readonly seen?: ResolvedGeometry;
}
