import { createRandom } from '../random.ts';
import { checkMatrix, type RowMatrix } from '../row-matrix.ts';
import { bestPartition, clusterKMeans, kMeansDefaults, smallTable, type KMeansClusters } from './cluster-kmeans.ts';
import { principalCoordinates } from './principal-coordinates.ts';
import { silhouette } from './silhouette.ts';

/** Options of {@link rateClusterCounts}. */
export interface RateClusterCountsOptions extends RowMatrix {
  /** Largest number of clusters tried, at most the number of rows. */
  readonly maximum: number;
  /** Seed of starts and reference sets. @default 0 */
  readonly seed?: number;
  /** Runs of k-means on the rows themselves. @default 100 */
  readonly restarts?: number;
  /** Reference sets of the gap statistic. @default 50, for more than 100 rows 10 */
  readonly references?: number;
}

/** How well one number of clusters describes the rows. */
export interface RatedClusterCount {
  /** Number of clusters. */
  readonly k: number;
  /** Least inertia found; of a sample it is that of the sample times its share's inverse. */
  readonly inertia: number;
  /** Mean silhouette; NaN for one cluster and for as many as rows. */
  readonly silhouette: number;
  /** Gap statistic; NaN where the inertia is 0, since its logarithm is undefined. */
  readonly gap: number;
  /**
   * Standard error of the gap, of the references' logarithms and of their number: sd x sqrt(1 + 1 / references); NaN
   * where the gap is.
   */
  readonly gapError: number;
}

/**
 * Streams of the seed: those of the reference sets and of the sample lie beyond those that k-means takes for its
 * numbers of clusters.
 */
const [referenceStream, sampleStream] = [1_000_000, 2_000_000];

/** Rows up to which numbers of clusters are rated by all of them; of more a sample is rated. */
export const ratedRows = 1000;
/** Rows of that sample. */
export const ratedSample = 500;

/** Runs of k-means on a reference set, of which there are many: their noise averages out. */
const referenceRestarts = (rows: number) => (rows <= 30 ? 10 : 1);

/**
 * Rates k = 1, 2, …, `maximum` clusters. The gap statistic (Tibshirani, Walther, Hastie 2001) is the mean of log
 * inertia over reference sets minus that of the rows; references are uniform in the box around the rows along their
 * principal axes (variant b of the paper).
 *
 * The silhouette needs the distances of all pairs, and the gap statistic many runs of k-means: beyond {@link ratedRows}
 * rows, {@link ratedSample} of them, drawn by the seed, stand for all.
 */
export function rateClusterCounts(options: RateClusterCountsOptions): RatedClusterCount[] {
  checkMatrix(options);
  if (options.rows <= ratedRows) return [...rateEach(options)];
  const share = ratedSample / options.rows;
  return [...rateEach(sampled(options))].map((rated) => ({ ...rated, inertia: rated.inertia / share }));
}

/**
 * The number of clusters that the gap statistic asks for, as `clusterCountOfGap` finds it among those that
 * {@link rateClusterCounts} rates; no more are rated than that takes. Undefined: more than `maximum - 1`.
 */
export function countClusters(options: RateClusterCountsOptions): number | undefined {
  checkMatrix(options);
  const rated: RatedClusterCount[] = [];
  for (const each of rateEach(options.rows <= ratedRows ? options : sampled(options))) {
    rated.push(each);
    const count = clusterCountOfGap(rated);
    if (count !== undefined) return count;
  }
  return undefined;
}

/** The same of a sample of the rows. */
function sampled(options: RateClusterCountsOptions): RateClusterCountsOptions {
  return {
    ...options,
    ...sampleRows(options, options.seed ?? kMeansDefaults.seed),
    maximum: Math.min(options.maximum, ratedSample),
  };
}

/** Rows drawn without replacement, in their order. */
function sampleRows({ values, rows, columns }: RowMatrix, seed: number): RowMatrix {
  const drawn = createRandom(seed, sampleStream)
    .shuffle(Int32Array.from({ length: rows }, (_, row) => row))
    .subarray(0, ratedSample)
    .toSorted();
  const sampled = new Float64Array(ratedSample * columns);
  drawn.forEach((row, place) => {
    sampled.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
  });
  return { values: sampled, rows: ratedSample, columns };
}

function* rateEach(options: RateClusterCountsOptions): Iterable<RatedClusterCount> {
  const {
    maximum,
    seed = kMeansDefaults.seed,
    restarts = kMeansDefaults.restarts,
    references = options.rows <= smallTable ? 50 : 10,
  } = options;
  const coordinates = principalCoordinates(options);
  const sets = Array.from({ length: references }, (_, reference) => uniformSet(coordinates, seed, reference));
  for (let k = 1; k <= maximum; k++) {
    const { inertia, labels } = clusterKMeans({ ...options, k, seed, restarts });
    yield { k, inertia, silhouette: silhouette(coordinates, labels, k), ...gapOf(inertia, sets, k, seed) };
  }
}

function gapOf(
  inertia: KMeansClusters['inertia'],
  sets: readonly RowMatrix[],
  k: number,
  seed: number,
): Pick<RatedClusterCount, 'gap' | 'gapError'> {
  const logarithms = sets.map((set) => Math.log(bestPartition(set, k, seed, referenceRestarts(set.rows)).inertia));
  const mean = logarithms.reduce((sum, logarithm) => sum + logarithm, 0) / sets.length;
  const gap = mean - Math.log(inertia);
  if (!Number.isFinite(gap)) return { gap: Number.NaN, gapError: Number.NaN };
  const spread = logarithms.reduce((sum, logarithm) => sum + (logarithm - mean) ** 2, 0) / sets.length;
  return { gap, gapError: Math.sqrt(spread * (1 + 1 / sets.length)) };
}

/**
 * The number of clusters that the gap statistic asks for (Tibshirani, Walther, Hastie 2001): the least k whose gap is
 * at least that of k + 1 less the standard error of the latter. One cluster is an answer: the rows then show no more
 * structure than points that are spread evenly. Undefined where no k passes.
 *
 * @param rated clusters k = 1, 2, …
 */
export function clusterCountOfGap(
  rated: readonly Pick<RatedClusterCount, 'k' | 'gap' | 'gapError'>[],
): number | undefined {
  return rated.find(({ gap }, index) => {
    const next = rated[index + 1];
    return next !== undefined && gap >= next.gap - next.gapError;
  })?.k;
}

function uniformSet({ values, rows, columns }: RowMatrix, seed: number, reference: number): RowMatrix {
  const random = createRandom(seed, referenceStream + reference);
  const low = new Float64Array(columns).fill(Infinity);
  const high = new Float64Array(columns).fill(-Infinity);
  values.forEach((value, index) => {
    const column = index % columns;
    low[column] = Math.min(low[column] as number, value);
    high[column] = Math.max(high[column] as number, value);
  });
  return {
    values: values.map(
      (_, index) =>
        (low[index % columns] as number) +
        random.uniform() * ((high[index % columns] as number) - (low[index % columns] as number)),
    ),
    rows,
    columns,
  };
}
