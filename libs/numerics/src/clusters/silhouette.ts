import type { RowMatrix } from '../row-matrix.ts';

/**
 * Mean silhouette (Rousseeuw 1987): for each row (b - a) / max(a, b), with `a` its mean distance from the other rows of
 * its cluster and `b` the least mean distance from the rows of another; 0 for a row alone in its cluster. NaN for one
 * cluster and for as many clusters as rows, where it is undefined.
 */
export function silhouette(matrix: RowMatrix, labels: Int32Array, k: number): number {
  const { rows } = matrix;
  if (k < 2 || k >= rows) return Number.NaN;
  const sizes = new Int32Array(k);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const sums = new Float64Array(k);
    for (let other = 0; other < rows; other++)
      sums[labels[other] as number] = (sums[labels[other] as number] as number) + distance(matrix, row, other);
    const own = labels[row] as number;
    if (sizes[own] === 1) continue;
    const within = (sums[own] as number) / ((sizes[own] as number) - 1);
    let nearest = Infinity;
    for (let cluster = 0; cluster < k; cluster++)
      if (cluster !== own) nearest = Math.min(nearest, (sums[cluster] as number) / (sizes[cluster] as number));
    const larger = Math.max(within, nearest);
    if (larger > 0) total += (nearest - within) / larger;
  }
  return total / rows;
}

function distance({ values, columns }: RowMatrix, one: number, other: number): number {
  let sum = 0;
  for (let column = 0; column < columns; column++)
    sum += ((values[one * columns + column] as number) - (values[other * columns + column] as number)) ** 2;
  return Math.sqrt(sum);
}
