/** All choices of a dissection as plain data, as its presets hold them. */
export interface OraclePreset {
  /** Share of the values under a unit's threshold. */
  readonly level: number;
  /** How the level becomes a position among the sorted values. */
  readonly rule: 'hazen' | 'linear' | 'inverted-cdf';
  /** Of which values the threshold is a quantile. */
  readonly values: 'upsampled' | 'raw';
  /** Comparison of activations with thresholds. */
  readonly compare: '>' | '>=';
  /** What lies outside a map when it is upsampled. */
  readonly padding: 'zeros' | 'clamp';
  /** Which points of map and label grid coincide. */
  readonly alignment: 'half-pixel' | 'corners';
  /** Label grid that maps are upsampled to. */
  readonly labelGrid: { readonly width: number; readonly height: number };
  /** What becomes of pixels that nobody judged. */
  readonly ignoredPixels: 'unlabelled' | 'left-out';
  /** Which images count for the area of a unit. */
  readonly areaScope: 'all' | 'category-in-image' | 'category-under-mask';
  /** What is added to a union. */
  readonly epsilon: number;
  /** How ties between concepts are broken. */
  readonly matchScope: 'global' | 'per-category';
  /** Score that units are matched by; the oracle knows no other. */
  readonly score: 'iou';
  /** Gate of the IoU. */
  readonly gate: number;
  /** Comparison with the gate. */
  readonly compareGate: '>' | '>=';
  /** Information quality ratio to exceed, 0 for none. */
  readonly minimumQuality: number;
  /** Images in which a concept must occur. */
  readonly minimumImages: number;
  /** Whole images' worth of pixels that it must cover. */
  readonly minimumCoverage: number;
}

/** Activations and labels of one image. */
export interface WorldImage {
  /** Maps by unit, each row by row; float32 values. */
  readonly maps: readonly (readonly number[])[];
  /** Label planes, each row by row: numbers of concepts, 0 where nothing is labelled. */
  readonly planes: readonly (readonly number[])[];
}

/** All that a dissection of one layer starts from. */
export interface DissectionWorld {
  /** Units of the layer. */
  readonly units: number;
  /** Rows of a map. */
  readonly mapHeight: number;
  /** Columns of a map. */
  readonly mapWidth: number;
  /** Rows of a label plane. */
  readonly labelHeight: number;
  /** Columns of a label plane. */
  readonly labelWidth: number;
  /** What the numbers of the planes mean, in no order. */
  readonly vocabulary: readonly { readonly number: number; readonly name: string; readonly category: string }[];
  /** Number of pixels that nobody judged, 0 for none. */
  readonly ignore: number;
  /** All choices. */
  readonly preset: OraclePreset;
  /** At least one. */
  readonly images: readonly WorldImage[];
}

/** Counts and score of a unit and a concept. */
export interface OraclePair {
  /** Name. */
  readonly concept: string;
  /** Its category. */
  readonly category: string;
  /** Active pixels that carry the concept. */
  readonly intersection: number;
  /** Active pixels of the images that count. */
  readonly unitArea: number;
  /** Pixels that carry the concept. */
  readonly conceptArea: number;
  /** All pixels of the images that count. */
  readonly pixels: number;
  /** Intersection over union. */
  readonly iou: number;
}

/** What a dissection says of one unit. */
export interface OracleUnit {
  /** NaN for an invalid unit. */
  readonly threshold: number;
  /** What is peculiar about its activations. */
  readonly condition: 'ordinary' | 'dead' | 'constant' | 'invalid';
  /** Share of all judged pixels where the unit is active. */
  readonly activeFraction: number;
  /** Every concept that is frequent enough, by number; none where all are too rare. */
  readonly pairs: readonly OraclePair[];
  /** Best concept, empty for none, and its IoU, null for a unit that is never active. */
  readonly best: { readonly concept: string; readonly category: string; readonly iou: number | null };
  /** Whether that passes the gate. */
  readonly detected: boolean;
  /** Best concepts within the categories, by name of the category. */
  readonly bestPerCategory: readonly Pick<OraclePair, 'concept' | 'category' | 'iou'>[];
}
