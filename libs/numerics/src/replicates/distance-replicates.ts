import { crossProducts } from '../principal-components/cross-products.ts';
import { centredRows, columnMeans } from '../principal-components/projection.ts';
import { checkMatrix, type RowMatrix } from '../row-matrix.ts';

/**
 * Euclidean distances of all pairs of rows, rows x rows, by way of the products of rows: equal rows have a distance of
 * exactly 0, others lose at most half of their digits.
 */
export function rowDistances(matrix: RowMatrix): Float64Array {
  checkMatrix(matrix);
  const { rows, columns } = matrix;
  const products = crossProducts({ values: centredRows(matrix, columnMeans(matrix)), rows, columns });
  const distances = new Float64Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    for (let other = 0; other < row; other++) {
      const square =
        (products[row * rows + row] as number) +
        (products[other * rows + other] as number) -
        2 * (products[row * rows + other] as number);
      distances[row * rows + other] = distances[other * rows + row] = Math.sqrt(Math.max(0, square));
    }
  }
  return distances;
}

/** Distances of all pairs of rows, and which row is nearest, in replicates of a matrix. */
export class DistanceReplicates {
  readonly #rows: number;
  readonly #replicates: number;
  readonly #distances: Float64Array;
  readonly #nearest: Float64Array;
  #added = 0;

  /**
   * @param rows rows of the matrix
   * @param replicates replicates that will be added
   */
  constructor(rows: number, replicates: number) {
    this.#rows = rows;
    this.#replicates = replicates;
    this.#distances = new Float64Array(((rows * (rows - 1)) / 2) * replicates);
    this.#nearest = new Float64Array(rows * rows);
  }

  /** Adds a replicate of the matrix, rows x columns. */
  add(values: Float64Array, columns: number): this {
    if (this.#added === this.#replicates) throw new RangeError(`more than ${String(this.#replicates)} replicates`);
    const rows = this.#rows;
    const distances = rowDistances({ values, rows, columns });
    for (let row = 0; row < rows; row++) {
      let least = Infinity;
      for (let other = 0; other < rows; other++) {
        const distance = distances[row * rows + other] as number;
        if (other < row) this.#distances[this.#place(row, other) + this.#added] = distance;
        if (other !== row) least = Math.min(least, distance);
      }
      const nearest: number[] = [];
      for (let other = 0; other < rows; other++)
        if (other !== row && (distances[row * rows + other] as number) <= least) nearest.push(other);
      // Equally near ones share the replicate.
      for (const other of nearest)
        this.#nearest[row * rows + other] = (this.#nearest[row * rows + other] as number) + 1 / nearest.length;
    }
    this.#added++;
    return this;
  }

  /** Distance of two different rows in each replicate. */
  distances(row: number, other: number): Float64Array {
    const start = this.#place(Math.max(row, other), Math.min(row, other));
    return this.#distances.subarray(start, start + this.#added);
  }

  /** Share of the replicates (0..1) in which `other` is the nearest row of `row`. */
  nearestShare(row: number, other: number): number {
    return (this.#nearest[row * this.#rows + other] as number) / this.#added;
  }

  #place(high: number, low: number): number {
    return ((high * (high - 1)) / 2 + low) * this.#replicates;
  }
}
