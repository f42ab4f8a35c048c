import { matrixLibrary } from '../linear-algebra.ts';
import type { RowMatrix } from '../row-matrix.ts';

/** Rows up to which the decomposition pays: beyond that clustering works on the columns as they are. */
const mostRows = 200;

/**
 * Coordinates of the rows on their own principal axes: distances stay the same to rounding, while few rows with many
 * columns become few rows with as few columns. Tall matrices are returned centred, as they are.
 */
export function principalCoordinates(matrix: RowMatrix): RowMatrix {
  const { values, rows, columns } = matrix;
  const centred = Float64Array.from(values);
  for (let column = 0; column < columns; column++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += (values[row * columns + column] as number) / rows;
    for (let row = 0; row < rows; row++)
      centred[row * columns + column] = (values[row * columns + column] as number) - mean;
  }
  if (rows > mostRows || columns === 0) return { values: centred, rows, columns };
  const { Matrix, SVD } = matrixLibrary();
  const decomposed = new SVD(Matrix.from1DArray(rows, columns, Array.from(centred)), {
    computeLeftSingularVectors: true,
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  const axes = Math.min(rows, columns);
  const coordinates = new Float64Array(rows * axes);
  for (let row = 0; row < rows; row++)
    for (let axis = 0; axis < axes; axis++)
      coordinates[row * axes + axis] =
        decomposed.leftSingularVectors.get(row, axis) * (decomposed.diagonal[axis] as number);
  return { values: coordinates, rows, columns: axes };
}
