import { sumOfProducts } from './vectors.ts';

/**
 * Solves A X = B for a symmetric positive definite A by Cholesky's decomposition. A pivot that rounding leaves at 0 or
 * below counts as infinite, so that what depends on it becomes 0.
 *
 * @param matrix A, size x size, of which the lower triangle is read; becomes its factor
 * @param size rows of A
 * @param right B transposed: one right-hand side after the other, `size` values each; becomes X transposed
 */
export function solvePositiveDefinite(matrix: Float64Array, size: number, right: Float64Array): void {
  factorise(matrix, size);
  for (let start = 0; start < right.length; start += size) {
    const values = right.subarray(start, start + size);
    for (let row = 0; row < size; row++) {
      const before = sumOfProducts(matrix.subarray(row * size, row * size + row), values);
      values[row] = ((values[row] as number) - before) / (matrix[row * size + row] as number);
    }
    for (let row = size - 1; row >= 0; row--) {
      const value = (values[row] as number) / (matrix[row * size + row] as number);
      values[row] = value;
      for (let column = 0; column < row; column++)
        values[column] = (values[column] as number) - value * (matrix[row * size + column] as number);
    }
  }
}

function factorise(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const own = matrix.subarray(row * size, row * size + row);
    const start = row * size;
    const least = Number.EPSILON * (matrix[start + row] as number);
    for (let column = 0; column < row; column++) {
      const other = matrix.subarray(column * size, column * size + column);
      own[column] = ((own[column] as number) - sumOfProducts(other, own)) / (matrix[column * size + column] as number);
    }
    const pivot = (matrix[start + row] as number) - sumOfProducts(own, own);
    matrix[start + row] = pivot > least ? Math.sqrt(pivot) : Infinity;
  }
}
