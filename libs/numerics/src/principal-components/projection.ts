import { checkMatrix, type RowMatrix } from '../row-matrix.ts';

/** Rows to place, and the fitted components to place them on. */
export interface ProjectionOptions extends RowMatrix {
  /** Mean of each column at the fit. */
  readonly mean: Float64Array;
  /** Orthonormal axes of the fit, components x columns. */
  readonly loadings: Float64Array;
}

/** Where rows stand on fitted components, and what these cannot say of them. */
export interface Projection {
  /** Coordinates, rows x components. */
  readonly scores: Float64Array;
  /**
   * Per row, the share (0 to 1) of the centred row's squared norm that lies outside the components; 0 for the mean
   * itself.
   */
  readonly unexpressed: Float64Array;
}

/** Places rows on fitted components, which stay as they are. */
export function projectOntoComponents(options: ProjectionOptions): Projection {
  const { rows, columns, mean, loadings } = options;
  checkMatrix(options);
  if (mean.length !== columns || loadings.length % columns !== 0) {
    throw new RangeError(
      `the fit has ${String(mean.length)} columns and ${String(loadings.length)} loadings, the rows have ${String(columns)} columns`,
    );
  }
  const centred = centredRows(options, mean);
  const scores = projectCentred(centred, rows, columns, loadings);
  const components = loadings.length / columns;
  const unexpressed = Float64Array.from({ length: rows }, (_, row) => {
    // From the residual itself: the difference of two squared norms would lose the digits of a small share.
    const residual = centred.slice(row * columns, (row + 1) * columns);
    const whole = squaredNorm(residual);
    for (let component = 0; component < components; component++) {
      const score = scores[row * components + component] as number;
      for (let column = 0; column < columns; column++)
        residual[column] = (residual[column] as number) - score * (loadings[component * columns + column] as number);
    }
    return whole === 0 ? 0 : Math.min(1, squaredNorm(residual) / whole);
  });
  return { scores, unexpressed };
}

/** Coordinates of centred rows on the axes. */
export function projectCentred(
  centred: Float64Array,
  rows: number,
  columns: number,
  loadings: Float64Array,
): Float64Array {
  const components = loadings.length / columns;
  const scores = new Float64Array(rows * components);
  for (let row = 0; row < rows; row++) {
    for (let component = 0; component < components; component++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += (centred[row * columns + column] as number) * (loadings[component * columns + column] as number);
      scores[row * components + component] = sum;
    }
  }
  return scores;
}

/** Mean of each column. */
export function columnMeans({ values, rows, columns }: RowMatrix): Float64Array {
  const means = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      means[column] = (means[column] as number) + (values[row * columns + column] as number);
  return means.map((sum) => sum / rows);
}

/** A copy of the rows with the given means taken off. */
export function centredRows({ values, columns }: RowMatrix, mean: Float64Array): Float64Array {
  return values.map((value, index) => value - (mean[index % columns] as number));
}

function squaredNorm(vector: Float64Array): number {
  return vector.reduce((sum, value) => sum + value * value, 0);
}
