/** Some maps of one image. */
export interface ImageMaps {
  /** Units of the maps, ascending. */
  readonly units: Uint32Array;
  /**
   * Upper bounds of their upsampled values (see {@link ThresholdSelection}): a map whose bound does not exceed the
   * threshold is skipped.
   */
  readonly maxima: Float32Array;
  /** The maps one after the other, height x width values each. */
  readonly maps: Float32Array;
}

/** Maps of one image that may still reach their unit's threshold. */
export interface SurvivingMaps {
  /** Units of the maps, ascending. */
  readonly units: Uint32Array;
  /** Upper bounds of the upsampled values: the greatest value of the map, at least 0 when zeros lie around it. */
  readonly maxima: Float32Array;
}

/** What counting the maps of one image told of them. */
export interface CountedMaps extends SurvivingMaps {
  /** Greatest value of each unit's map, whether it survives or not; NaN where a value is not finite. */
  readonly greatest: Float32Array;
}
