import { createRandom } from '../random.ts';
import { checkMatrix, type RowMatrix } from '../row-matrix.ts';
import { clusterOnce, type Partition } from './lloyd.ts';
import { principalCoordinates } from './principal-coordinates.ts';

/** Options of {@link clusterKMeans}. */
export interface KMeansOptions extends RowMatrix {
  /** Clusters, 1 to the number of rows. */
  readonly k: number;
  /** Seed of the starting centres. @default 0 */
  readonly seed?: number;
  /** Runs, of which the one with the least inertia is kept. @default 100 */
  readonly restarts?: number;
}

/** Defaults of {@link clusterKMeans}. */
export const kMeansDefaults = { seed: 0, restarts: 100 } as const satisfies Partial<KMeansOptions>;

/** Clusters of the rows of a matrix. */
export interface KMeansClusters extends Partition {
  /** Centres, clusters x columns, row by row. */
  readonly centroids: Float64Array;
}

/** Rows up to which a table counts as small: the search for the best partition is thorough there, and quick beyond. */
export const smallTable = 100;

/** Runs without a better result after which the search ends. */
const patience = (rows: number) => (rows <= smallTable ? 30 : 5);

/**
 * Clusters rows by k-means: many seeded runs, the least inertia kept. Clusters are numbered in the order of their first
 * row, so that the numbers do not depend on the seed. Distances are computed in the space that the rows span, which
 * is much smaller than the number of columns when there are few rows.
 *
 * @throws RangeError for `k` below 1 or above the number of rows.
 */
export function clusterKMeans(options: KMeansOptions): KMeansClusters {
  const { k, seed = kMeansDefaults.seed, restarts = kMeansDefaults.restarts } = options;
  checkMatrix(options);
  if (!Number.isInteger(k) || k < 1 || k > options.rows)
    throw new RangeError(`${String(options.rows)} rows cannot be put into ${String(k)} clusters`);
  const labels = numberByFirstRow(bestPartition(principalCoordinates(options), k, seed, restarts).labels, k);
  return { labels, ...centresOf(options, labels, k) };
}

/** Best of several runs; ends early when several runs in a row (30, for large tables 5) found nothing better. */
export function bestPartition(matrix: RowMatrix, k: number, seed: number, restarts: number): Partition {
  const random = createRandom(seed, k);
  let best = clusterOnce(matrix, k, random);
  for (let run = 1, idle = 0; run < restarts && idle < patience(matrix.rows); run++, idle++) {
    const partition = clusterOnce(matrix, k, random);
    // A difference within rounding is none: the first of equal partitions stays.
    if (partition.inertia >= best.inertia * (1 - 1e-12)) continue;
    best = partition;
    idle = 0;
  }
  return best;
}

function numberByFirstRow(labels: Int32Array, k: number): Int32Array {
  const numbers = new Int32Array(k).fill(-1);
  let next = 0;
  for (const label of labels) if (numbers[label] === -1) numbers[label] = next++;
  return labels.map((label) => numbers[label] as number);
}

function centresOf(
  { values, rows, columns }: RowMatrix,
  labels: Int32Array,
  k: number,
): { readonly centroids: Float64Array; readonly inertia: number } {
  const centroids = new Float64Array(k * columns);
  const sizes = new Int32Array(k);
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    sizes[label] = (sizes[label] as number) + 1;
    for (let column = 0; column < columns; column++)
      centroids[label * columns + column] =
        (centroids[label * columns + column] as number) + (values[row * columns + column] as number);
  }
  for (let index = 0; index < centroids.length; index++)
    centroids[index] = (centroids[index] as number) / (sizes[Math.floor(index / columns)] as number);
  let inertia = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      inertia +=
        ((values[row * columns + column] as number) -
          (centroids[(labels[row] as number) * columns + column] as number)) **
        2;
  }
  return { centroids, inertia };
}
