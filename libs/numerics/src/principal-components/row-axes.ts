import type { RowMatrix } from '../row-matrix.ts';
import { crossProducts } from './cross-products.ts';
import { centredRows, columnMeans } from './projection.ts';
import { largestEigenpairs } from './symmetric-eigenpairs.ts';

/** Share of the largest square under which an axis is rounding. */
const roundingShare = 1e-13;

/** Rows on their first principal axes. */
export interface RowAxes {
  /** Coordinates, rows x components; 0 along an axis that there is none of. */
  readonly scores: Float64Array;
  /** Sums of squares along the axes, falling; 0 where only rounding is left. */
  readonly squares: Float64Array;
  /** Eigenvectors of the products of rows, of norm 1, axes x rows. */
  readonly vectors: Float64Array;
  /** The rows less their mean. */
  readonly centred: Float64Array;
  /** Products of all pairs of centred rows, rows x rows; the lower triangle. */
  readonly products: Float64Array;
}

/**
 * First principal axes of few rows with many columns, by way of the products of all pairs of rows: at a small part of
 * the time of a singular value decomposition, and with half of its digits for axes that explain next to nothing. For
 * replicates, of which there are many, and whose noise is larger than that. Signs of the axes are arbitrary.
 *
 * @param matrix rows x columns
 * @param components axes wanted; there are at most rows - 1, and as many as columns
 */
export function findRowAxes(matrix: RowMatrix, components: number): RowAxes {
  const { rows, columns } = matrix;
  const centred = centredRows(matrix, columnMeans(matrix));
  const axes = Math.max(0, Math.min(components, rows - 1, columns));
  const products = crossProducts({ values: centred, rows, columns });
  const { values, vectors } = largestEigenpairs(products.slice(), rows, axes);
  const least = roundingShare * (values[0] ?? 0);
  const squares = values.map((square) => (square > least ? square : 0));
  const scores = new Float64Array(rows * components);
  for (let axis = 0; axis < axes; axis++) {
    const length = Math.sqrt(squares[axis] as number);
    for (let row = 0; row < rows; row++)
      scores[row * components + axis] = length * (vectors[axis * rows + row] as number);
  }
  return { scores, squares, vectors, centred, products };
}

/**
 * Points with the same products, and so the same distances, as some rows: the factor of Cholesky of their products,
 * rows x rows. Columns that others explain are 0.
 *
 * @param products of all pairs of rows; the lower triangle is read
 * @param rows number of rows
 */
export function factorProducts(products: Float64Array, rows: number): Float64Array {
  const factor = new Float64Array(rows * rows);
  let largest = 0;
  for (let row = 0; row < rows; row++) largest = Math.max(largest, products[row * rows + row] as number);
  for (let column = 0; column < rows; column++) {
    for (let row = column; row < rows; row++) {
      let left = products[row * rows + column] as number;
      for (let known = 0; known < column; known++)
        left -= (factor[row * rows + known] as number) * (factor[column * rows + known] as number);
      if (row === column) {
        if (!(left > roundingShare * largest)) break;
        factor[row * rows + column] = Math.sqrt(left);
      } else factor[row * rows + column] = left / (factor[column * rows + column] as number);
    }
  }
  return factor;
}

/** Weights of the columns in the first axes, components x columns; 0 for an axis along which nothing varies. */
export function columnLoadings(
  { squares, vectors, centred }: Pick<RowAxes, 'squares' | 'vectors' | 'centred'>,
  { rows, columns, components }: Omit<RowMatrix, 'values'> & { readonly components: number },
): Float64Array {
  const loadings = new Float64Array(components * columns);
  for (let component = 0; component < Math.min(components, squares.length); component++) {
    const square = squares[component] as number;
    if (square === 0) continue;
    const axis = loadings.subarray(component * columns, (component + 1) * columns);
    for (let row = 0; row < rows; row++) {
      const weight = (vectors[component * rows + row] as number) / Math.sqrt(square);
      for (let column = 0; column < columns; column++)
        axis[column] = (axis[column] as number) + weight * (centred[row * columns + column] as number);
    }
  }
  return loadings;
}
