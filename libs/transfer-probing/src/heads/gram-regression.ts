import { minimiseLbfgs } from '@intermodel/numerics';
import type { MatrixProducts } from '@intermodel/onnx';
import { addLoss, emptySums } from './logistic-loss.ts';

/** Inner products of rows. */
export interface GramRows {
  /** Of each row to learn from with each: rows x rows. */
  readonly inner: Float64Array;
  /** Of each row to be told with each row to learn from: others x rows. */
  readonly outer: Float64Array;
  /** Class of each row to learn from, from 0. */
  readonly of: Int32Array;
  /** Number of classes. */
  readonly classes: number;
}

/** What {@link fitGram} finds. */
export interface GramFit {
  /** C times the sum of cross-entropies plus half the sum of squared weights. */
  readonly loss: number;
  /** Logits of the rows to be told: others x classes. */
  readonly logits: Float64Array;
}

const tolerance = 1e-8;

/**
 * Multinomial logistic regression where only inner products of features are known: as its weights are combinations of
 * the rows to learn from, they are sought by their coefficients. The minimum is that of `openLogisticRegression` for rows
 * of length 1 and a C of the order of 1; roundings enter it times the square of C and of the squared length of rows.
 */
export async function fitGram(
  rows: GramRows,
  C: number,
  products: MatrixProducts,
  signal?: AbortSignal,
): Promise<GramFit> {
  const { of, classes } = rows;
  const count = of.length;
  const { inner, outer } = centre(rows);
  const size = count * classes;
  const targets = { kind: 'classes', classes, of } as const;
  const gram = { values: inner, rows: count, columns: count };
  // Coefficients, what the rows' logits become of them, intercepts: any sum of such vectors is one, and inner products of
  // weights are those of coefficients with logits.
  const dot = (first: Float64Array, second: Float64Array) => {
    let sum = 0;
    for (let index = 0; index < size; index++) sum += (first[index] as number) * (second[size + index] as number);
    for (let index = 2 * size; index < first.length; index++)
      sum += (first[index] as number) * (second[index] as number);
    return sum;
  };
  const share = (C * count * (classes - 1)) / classes ** 2 || 1;
  const minimum = await minimiseLbfgs({
    start: new Float64Array(2 * size + classes),
    dot,
    tolerance,
    signal,
    evaluate: async (point) => {
      const residuals = point.slice(size, 2 * size);
      const sums = emptySums(classes);
      addLoss(residuals, point.subarray(2 * size), targets, 0, sums);
      const along = await products.multiply(gram, { values: residuals, rows: count, columns: classes });
      const gradient = new Float64Array(point.length);
      let squares = 0;
      for (let index = 0; index < size; index++) {
        const coefficient = point[index] as number;
        const logit = point[size + index] as number;
        squares += coefficient * logit;
        gradient[index] = C * (residuals[index] as number) + coefficient;
        gradient[size + index] = C * (along[index] as number) + logit;
      }
      for (let label = 0; label < classes; label++) gradient[2 * size + label] = C * (sums.residuals[label] as number);
      return { value: C * sums.loss + squares / 2, gradient };
    },
    precondition: (vector) => {
      const result = vector.slice();
      for (let index = 2 * size; index < result.length; index++) result[index] = (result[index] as number) / share;
      return Promise.resolve(result);
    },
  });
  const coefficients = { values: minimum.point.subarray(0, size), rows: count, columns: classes };
  const others = outer.length / count;
  const logits = await products.multiply({ values: outer, rows: others, columns: count }, coefficients);
  for (let index = 0; index < logits.length; index++)
    logits[index] = (logits[index] as number) + (minimum.point[2 * size + (index % classes)] as number);
  return { loss: minimum.value, logits };
}

/** Inner products about the mean of the rows to learn from, which intercepts make up for. */
function centre({ inner, outer, of }: GramRows): { readonly inner: Float64Array; readonly outer: Float64Array } {
  const count = of.length;
  const means = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let column = 0; column < count; column++) sum += inner[row * count + column] as number;
    means[row] = sum / count;
  }
  const whole = means.reduce((sum, mean) => sum + mean, 0) / count;
  const centred = (values: Float64Array, rows: number) => {
    const result = new Float64Array(values.length);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < count; column++) sum += values[row * count + column] as number;
      const shift = whole - sum / count;
      for (let column = 0; column < count; column++)
        result[row * count + column] = (values[row * count + column] as number) - (means[column] as number) + shift;
    }
    return result;
  };
  return { inner: centred(inner, count), outer: centred(outer, outer.length / count) };
}
