import { matrixLibrary, pcaLibrary } from '../linear-algebra.ts';
import { checkMatrix, transposed, type RowMatrix } from '../row-matrix.ts';
import { centredRows, columnMeans, projectCentred } from './projection.ts';
import { completeAxes, orientAxes } from './axes.ts';
import { crossProducts } from './cross-products.ts';
import { largestEigenpairs } from './symmetric-eigenpairs.ts';

/** A matrix of observations and how many components are wanted of it. */
export interface PrincipalComponentsOptions extends RowMatrix {
  /** Components kept, 1 to min(rows - 1, columns). */
  readonly components: number;
}

/** Fitted components: the centre, the axes, and where the rows stand on them. */
export interface PrincipalComponents {
  /** Mean of each column. */
  readonly mean: Float64Array;
  /** Axes of norm 1, components x columns. */
  readonly loadings: Float64Array;
  /** Coordinates of the fitted rows, rows x components. */
  readonly scores: Float64Array;
  /** Sample variance along each axis (divisor rows - 1), falling. */
  readonly variance: Float64Array;
  /** Share of each axis in the total variance; 0 where all rows are equal. */
  readonly ratio: Float64Array;
  /**
   * Sample variances along all axes that the matrix can give, falling; the first {@link spectrumKept} where both its
   * sides exceed 100.
   */
  readonly spectrum: Float64Array;
  /** Sum of the sample variances of all columns. */
  readonly totalVariance: number;
  /** How many components the matrix can give: min(rows - 1, columns). */
  readonly maximumComponents: number;
}

/** Smaller side up to which the singular value decomposition is fast enough (100 x 300: 90 ms). */
const DECOMPOSED_SIDE = 100;
/** Variances of a large matrix that are known at most; what follows explains next to nothing. */
export const spectrumKept = 100;
/** Share of the first variance down to which the cross products, which square the condition, keep 8 digits and more. */
const CROSS_PRODUCT_FLOOR = 1e-8;

/**
 * Fits principal components to the rows of a matrix: columns are centred, not scaled.
 *
 * Small matrices go through ml-pca (singular value decomposition of the centred matrix). Where both sides exceed 100,
 * that would take minutes for thousands of rows: there the wanted eigenvectors of the smaller matrix of cross products
 * are found alone, and once more in what is left of the rows where a wanted variance is so small that this would cost
 * digits.
 *
 * Signs follow a rule that no platform can change: in every axis the loading of largest magnitude is positive (of
 * magnitudes that agree to 1e-9 the one with the lowest index decides). Axes without variance are completed from the
 * coordinate axes, so that all loadings are orthonormal.
 *
 * @throws RangeError when more components are wanted than the matrix can give; the message names how many it can.
 * @example
 * fitPrincipalComponents({ values: Float64Array.of(0, 0, 1, 1, 2, 2), rows: 3, columns: 2, components: 1 }).ratio;
 */
export function fitPrincipalComponents(options: PrincipalComponentsOptions): PrincipalComponents {
  const { rows, columns, components } = options;
  checkMatrix(options);
  const maximumComponents = Math.max(0, Math.min(rows - 1, columns));
  if (!Number.isInteger(components) || components < 1 || components > maximumComponents) {
    throw new RangeError(
      `cannot fit ${String(components)} components: ${String(rows)} rows x ${String(columns)} columns give ${maximumComponents === 0 ? 'none' : `1 to ${String(maximumComponents)}`}`,
    );
  }
  const mean = columnMeans(options);
  const centred = centredRows(options, mean);
  const totalVariance = centred.reduce((sum, value) => sum + value * value, 0) / (rows - 1);
  const { loadings, variance, spectrum } = findAxes({ values: centred, rows, columns }, components, totalVariance);
  orientAxes(loadings, columns);
  return {
    mean,
    loadings,
    scores: projectCentred(centred, rows, columns, loadings),
    variance,
    ratio: variance.map((value) => (totalVariance === 0 ? 0 : value / totalVariance)),
    spectrum: spectrum.slice(0, maximumComponents),
    totalVariance,
    maximumComponents,
  };
}

interface Axes {
  readonly loadings: Float64Array;
  readonly variance: Float64Array;
  readonly spectrum: Float64Array;
}

function findAxes(centred: RowMatrix, components: number, totalVariance: number): Axes {
  const { rows, columns } = centred;
  const axes =
    Math.min(rows, columns) > DECOMPOSED_SIDE
      ? fromCrossProducts(centred, components)
      : fromDecomposition(centred, components);
  // What is left of a variance that should be 0: rounding errors of the singular values, squared.
  const noise = totalVariance * (Math.max(rows, columns) * Number.EPSILON) ** 2;
  const real = axes.variance.findIndex((value) => !(value > noise));
  if (real >= 0) {
    axes.variance.fill(0, real);
    completeAxes(axes.loadings, columns, real);
  }
  axes.spectrum.forEach((value, index) => {
    if (!(value > noise)) axes.spectrum[index] = 0;
  });
  return axes;
}

function fromDecomposition({ values, rows, columns }: RowMatrix, components: number): Axes {
  const [{ Matrix }, { PCA }] = [matrixLibrary(), pcaLibrary()];
  const fitted = new PCA(
    new Matrix(Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns))),
    { method: 'SVD', center: true, scale: false },
  );
  const vectors = fitted.getEigenvectors();
  const loadings = new Float64Array(components * columns);
  for (let component = 0; component < components; component++) {
    for (let column = 0; column < columns; column++)
      loadings[component * columns + column] = vectors.get(column, component);
  }
  const spectrum = Float64Array.from(fitted.getEigenvalues());
  return { loadings, variance: spectrum.slice(0, components), spectrum };
}

/**
 * Axes from the eigenvectors of the smaller matrix of cross products. Its eigenvalues are the squares of what is
 * wanted, so that small ones drown in the rounding of the largest: where that happens, the axes found are taken out of
 * the rows, and what is left is gone through again.
 */
function fromCrossProducts(centred: RowMatrix, components: number): Axes {
  const { rows, columns } = centred;
  const wanted = Math.max(components, Math.min(rows, columns, spectrumKept));
  const noise =
    centred.values.reduce((sum, value) => sum + value * value, 0) * (Math.max(rows, columns) * Number.EPSILON) ** 2;
  const loadings = new Float64Array(components * columns);
  const found: number[] = [];
  let spectrum: Float64Array | undefined;
  for (let left = centred; found.length < components;) {
    const { axes, squares, all } = largestAxes(left, components - found.length, wanted);
    spectrum ??= all;
    const [largest = 0] = squares;
    if (!(largest > noise)) break;
    const exact = squares.filter((square) => square > CROSS_PRODUCT_FLOOR * largest).length;
    loadings.set(axes.subarray(0, exact * columns), found.length * columns);
    found.push(...squares.subarray(0, exact));
    if (found.length < components) left = withoutAxes(left, axes.subarray(0, exact * columns));
  }
  // Those that were found again are exact; those after them are no larger, whatever their rounding says.
  const squares = (spectrum ?? new Float64Array(wanted)).map((square, index) =>
    index < components ? (found[index] ?? 0) : Math.min(square, found[components - 1] ?? 0),
  );
  const variances = squares.map((square) => square / (rows - 1));
  return { loadings, variance: variances.slice(0, components), spectrum: variances };
}

/** The largest axes of rows, and the squares that belong to them and to those after them. */
function largestAxes(
  matrix: RowMatrix,
  components: number,
  wanted: number,
): { readonly axes: Float64Array; readonly squares: Float64Array; readonly all: Float64Array } {
  const { values, rows, columns } = matrix;
  const byRows = rows < columns;
  const {
    values: squares,
    vectors,
    spectrum: all,
  } = largestEigenpairs(
    crossProducts(byRows ? matrix : transposed(matrix)),
    byRows ? rows : columns,
    components,
    wanted,
  );
  if (!byRows) return { axes: vectors, squares, all };
  // An axis is the combination of the rows by the eigenvector; its norm is the singular value.
  const axes = new Float64Array(components * columns);
  for (let component = 0; component < components; component++) {
    const axis = axes.subarray(component * columns, (component + 1) * columns);
    for (let row = 0; row < rows; row++) {
      const weight = (vectors[component * rows + row] as number) / Math.sqrt(squares[component] as number);
      for (let column = 0; column < columns; column++)
        axis[column] = (axis[column] as number) + weight * (values[row * columns + column] as number);
    }
  }
  return { axes, squares, all };
}

/** Rows less their parts along some axes. */
function withoutAxes({ values, rows, columns }: RowMatrix, axes: Float64Array): RowMatrix {
  const left = Float64Array.from(values);
  for (let row = 0; row < rows; row++) {
    const own = left.subarray(row * columns, (row + 1) * columns);
    for (let start = 0; start < axes.length; start += columns) {
      let along = 0;
      for (let column = 0; column < columns; column++)
        along += (own[column] as number) * (axes[start + column] as number);
      for (let column = 0; column < columns; column++)
        own[column] = (own[column] as number) - along * (axes[start + column] as number);
    }
  }
  return { values: left, rows, columns };
}
