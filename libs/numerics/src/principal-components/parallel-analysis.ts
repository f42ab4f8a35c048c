import { percentile } from '../bootstrap.ts';
import { createRandom } from '../random.ts';
import { checkMatrix, transposed, type RowMatrix } from '../row-matrix.ts';
import { crossProducts } from './cross-products.ts';
import { spectrumKept } from './fit-principal-components.ts';
import { centredRows, columnMeans } from './projection.ts';
import { TridiagonalForm } from './symmetric-eigenpairs.ts';

/** A matrix of observations, and how often its columns are permuted. */
export interface ParallelAnalysisOptions extends RowMatrix {
  /** Permutations, at least 1. @default 200 */
  readonly permutations?: number;
  /** Seed of the permutations. @default 0 */
  readonly seed?: number;
  /** Percentile of the permuted variances that a component must exceed, 0..1. @default 0.95 */
  readonly level?: number;
}

/** Defaults of {@link parallelAnalysis}. */
export const parallelAnalysisDefaults = {
  permutations: 200,
  seed: 0,
  level: 0.95,
} as const satisfies Partial<ParallelAnalysisOptions>;

/** What chance makes of components. */
export interface ParallelAnalysis {
  /** Sample variances along the principal axes, falling. */
  readonly variance: Float64Array;
  /** The percentile of the same axis's variance over the permutations. */
  readonly chance: Float64Array;
  /** Share of the permutations with at least the variance, the observed one counted among them: (1 + n) / (1 + all). */
  readonly p: Float64Array;
}

/**
 * Parallel analysis (Horn 1965, by permutation: Buja, Eyuboglu 1992): the columns are permuted independently, which
 * keeps each column's values and takes away what columns have in common, and the variances along the principal axes are
 * compared with those of the permuted matrices. There are as many axes as rows - 1 or columns, at most 100.
 */
export function parallelAnalysis(options: ParallelAnalysisOptions): ParallelAnalysis {
  checkMatrix(options);
  const {
    rows,
    columns,
    permutations = parallelAnalysisDefaults.permutations,
    seed = parallelAnalysisDefaults.seed,
    level = parallelAnalysisDefaults.level,
  } = options;
  const axes = Math.min(Math.max(0, Math.min(rows - 1, columns)), spectrumKept);
  // Permutations keep means. Column by column, so that each is shuffled in place.
  const centred = transposed({ values: centredRows(options, columnMeans(options)), rows, columns });
  const variance = variances(centred, axes);
  const permuted = centred.values.slice();
  const found = new Float64Array(axes * permutations);
  const random = createRandom(seed);
  for (let permutation = 0; permutation < permutations; permutation++) {
    for (let column = 0; column < columns; column++)
      random.shuffle(permuted.subarray(column * rows, (column + 1) * rows));
    variances({ ...centred, values: permuted }, axes).forEach((value, axis) => {
      found[axis * permutations + permutation] = value;
    });
  }
  const of = (axis: number) => found.subarray(axis * permutations, (axis + 1) * permutations);
  return {
    variance,
    chance: Float64Array.from({ length: axes }, (_, axis) => percentile(of(axis).slice().sort(), level)),
    p: Float64Array.from({ length: axes }, (_, axis) => {
      const own = variance[axis] as number;
      return (1 + of(axis).filter((value) => value >= own).length) / (1 + permutations);
    }),
  };
}

/**
 * Components that are kept: the first ones, as long as each has more variance than chance.
 *
 * @param variance sample variances of the components, falling
 * @param chance what each must exceed; NaN where that is not known
 */
export function keptComponents(variance: ArrayLike<number>, chance: ArrayLike<number>): number {
  let kept = 0;
  while (kept < variance.length && (variance[kept] as number) > (chance[kept] as number)) kept++;
  return kept;
}

/** Sample variances along the first axes of a centred matrix that lies on its side, columns x rows. */
function variances(lying: RowMatrix, axes: number): Float64Array {
  const smaller = lying.rows < lying.columns ? lying : transposed(lying);
  return new TridiagonalForm(crossProducts(smaller), smaller.rows)
    .eigenvalues(axes)
    .map((square) => Math.max(0, square) / (lying.columns - 1));
}
