import type { DataWarning } from '../images/labelled-image-set.ts';
import type { LabelConcept } from '../labels/label-vocabulary.ts';

/** How much there is of one concept. */
export interface ConceptShare extends LabelConcept {
  /** Images with at least one pixel of it. */
  readonly images: number;
  /** Share of all pixels of all images, 0 to 1, each image counting alike. */
  readonly pixelShare: number;
}

/** How much there is of one category. */
export interface CategoryShare {
  /** Name of the category. */
  readonly category: string;
  /** Concepts of the vocabulary that belong to it. */
  readonly concepts: number;
  /** Concepts of it that occur in an image. */
  readonly found: number;
  /** Share of pixels with at least one of its concepts, 0 to 1. */
  readonly pixelShare: number;
  /** Images with at least one of its concepts. */
  readonly images: number;
}

/** Two concepts that bear the same pixels. */
export interface ConceptOverlap {
  /** Number of the one. */
  readonly first: number;
  /** Number of the other, which is larger. */
  readonly second: number;
  /** Share of all pixels that bear both, 0 to 1. */
  readonly pixelShare: number;
}

/** What is in a data set. */
export interface DatasetDescription {
  /** Number of images. */
  readonly images: number;
  /** Number of label planes of all images. */
  readonly planes: number;
  /** Most planes that one image has. */
  readonly mostPlanes: number;
  /** Number of images that EXIF calls to turn. */
  readonly turned: number;
  /** Share of pixels without any label, 0 to 1. */
  readonly unlabelledShare: number;
  /** Share of pixels to ignore, 0 to 1. */
  readonly ignoredShare: number;
  /** Categories in the order of the vocabulary. */
  readonly categories: readonly CategoryShare[];
  /** Concepts by number. */
  readonly concepts: readonly ConceptShare[];
  /** Pairs of concepts with pixels in common, by number. */
  readonly overlaps: readonly ConceptOverlap[];
  /** What will bite: rare and absent concepts, numbers that the vocabulary lacks, and what the reader found. */
  readonly warnings: readonly DataWarning[];
}
