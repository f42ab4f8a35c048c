import { matrixLibrary } from './linear-algebra.ts';
import { columnMeans, centredRows } from './principal-components/projection.ts';
import { checkMatrix } from './row-matrix.ts';

/** Two sets of the same points, row by row. */
export interface ProcrustesOptions {
  /** Points that stay, rows x columns. */
  readonly reference: Float64Array;
  /** The same points as they stood elsewhere, rows x columns. */
  readonly moving: Float64Array;
  /** Number of points, at least 1. */
  readonly rows: number;
  /** Number of dimensions, at least 1. */
  readonly columns: number;
}

/** How one set of points fits on another after the best rigid motion. */
export interface ProcrustesFit {
  /**
   * Rotation, reflections allowed, columns x columns: a moved point is `(point - movingMean) x rotation +
   * referenceMean`.
   */
  readonly rotation: Float64Array;
  /** Centre of the points that stay. */
  readonly referenceMean: Float64Array;
  /** Centre of the moving points before they move. */
  readonly movingMean: Float64Array;
  /** The moving points where they come to lie, rows x columns. */
  readonly aligned: Float64Array;
  /** How far each of them lies from its partner then. */
  readonly distances: Float64Array;
  /** Sum of the squared distances: the least that a rigid motion leaves. */
  readonly residual: number;
  /**
   * Procrustes correlation, 0..1, free of the scales of both sets: 1 where a rigid motion and a scale make them one,
   * NaN where all points of a set are the same. Its square is 1 - disparity.
   */
  readonly correlation: number;
}

/**
 * Lays one set of points on another by the translation, rotation and reflection that leave the least sum of squared
 * distances (orthogonal Procrustes, Schönemann 1966). Nothing is scaled: distances keep their unit.
 *
 * Reflections are allowed because the sign of a principal component is a matter of convention.
 */
export function alignProcrustes({ reference, moving, rows, columns }: ProcrustesOptions): ProcrustesFit {
  if (rows < 1 || columns < 1)
    throw new RangeError(`cannot align ${String(rows)} points of ${String(columns)} dimensions`);
  const still = { values: reference, rows, columns };
  const loose = { values: moving, rows, columns };
  checkMatrix(still);
  checkMatrix(loose);
  const [referenceMean, movingMean] = [columnMeans(still), columnMeans(loose)];
  const target = centredRows(still, referenceMean);
  const source = centredRows(loose, movingMean);
  const { rotation, gain } = bestRotation(target, source, rows, columns);
  const aligned = new Float64Array(rows * columns);
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let squared = 0;
    for (let column = 0; column < columns; column++) {
      let turned = 0;
      for (let from = 0; from < columns; from++)
        turned += (source[row * columns + from] as number) * (rotation[from * columns + column] as number);
      squared += (turned - (target[row * columns + column] as number)) ** 2;
      aligned[row * columns + column] = turned + (referenceMean[column] as number);
    }
    distances[row] = Math.sqrt(squared);
  }
  const sizes = Math.sqrt(sumOfSquares(target) * sumOfSquares(source));
  return {
    rotation,
    referenceMean,
    movingMean,
    aligned,
    distances,
    residual: sumOfSquares(distances),
    correlation: sizes === 0 ? Number.NaN : Math.min(1, gain / sizes),
  };
}

/** U V' of the singular value decomposition of source' x target, and the sum of the singular values. */
function bestRotation(
  target: Float64Array,
  source: Float64Array,
  rows: number,
  columns: number,
): { readonly rotation: Float64Array; readonly gain: number } {
  const { Matrix, SingularValueDecomposition } = matrixLibrary();
  const products = new Matrix(columns, columns);
  for (let from = 0; from < columns; from++) {
    for (let to = 0; to < columns; to++) {
      let sum = 0;
      for (let row = 0; row < rows; row++)
        sum += (source[row * columns + from] as number) * (target[row * columns + to] as number);
      products.set(from, to, sum);
    }
  }
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(products);
  const rotation = leftSingularVectors.mmul(rightSingularVectors.transpose());
  return { rotation: Float64Array.from(rotation.to1DArray()), gain: diagonal.reduce((sum, value) => sum + value, 0) };
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
