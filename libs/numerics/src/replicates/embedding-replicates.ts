import { bestPartition } from '../clusters/cluster-kmeans.ts';
import { columnLoadings, factorProducts, findRowAxes } from '../principal-components/row-axes.ts';
import { alignProcrustes } from '../procrustes.ts';
import { checkMatrix } from '../row-matrix.ts';
import { CoAssignment } from './co-assignment.ts';
import { replicateCloud, type ReplicateCloud } from './confidence-ellipse.ts';

/** The embedding that replicates are laid on. */
export interface EmbeddingReplicatesOptions {
  /** Where its rows stand, rows x components. */
  readonly points: Float64Array;
  /** Rows, such as models. */
  readonly rows: number;
  /** Columns of the matrix that it was fitted to, such as concepts. */
  readonly columns: number;
  /** Principal components. */
  readonly components: number;
  /** Clusters that each replicate is put into, 1 to the number of rows. */
  readonly clusters: number;
  /** Replicates that will be added. */
  readonly replicates: number;
  /** Seed of the k-means starts. @default 0 */
  readonly seed?: number;
  /** Starts of k-means for each replicate. @default 20, for more than 30 rows 5 */
  readonly restarts?: number;
}

/** Defaults of {@link EmbeddingReplicates}; with as many starts, 200 replicates of few rows have their best partitions. */
export const embeddingReplicatesDefaults = {
  seed: 0,
  restarts: (rows: number) => (rows <= 30 ? 20 : 5),
} as const;

/**
 * What becomes of an embedding as its matrix is replicated: each replicate is centred and decomposed like the original,
 * then laid on the original points by the translation, rotation and reflection that fit best (orthogonal Procrustes,
 * nothing scaled), and its rows are clustered anew.
 *
 * Memory: replicates x components x (rows + columns) numbers.
 */
export class EmbeddingReplicates {
  readonly #options: Required<EmbeddingReplicatesOptions>;
  readonly #points: Float64Array;
  readonly #loadings: Float64Array;
  readonly #together: CoAssignment;
  #added = 0;

  constructor(options: EmbeddingReplicatesOptions) {
    const { points, rows, columns, components, replicates } = options;
    checkMatrix({ values: points, rows, columns: components });
    const { seed, restarts } = embeddingReplicatesDefaults;
    this.#options = { seed, restarts: restarts(rows), ...options };
    this.#points = new Float64Array(rows * replicates * components);
    this.#loadings = new Float64Array(components * columns * replicates);
    this.#together = new CoAssignment(rows);
  }

  /** Adds a replicate of the matrix, rows x columns. */
  add(values: Float64Array): this {
    const { points, rows, columns, components, clusters, replicates, seed, restarts } = this.#options;
    if (this.#added === replicates) throw new RangeError(`more than ${String(replicates)} replicates`);
    const axes = findRowAxes({ values, rows, columns }, components);
    const { aligned, rotation } = alignProcrustes({
      reference: points,
      moving: axes.scores,
      rows,
      columns: components,
    });
    for (let row = 0; row < rows; row++)
      this.#points.set(
        aligned.subarray(row * components, (row + 1) * components),
        (row * replicates + this.#added) * components,
      );
    this.#keepLoadings(columnLoadings(axes, { rows, columns, components }), rotation);
    const coordinates = factorProducts(axes.products, rows);
    this.#together.add(bestPartition({ values: coordinates, rows, columns: rows }, clusters, seed, restarts).labels);
    this.#added++;
    return this;
  }

  /** Where the replicates of a row lie. */
  cloud(row: number): ReplicateCloud {
    const { components, replicates } = this.#options;
    const start = row * replicates * components;
    return replicateCloud(this.#points.subarray(start, start + this.#added * components), components);
  }

  /** Share of the replicates (0..1) in which two rows stand in one cluster, rows x rows. */
  together(): Float64Array {
    return this.#together.shares();
  }

  /** Weight of a column in a component in each replicate, turned like the points. */
  loadings(component: number, column: number): Float64Array {
    const { columns, replicates } = this.#options;
    const start = (component * columns + column) * replicates;
    return this.#loadings.subarray(start, start + this.#added);
  }

  /** Axes turn with the points: loadings of the aligned scores are rotation' x loadings. */
  #keepLoadings(loadings: Float64Array, rotation: Float64Array): void {
    const { columns, components, replicates } = this.#options;
    for (let to = 0; to < components; to++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let from = 0; from < components; from++)
          sum += (rotation[from * components + to] as number) * (loadings[from * columns + column] as number);
        this.#loadings[(to * columns + column) * replicates + this.#added] = sum;
      }
    }
  }
}
