/**
 * Outline of a thresholded region: closed rings of x,y pairs in shares (0..1) of width and height, filled by the
 * even-odd rule.
 */
export type RegionOutline = readonly (readonly number[])[];

/** One image that drives a unit most strongly. */
export interface GalleryImage {
  /** Id or relative path of the image, for people. */
  readonly image: string;
  /** Encoded thumbnail. */
  readonly bytes: Uint8Array;
  /** Encoding of the thumbnail. */
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp';
  /** Width of the thumbnail in pixels. */
  readonly width: number;
  /** Height of the thumbnail in pixels. */
  readonly height: number;
  /** Largest (or mean) activation of the unit on the image. */
  readonly activation: number;
  /** Where the unit is above its threshold; the rest of the image is dimmed. */
  readonly region: RegionOutline;
}

/** A value of a score other than IoU. */
export interface NamedScore {
  /** What a reader sees, such as "F1". */
  readonly title: string;
  /** The value. */
  readonly value: number;
}

/** Grades of a {@link GradedMap} above none. */
export const mapGrades = 4;

/** A coarse map of the image, in grades of its own maximum. */
export interface GradedMap {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Grade of each cell, 0..{@link mapGrades}, row by row. */
  readonly grades: Uint8Array;
  /** Share of the images (0..1) that the highest grade stands for. */
  readonly most: number;
}

/** The two maps of a unit whose product is the overlap that is expected by chance. */
export interface UnitMaps {
  /** In how many images the unit is above its threshold. */
  readonly fires: GradedMap;
  /** In how many images its concept is labelled. */
  readonly lies: GradedMap;
}

/** A unit with what it matches and the images that show it. */
export interface GalleryUnit {
  /** Number of the unit, counted from 0. */
  readonly unit: number;
  /** Its best concept. */
  readonly concept: string;
  /** Category of that concept. */
  readonly category: string;
  /** Intersection over union (0..1) with that concept. */
  readonly iou: number;
  /** Score that the concept was matched by, where it is not IoU. */
  readonly score?: NamedScore;
  /** Activation above which the unit counts as active. */
  readonly threshold: number;
  /** Where it fires and where its concept lies, over all images; absent where that was not summed up. */
  readonly places?: UnitMaps;
  /** Images that share the highest activation of all, those that are not shown too. @default none others */
  readonly tied?: number;
  /** Top images, the strongest first; of equal ones that whose map has the higher mean. */
  readonly images: readonly GalleryImage[];
}

/** The units of one model that are worth a look, the best first. */
export interface UnitGallery {
  /** Name of the model. */
  readonly model: string;
  /** Name of the dissected tensor. */
  readonly layer: string;
  /** Units with their images, ordered by the score they were matched by, highest first. */
  readonly units: readonly GalleryUnit[];
}
