import type { DecodeImageOptions } from '../images/decode-image.ts';
import type { Segmenter } from './segmenter.ts';

/** What `segmentImages` is told: images, segmentation models, and where the planes that they give are kept. */
export interface SegmentImagesOptions extends DecodeImageOptions {
  /** Folder of images, with sub-folders. */
  readonly images: string;
  /** Images that are labelled, as {@link chooseImages} finds them. @default all */
  readonly chosen?: readonly string[];
  /** Segmenters, whose concepts become one vocabulary. */
  readonly segmenters: readonly Segmenter[];
  /** Folder where planes are kept, for later runs too: a plane is made anew only if image, model or options change. */
  readonly labelCache: string;
  /** Execution providers, the preferred first. @default ['cpu'] */
  readonly executionProviders?: readonly string[];
  /** Threads of a model. @default one a processor */
  readonly threads?: number;
  /** Whether an image that does not decode is left without labels instead of stopping. @default false */
  readonly skipBad?: boolean;
  /** Stops between two images. */
  readonly signal?: AbortSignal;
  /** Is told after each image how many are done. @default nobody is told */
  readonly onProgress?: (done: number, of: number) => void;
}
