/** Features of images of one class each. */
export interface LabelledRows {
  /** Features, rows x columns, all finite. */
  readonly values: Float32Array;
  /** Images. */
  readonly rows: number;
  /** Features of an image. */
  readonly columns: number;
  /** Class of each image, from 0. */
  readonly labels: Int32Array;
}

/** Refuses rows whose features do not fill them or are not finite, and labels that are not one class for each. */
export function checkLabelledRows({ values, rows, columns, labels }: LabelledRows): void {
  if (values.length !== rows * columns)
    throw new RangeError(
      `${String(values.length)} values do not make ${String(rows)} rows x ${String(columns)} columns`,
    );
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `row ${String(Math.floor(bad / columns))}, column ${String(bad % columns)} is ${String(values[bad])}: features must be finite`,
    );
  if (labels.length !== rows || labels.some((label) => label < 0))
    throw new RangeError(`${String(rows)} rows need a class each, from 0`);
}

/** Classes that some image has, ascending. */
export function presentClasses(labels: Int32Array): readonly number[] {
  return [...new Set(labels)].sort((a, b) => a - b);
}
