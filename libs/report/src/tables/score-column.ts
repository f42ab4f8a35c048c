/** A score column with its meaning. */
export interface ScoreColumn {
  /** Short name, such as `dt_CIFAR10`. */
  readonly column: string;
  /** Kind of task. */
  readonly task: string;
  /** Name of the data set. */
  readonly dataset: string;
  /** What is measured. */
  readonly metric: string;
  /** False for errors. */
  readonly higherIsBetter: boolean;
}
