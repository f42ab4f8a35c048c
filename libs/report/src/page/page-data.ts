import type { ScoreColumn } from '../tables/score-column.ts';
import type { RelationRules } from '../tables/study.ts';

/** Matches, unique concepts and redundancy (null where there is no match) of a model in a concept category. */
export type SummaryTriple = readonly [matches: number, unique: number, redundancy: number | null];

/** A model near another: its index, and the distance between the two profiles. */
export type Neighbour = readonly [model: number, distance: number];

/**
 * How a model stands to another in short: interval of their distance without noise, and the shares of the replicates in
 * which the other is its nearest, and in which both stand in one group (null where one is not embedded).
 */
export type ShortStanding = readonly [low: number, high: number, nearest: number, together: number | null];

/**
 * A relation in short: n, Pearson with its interval, Spearman, p, family-wise p, q, and 1 where it is supported; then q by
 * Benjamini-Yekutieli, the ranges without any one model and without any one family, the family without which it is
 * weakest, the partial correlations given the number of matching units and given a score with their p, and what of the
 * rule is not met.
 */
export type ShortRelation = readonly [
  n: number,
  pearson: number | null,
  low: number | null,
  high: number | null,
  spearman: number | null,
  p: number | null,
  pFamily: number | null,
  q: number | null,
  supported: 0 | 1,
  qBy: number | null,
  looLow: number | null,
  looHigh: number | null,
  lofoLow: number | null,
  lofoHigh: number | null,
  lofoWeakest: string,
  partialUnits: number | null,
  partialUnitsP: number | null,
  partialScore: number | null,
  partialScoreP: number | null,
  unmet: string,
];

/** A concept that goes with a score: label, category, Pearson, p, q, and 1 where it is supported. */
export type ShortLink = readonly [
  concept: string,
  category: string,
  pearson: number,
  p: number | null,
  q: number | null,
  supported: 0 | 1,
];

/** A surface over components 1 and 2. */
export interface ShortSurface {
  /** Lowest and highest grid position on component 1. */
  readonly x: readonly [number, number];
  /** Lowest and highest grid position on component 2. */
  readonly y: readonly [number, number];
  /** Columns of the grid. */
  readonly width: number;
  /**
   * Scores of the cells, row by row from the lowest component 2 up: two digits of base 36 each, from 0 for the lowest to
   * 1295 for the highest score; `..` where there is none.
   */
  readonly cells: string;
  /** The lowest and the highest score. */
  readonly range: readonly [number, number];
  /** Models behind it, its leave-one-out error, and that of the mean; null where they were not computed. */
  readonly error: readonly [n: number, surface: number, mean: number] | null;
}

/** Scores and relations as the page's script knows them. */
export interface PageTasks {
  /** Score columns. */
  readonly columns: readonly ScoreColumn[];
  /** Names of the predictors. */
  readonly predictors: readonly string[];
  /** `relations[column][predictor]`, null where a pair was not related. */
  readonly relations: readonly (readonly (ShortRelation | null)[])[];
  /** By which rule relations are supported. */
  readonly rules: RelationRules;
  /** `scores[column][model]`, null where a model has no score. */
  readonly scores: readonly (readonly (number | null)[])[];
  /** Concepts by column, the strongest first. */
  readonly links: readonly (readonly ShortLink[])[];
  /** Number of concepts related to each column, also of those that `links` leaves out. */
  readonly linkCounts: readonly number[];
  /** Surface by column, null where there is none. */
  readonly surfaces: readonly (ShortSurface | null)[];
}

/** A choice of universes: its title, its levels in words, and the index of the level in each universe. */
export interface PageChoice {
  /** Title. */
  readonly title: string;
  /** Levels in words. */
  readonly levels: readonly string[];
  /** Index of the level, by universe. */
  readonly of: readonly number[];
}

/** What becomes of a claim over universes. */
export interface PageCurve {
  /** Name of its figure. */
  readonly figure: string;
  /** What the effect is, in words. */
  readonly measure: string;
  /** Interval of the effect in the study; null where it has none. */
  readonly interval: readonly [number, number] | null;
  /** Effects by universe; null where it is undefined, or the claim cannot be asked. */
  readonly effects: readonly (number | null)[];
  /** A character for each universe: `1` where it is so, `0` where not, `.` where it cannot be asked. */
  readonly isSo: string;
  /** Share (0..1) of the variance of the effect that each choice explains; null where that is not known. */
  readonly shares: readonly (number | null)[];
}

/** Universes, and claims that were asked in them. */
export interface PageClaims {
  /** Numbers of the universes. */
  readonly numbers: readonly number[];
  /** Index of the study as it was made, -1 where it is not among them. */
  readonly study: number;
  /** Choices with several levels. */
  readonly choices: readonly PageChoice[];
  /** Claims with a curve. */
  readonly curves: readonly PageCurve[];
}

/**
 * What the page carries of a study for its script. The page itself is drawn from the same values, so both always agree.
 */
export interface PageData {
  /** Names of the models. */
  readonly models: readonly string[];
  /** Group of each model; null for a model outside of the embedding. */
  readonly groups: readonly (number | null)[];
  /** Scores of each model on the components; null outside of the embedding. */
  readonly points: readonly (readonly number[] | null)[];
  /**
   * Ellipse of each model that holds 95 % of its replicates, as a matrix over the components, row by row: points x around
   * the model with x M^-1 x' = 1 lie on it; null where nothing was resampled.
   */
  readonly ellipses: readonly (readonly number[] | null)[];
  /** Names of the categories of models, from their traits; '' where nothing sets them apart. */
  readonly categoryNames: readonly string[];
  /** Share (0..1) of the variance for each component. */
  readonly ratios: readonly number[];
  /** Concept categories, the one with most matches first. */
  readonly categories: readonly string[];
  /** Label of each concept. */
  readonly concepts: readonly string[];
  /** Index of the category of each concept. */
  readonly conceptCategories: readonly number[];
  /** `units[model][concept]`. */
  readonly units: readonly (readonly number[])[];
  /** `summaries[model][category]`. */
  readonly summaries: readonly (readonly SummaryTriple[])[];
  /** Nearest models of each model, the nearest first. */
  readonly neighbours: readonly (readonly Neighbour[])[];
  /**
   * Distances of each model to those before it, `distances[model][other]` with other < model; empty where there are too
   * many pairs for a page.
   */
  readonly distances: readonly (readonly number[])[];
  /** `standings[model][other]`, null for the model itself; empty where nothing was resampled. */
  readonly standings: readonly (readonly (ShortStanding | null)[])[];
  /** Where intervals come from, in words; empty where nothing was resampled. */
  readonly resampling: string;
  /** Orders in which similar concepts and similar models stand together. */
  readonly order: { readonly concepts: readonly number[]; readonly models: readonly number[] };
  /** Scores and relations, if models were related to tasks. */
  readonly tasks: PageTasks | null;
  /** Claims over universes, if they were asked in any. */
  readonly claims: PageClaims | null;
}
