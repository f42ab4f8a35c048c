import type { ScoreColumn } from './score-column.ts';

/** A score of a model on a task of one's own. */
export interface ProbeScore {
  /** Name of the model. */
  readonly model: string;
  /** The score; NaN where it is undefined. */
  readonly score: number;
  /** Lower end of its 95 % interval; NaN where it has none. */
  readonly low: number;
  /** Upper end of its 95 % interval; NaN where it has none. */
  readonly high: number;
  /** Images that it comes from. */
  readonly n: number;
  /** What the validation part chose; empty where there was nothing to choose. */
  readonly chosen: string;
}

/** Two models on the same images. */
export interface ProbeDifference {
  /** Name of the one model. */
  readonly model: string;
  /** Name of the other. */
  readonly other: string;
  /** Images or episodes that both have. */
  readonly n: number;
  /** Score of `model` less that of `other`. */
  readonly difference: number;
  /** Lower end of its 95 % interval. */
  readonly low: number;
  /** Upper end of its 95 % interval. */
  readonly high: number;
  /** Two-sided. */
  readonly p: number;
  /** By Benjamini-Hochberg over the table. */
  readonly q: number;
  /** Whether q <= 0.05 and the interval excludes 0. */
  readonly supported: boolean;
}

/** One score of all models, with the differences between them. */
export interface ProbeColumn extends ScoreColumn {
  /** Scores in the order of the models; a model without the score is missing. */
  readonly scores: readonly ProbeScore[];
  /** Differences in the order of the table; none where the score has no intervals. */
  readonly differences: readonly ProbeDifference[];
}

/** All scores of one kind of task on one data set. */
export interface ProbeTask {
  /** Name of the data set. */
  readonly dataset: string;
  /** Kind of task. */
  readonly task: string;
  /** Its scores, in the order of the table. */
  readonly columns: readonly ProbeColumn[];
}

/** Scores of models on tasks of one's own. */
export interface Probes {
  /** Names of the models: those that do better than most of the others first. */
  readonly models: readonly string[];
  /** Kinds of tasks, those on the same data set one after the other. */
  readonly tasks: readonly ProbeTask[];
}
