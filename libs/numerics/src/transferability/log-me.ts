import { TridiagonalForm } from '../principal-components/symmetric-eigenpairs.ts';
import { featureProducts, type FeatureProducts } from './feature-products.ts';
import { checkLabelledRows, presentClasses, type LabelledRows } from './labelled-rows.ts';

/** What LogME is computed from. */
export interface LogMeOptions extends LabelledRows {
  /** Products of the features, where they are known; made where they are left out. */
  readonly products?: FeatureProducts;
}

/** Rounds of the fixed point at most, and the change of the ratio of precisions below which it ends (as published). */
const mostRounds = 11;
const settled = 1e-3;
/** Keeps precisions finite where a class is fitted exactly (as published). */
const leastSquares = 1e-5;

/**
 * LogME (You, Liu, Wang, Long 2021): how likely the classes are under a linear model of the features, with the
 * precisions of its weights and of its noise at their most likely values; the logarithm for one class against the
 * others, divided by the images, as a mean over the classes that there are. Higher is better.
 *
 * The precisions come from the fixed point of the authors' second paper, started at 1, 11 rounds at most, as in their
 * code. The determinant has all features in it, as in the papers: their code leaves those out that have no variance of
 * their own, which matters where there are fewer images than features. Features are taken as they are; there is no
 * intercept.
 *
 * The products of the features are made tridiagonal, which answers every round of every class by two sweeps: no
 * eigenvector is needed. NaN where all features are 0.
 */
export function logMe(options: LogMeOptions): number {
  checkLabelledRows(options);
  const { rows, columns, labels, products = featureProducts(options) } = options;
  const { size, areOfRows } = products;
  const form = new TridiagonalForm(Float64Array.from(products.values), size);
  const squares = form.eigenvalues(size).map((value) => Math.max(0, value));
  if (!((squares[0] ?? 0) > 0)) return Number.NaN;
  const classes = presentClasses(labels);
  const evidence = classes.map((category) => {
    const target = areOfRows
      ? Float64Array.from(labels, (label) => (label === category ? 1 : 0))
      : sumOfClass(options, category);
    const members = labels.reduce((sum, label) => sum + (label === category ? 1 : 0), 0);
    return evidenceOf({ form, squares, target: form.turn(target), areOfRows, members, rows, columns });
  });
  return evidence.reduce((sum, value) => sum + value, 0) / classes.length;
}

interface EvidenceOptions {
  readonly form: TridiagonalForm;
  /** Eigenvalues of the products. */
  readonly squares: Float64Array;
  /** Indicator of the class (products of rows) or its product with the features, in the basis of the form. */
  readonly target: Float64Array;
  readonly areOfRows: boolean;
  /** Images of the class. */
  readonly members: number;
  readonly rows: number;
  readonly columns: number;
}

/** Largest log evidence of one class against the others, divided by the images. */
function evidenceOf({ form, squares, target, areOfRows, members, rows, columns }: EvidenceOptions): number {
  const size = squares.length;
  let alpha = 1;
  let beta = 1;
  let weightSquares = 0;
  let errorSquares = 0;
  for (let round = 0; round < mostRounds; round++) {
    const ratio = alpha / beta;
    const solution = solveShifted(form, ratio, target);
    const own = dot(solution, solution);
    const along = dot(solution, target);
    // (X'X + r)^-1 X'y are the weights themselves; (XX' + r)^-1 y are the errors, divided by r.
    weightSquares = Math.max(0, areOfRows ? along - ratio * own : own);
    errorSquares = Math.max(0, areOfRows ? ratio * ratio * own : members - along - ratio * own);
    let left = 0;
    for (const square of squares) left += ratio / (square + ratio);
    alpha = (size - left) / (weightSquares + leastSquares);
    beta = (left + rows - size) / (errorSquares + leastSquares);
    if (Math.abs(alpha / beta - ratio) / ratio <= settled) break;
  }
  let determinant = (columns - size) * Math.log(alpha);
  for (const square of squares) determinant += Math.log(alpha + beta * square);
  return (
    (columns * Math.log(alpha) +
      rows * Math.log(beta) -
      determinant -
      beta * errorSquares -
      alpha * weightSquares -
      rows * Math.log(2 * Math.PI)) /
    (2 * rows)
  );
}

/** Solves (T + shift) x = target, where T has no negative eigenvalue: no pivot is below the shift. */
function solveShifted({ diagonal, offDiagonal }: TridiagonalForm, shift: number, target: Float64Array): Float64Array {
  const size = diagonal.length;
  const pivots = new Float64Array(size);
  const solution = Float64Array.from(target);
  for (let row = 0; row < size; row++) {
    const coupling = row === 0 ? 0 : (offDiagonal[row - 1] as number);
    const multiplier = row === 0 ? 0 : coupling / (pivots[row - 1] as number);
    pivots[row] = Math.max(shift, (diagonal[row] as number) + shift - multiplier * coupling);
    if (row > 0) solution[row] = (solution[row] as number) - multiplier * (solution[row - 1] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    const after = row === size - 1 ? 0 : (offDiagonal[row] as number) * (solution[row + 1] as number);
    solution[row] = ((solution[row] as number) - after) / (pivots[row] as number);
  }
  return solution;
}

function sumOfClass({ values, columns, labels }: LabelledRows, category: number): Float64Array {
  const sums = new Float64Array(columns);
  labels.forEach((label, row) => {
    if (label !== category) return;
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] as number) + (values[row * columns + column] as number);
  });
  return sums;
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < first.length; index++) sum += (first[index] as number) * (second[index] as number);
  return sum;
}
