/** Features of images (or cells), one row each. */
export interface FeatureRows {
  /** Features, row by row: rows x columns, all finite. */
  readonly values: Float32Array;
  /** Images, or cells of them. */
  readonly rows: number;
  /** Features of a row. */
  readonly columns: number;
}

/** Part of the data of a task: heads are fitted on `train`, choices are made on `val`, scores come from `test`. */
export type TaskPart = 'train' | 'val' | 'test';
