/** A matrix whose rows stand one after the other. */
export interface RowMatrix {
  /** Entries, rows x columns. */
  readonly values: Float64Array;
  /** Number of rows (observations, such as models). */
  readonly rows: number;
  /** Number of columns (features, such as concepts). */
  readonly columns: number;
}

/** Refuses a matrix whose entries do not fill its rows and columns or are not finite. */
export function checkMatrix({ values, rows, columns }: RowMatrix): void {
  if (
    !Number.isInteger(rows) ||
    !Number.isInteger(columns) ||
    rows < 0 ||
    columns < 0 ||
    values.length !== rows * columns
  ) {
    throw new RangeError(
      `${String(values.length)} values do not make ${String(rows)} rows x ${String(columns)} columns`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `row ${String(Math.floor(bad / columns))}, column ${String(bad % columns)} is ${String(values[bad])}: entries must be finite`,
    );
}

/** The matrix on its side. */
export function transposed({ values, rows, columns }: RowMatrix): RowMatrix {
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column] as number;
  return { values: turned, rows: columns, columns: rows };
}
