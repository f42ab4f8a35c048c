import type { ConceptName } from '../vocabulary/claim.ts';

/** How a property of models goes with a score column. */
export interface ViewedRelation {
  /** Pearson's correlation; NaN where it is undefined. */
  readonly r: number;
  /** Its 95 % interval. */
  readonly interval: () => readonly [low: number, high: number];
  /** Whether the interval excludes 0, and the sign stays when any one family of models is left out. */
  readonly isSteady: () => boolean;
  /** p of its permutation test; absent: it was not tested. */
  readonly p?: number;
  /** p corrected for the table of relations that it was taken from. */
  readonly corrected?: number;
}

/**
 * Models as they stand to each other in a study, in a bootstrap replicate of it, or in a universe: all that claims are
 * judged by.
 */
export interface ModelView {
  /** Models that are embedded. */
  readonly models: readonly string[];
  /** Concepts that any model matches. */
  readonly concepts: readonly ConceptName[];
  /** Score columns. */
  readonly columns: readonly string[];
  /** Properties that relations can be asked of, besides concepts. */
  readonly predictors: readonly string[];
  /** All units of a model. */
  readonly unitsOf: (model: string) => number;
  /** Units of a model that match each concept. */
  readonly countsOf: (model: string) => Int32Array;
  /** Distance of two models, 0 or larger. */
  readonly distance: (model: string, other: string) => number;
  /** Category of each model, in the order of the models. */
  readonly categories: () => Int32Array;
  /** How many categories below `maximum` the gap statistic asks for; undefined: more. */
  readonly categoryCount: (maximum: number) => number | undefined;
  /** How a property goes with a score column; undefined: there is no such property or column. */
  readonly relation: (predictor: string | ConceptName, column: string) => ViewedRelation | undefined;
}
