import { minimiseLbfgs, type CurvaturePair } from '@intermodel/numerics';
import { openProducts, type Matrix } from '@intermodel/onnx';
import { columnMeans, covarianceAxes, type CovarianceAxes } from './covariance-axes.ts';
import { addLoss, emptySums, type LossSums } from './logistic-loss.ts';
import { checkLogisticRows, type LogisticRows } from './logistic-targets.ts';
import { rowBlocks } from './row-blocks.ts';

/** Settings of {@link openLogisticRegression}. */
export interface LogisticOptions {
  /** Threads of a product of matrices. @default one a core */
  readonly threads?: number | undefined;
  /** Stops a fit: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
}

/** Settings of a fit. */
export interface LogisticFitOptions {
  /**
   * A fit to begin from, such as that of a similar C; what the fit before has seen of the curvature is then taken over
   * too. @default weights of 0 and the shares of the classes
   */
  readonly start?: Pick<LogisticFit, 'weights' | 'intercepts'> | undefined;
  /**
   * Type of the products of matrices; sums over rows and steps are float64 in any case. @default 'float64'
   */
  readonly precision?: 'float32' | 'float64';
  /** Stops where steps promise and bring less than this share of the loss. @default 1e-10; 1e-7 for float32 */
  readonly tolerance?: number;
  /** Most steps. @default 1,000 */
  readonly iterations?: number;
}

/** Weights of a linear classifier. */
export interface LogisticFit {
  /** Inverse strength of the penalty. */
  readonly C: number;
  /** Weights: classes x features. */
  readonly weights: Float64Array;
  /** What is added to the logits of each class. */
  readonly intercepts: Float64Array;
  /** C times the sum of cross-entropies plus half the sum of squared weights. */
  readonly loss: number;
  /** Steps taken. */
  readonly iterations: number;
  /** Whether it stopped by the tolerance and not by the number of steps. */
  readonly isConverged: boolean;
}

/** Rows ready for fits with any penalty. */
export interface LogisticRegression {
  /**
   * Minimises C times the sum of cross-entropies plus half the sum of squared weights, as scikit-learn's
   * LogisticRegression does; intercepts are not penalised. The same bytes whatever the number of threads.
   */
  fit(C: number, options?: LogisticFitOptions): Promise<LogisticFit>;
  /** Frees the runtime's memory. */
  close(): Promise<void>;
}

/** Directions of which the curvature is told apart; of others the mean is taken. */
const axesMost = 256;

/**
 * Prepares multinomial logistic regression (or, for labels, logistic regression of each) on rows that may come in
 * several parts, which are not copied. Fits are found by L-BFGS on centred features, which begins with the curvature
 * along the features' own axes of largest variance; neither changes where the minimum lies.
 *
 * @throws RangeError for parts that do not fit one another; features have to be finite (see `checkFeatures`).
 */
export async function openLogisticRegression(
  parts: readonly LogisticRows[],
  options: LogisticOptions = {},
): Promise<LogisticRegression> {
  checkLogisticRows(parts);
  const { signal } = options;
  const { columns } = (parts[0] as LogisticRows).features;
  const { classes } = (parts[0] as LogisticRows).targets;
  const rows = parts.reduce((sum, { features }) => sum + features.rows, 0);
  const products = openProducts(options);
  const features = parts.map((part) => part.features);
  const means = columnMeans(features);
  const axes = await covarianceAxes(features, means, axesMost, products);
  const size = classes * columns;
  let kept: Kept | undefined;

  /** Sums of loss and gradient over all rows at centred weights. */
  const sumLoss = async (weights: Float64Array, centred: Float64Array, isNarrow: boolean) => {
    const sums = emptySums(classes);
    const gradient = new Float64Array(size);
    const values = isNarrow ? Float32Array.from(weights) : weights;
    const factor = { values, rows: classes, columns };
    const offsets = uncentre(values, centred, means, -1);
    for (const part of parts)
      for (const { matrix, from } of rowBlocks(part.features)) {
        const logits = await products.multiply(matrix, factor as Matrix<Float64Array>, 'second');
        addLoss(logits, offsets, part.targets, from, sums);
        const share = await products.multiply({ values: logits, rows: matrix.rows, columns: classes }, matrix, 'first');
        for (let index = 0; index < size; index++)
          gradient[index] = (gradient[index] as number) + (share[index] as number);
      }
    for (let label = 0; label < classes; label++)
      for (let column = 0; column < columns; column++) {
        const index = label * columns + column;
        gradient[index] = (gradient[index] as number) - (sums.residuals[label] as number) * (means[column] as number);
      }
    return { sums, gradient };
  };

  const fit = async (C: number, fitOptions: LogisticFitOptions = {}): Promise<LogisticFit> => {
    const { precision = 'float64', iterations = 1_000, start } = fitOptions;
    const { tolerance = precision === 'float32' ? 1e-7 : 1e-10 } = fitOptions;
    let curvatures: Float64Array | undefined;
    const minimum = await minimiseLbfgs({
      start: startPoint(parts, start, means, size),
      evaluate: async (point) => {
        signal?.throwIfAborted();
        const weights = point.subarray(0, size);
        const { sums, gradient } = await sumLoss(weights, point.subarray(size), precision === 'float32');
        curvatures ??= sums.curvatures;
        return penalised(C, weights, sums, gradient);
      },
      precondition: (vector) =>
        precondition(vector, { C, classes, columns, curvatures: curvatures as Float64Array, rows, axes, products }),
      pairs: kept === undefined || start === undefined ? [] : rescaled(kept, C, size),
      tolerance,
      iterations,
      signal,
    });
    kept = { C, pairs: minimum.pairs };
    const weights = minimum.point.slice(0, size);
    return {
      C,
      weights,
      intercepts: uncentre(weights, minimum.point.subarray(size), means, -1),
      loss: minimum.value,
      iterations: minimum.iterations,
      isConverged: minimum.isConverged,
    };
  };
  return { fit, close: () => products.close() };
}

interface Kept {
  readonly C: number;
  readonly pairs: readonly CurvaturePair[];
}

/** The pairs as those of the loss with another penalty: what the penalty adds to a change of gradient is the step. */
function rescaled({ C, pairs }: Kept, other: number, size: number): CurvaturePair[] {
  const ratio = other / C;
  return pairs.map(({ step, change }) => {
    const scaled = new Float64Array(change.length);
    for (let index = 0; index < change.length; index++) {
      const penalty = index < size ? (step[index] as number) : 0;
      scaled[index] = ratio * ((change[index] as number) - penalty) + penalty;
    }
    return { step, change: scaled };
  });
}

/** Intercepts of features about another origin: plus (or minus) what the weights make of the means. */
function uncentre(
  weights: Float64Array | Float32Array,
  intercepts: Float64Array,
  means: Float64Array,
  sign: 1 | -1,
): Float64Array {
  return intercepts.map((intercept, label) => {
    let sum = 0;
    for (let column = 0; column < means.length; column++)
      sum += (weights[label * means.length + column] as number) * (means[column] as number);
    return intercept + sign * sum;
  });
}

function startPoint(
  parts: readonly LogisticRows[],
  start: Pick<LogisticFit, 'weights' | 'intercepts'> | undefined,
  means: Float64Array,
  size: number,
): Float64Array {
  const point = new Float64Array(size + (parts[0] as LogisticRows).targets.classes);
  if (start !== undefined) {
    point.set(start.weights);
    point.set(uncentre(start.weights, start.intercepts, means, 1), size);
  } else {
    point.set(shareLogits(parts), size);
  }
  return point;
}

/** Logits of the shares of the classes. */
function shareLogits(parts: readonly LogisticRows[]): Float64Array {
  const { classes, kind } = (parts[0] as LogisticRows).targets;
  const counts = new Float64Array(classes);
  let rows = 0;
  for (const { targets, features } of parts) {
    rows += features.rows;
    if (targets.kind === 'classes') for (const label of targets.of) counts[label] = (counts[label] as number) + 1;
    else {
      const cells = targets.kind === 'weights' ? targets.weights : targets.present;
      for (let index = 0; index < cells.length; index++)
        counts[index % classes] = (counts[index % classes] as number) + (cells[index] as number);
    }
  }
  return counts.map((count) =>
    kind === 'labels' ? Math.log((count + 0.5) / (rows - count + 0.5)) : Math.log(count + 0.5),
  );
}

function penalised(C: number, weights: Float64Array, sums: LossSums, gradient: Float64Array) {
  const whole = new Float64Array(weights.length + sums.residuals.length);
  let squares = 0;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] as number;
    squares += weight * weight;
    whole[index] = C * (gradient[index] as number) + weight;
  }
  sums.residuals.forEach((residual, label) => {
    whole[weights.length + label] = C * residual;
  });
  return { value: C * sums.loss + squares / 2, gradient: whole };
}

interface Curvature {
  readonly C: number;
  readonly classes: number;
  readonly columns: number;
  readonly rows: number;
  readonly curvatures: Float64Array;
  readonly axes: CovarianceAxes;
  readonly products: ReturnType<typeof openProducts>;
}

/** Least ratio of the inverse curvature along an axis to that along all others, which keeps rounding from spoiling it. */
const ratioLeast = 1e-9;
const shareLeast = 1e-12;

/** Product with the inverse of the Hessian as if features varied about their axes in all classes alike. */
async function precondition(
  vector: Float64Array,
  { C, classes, columns, rows, curvatures, axes, products }: Curvature,
): Promise<Float64Array> {
  const size = classes * columns;
  const weights = { values: vector.subarray(0, size), rows: classes, columns };
  const directions = { values: axes.vectors, rows: axes.count, columns };
  const along = await products.multiply(weights, directions, 'second');
  const shares = curvatures.map((sum) => Math.max(shareLeast, sum / Math.max(1, rows)));
  for (let label = 0; label < classes; label++) {
    const curvature = C * (shares[label] as number);
    const other = 1 / (1 + curvature * axes.rest);
    for (let axis = 0; axis < axes.count; axis++) {
      const own = Math.max(ratioLeast * other, 1 / (1 + curvature * (axes.values[axis] as number)));
      along[label * axes.count + axis] = (along[label * axes.count + axis] as number) * (own - other);
    }
  }
  const changed = await products.multiply({ values: along, rows: classes, columns: axes.count }, directions);
  const result = new Float64Array(vector.length);
  for (let label = 0; label < classes; label++) {
    const other = 1 / (1 + C * (shares[label] as number) * axes.rest);
    for (let index = label * columns; index < (label + 1) * columns; index++)
      result[index] = other * (vector[index] as number) + (changed[index] as number);
    result[size + label] = (vector[size + label] as number) / (C * Math.max(1, rows) * (shares[label] as number));
  }
  return result;
}
