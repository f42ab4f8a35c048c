import type { NamedScore } from './unit-gallery.ts';

/** How well the probe images can show a concept: the concept's own frequency bounds what any unit can score on it. */
export interface VocabularyHealth {
  /** Name of the concept. */
  readonly concept: string;
  /** Category of the concept, such as object. */
  readonly category: string;
  /** Images in which it occurs. */
  readonly images: number;
  /** Share (0..1) of all pixels that it covers. */
  readonly coverage: number;
  /** Highest IoU (0..1) that a unit active on the preset's share of pixels could reach. */
  readonly reachableIou?: number | undefined;
  /** Highest value that it could reach of the score that units are matched by, where that is not IoU. */
  readonly reachableScore?: NamedScore | undefined;
}
