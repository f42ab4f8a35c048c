/** A 95 % interval. */
export type Interval = readonly [low: number, high: number];

/** Intervals of the counts of a model over all categories of concepts. */
export interface CountIntervals {
  /** Units that match a concept. */
  readonly matches: Interval;
  /** Distinct concepts that they match. */
  readonly unique: Interval;
  /** Matches a unique concept. */
  readonly redundancy: Interval;
}

/** Where the replicates of an embedded model lie. */
export interface Cloud {
  /** Their mean less the model's place, by component. */
  readonly offset: readonly number[];
  /** Their covariance, row by row. */
  readonly covariance: readonly number[];
  /** Place in the consensus order of the groups, from 0. */
  readonly order: number;
}

/** How a model stands to another. */
export interface PairStanding {
  /** Distance of the two profiles. */
  readonly distance: number;
  /** Interval of what is left of it without the noise of the sample. */
  readonly interval: Interval;
  /** Share of the replicates (0..1) in which the other is the nearest of the model. */
  readonly nearestShare: number;
  /** Share of those in which both stand in one group; NaN where one of them is not embedded. */
  readonly togetherShare: number;
}

/** How sure the numbers of a study are, by bootstrap replicates. */
export interface Uncertainty {
  /** What was drawn with replacement, such as `units`. */
  readonly over: string;
  /** How often. */
  readonly replicates: number;
  /** Intervals by model. */
  readonly counts: ReadonlyMap<string, CountIntervals>;
  /** Clouds by model; of embedded models. */
  readonly clouds: ReadonlyMap<string, Cloud>;
  /** Standing by model and other model. */
  readonly pairs: ReadonlyMap<string, ReadonlyMap<string, PairStanding>>;
  /** Intervals of the weights of a concept, by its key and component. */
  readonly loadings: ReadonlyMap<string, readonly Interval[]>;
}
