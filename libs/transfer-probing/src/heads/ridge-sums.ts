import { solvePositiveDefinite } from '@intermodel/numerics';
import type { MatrixProducts } from '@intermodel/onnx';

/** A linear map of features: what it gives for a row is weights x features + intercepts. */
export interface RidgeFit {
  /** Weights: outputs x columns. */
  readonly weights: Float64Array;
  /** Intercept of each output. */
  readonly intercepts: Float64Array;
}

/** Rows that are multiplied at once. */
const blockRows = 2_048;

/**
 * What ridge regression needs to know of rows: sums of products, in float64. They grow with the square of the columns
 * and not with the rows. What is added in the same order gives the same bytes.
 */
export class RidgeSums {
  readonly #columns: number;
  readonly #outputs: number;
  readonly #products: MatrixProducts;
  readonly #squares: Float64Array;
  readonly #answers: Float64Array;
  readonly #columnSums: Float64Array;
  readonly #answerSums: Float64Array;
  #weight = 0;

  /**
   * @param columns features of a row
   * @param outputs numbers that are told of a row
   * @param products kernels of the runtime
   */
  constructor(columns: number, outputs: number, products: MatrixProducts) {
    this.#columns = columns;
    this.#outputs = outputs;
    this.#products = products;
    this.#squares = new Float64Array(columns * columns);
    this.#answers = new Float64Array(outputs * columns);
    this.#columnSums = new Float64Array(columns);
    this.#answerSums = new Float64Array(outputs);
  }

  /** Sum of the weights of the rows that were added. */
  get weight(): number {
    return this.#weight;
  }

  /**
   * Adds rows.
   *
   * @param features rows x columns
   * @param targets rows x outputs; those of rows of weight 0 may be anything
   * @param weights how much each row counts, at least 0; without, each counts once
   */
  async add(features: Float32Array, targets: Float64Array, weights?: Float64Array): Promise<void> {
    const rows = features.length / this.#columns;
    for (let from = 0; from < rows; from += blockRows) {
      const to = Math.min(rows, from + blockRows);
      await this.#addBlock(
        features.subarray(from * this.#columns, to * this.#columns),
        targets.subarray(from * this.#outputs, to * this.#outputs),
        weights?.subarray(from, to),
      );
    }
  }

  /** Adds the rows that other sums are of. */
  merge(other: RidgeSums): void {
    addTo(this.#squares, other.#squares);
    addTo(this.#answers, other.#answers);
    addTo(this.#columnSums, other.#columnSums);
    addTo(this.#answerSums, other.#answerSums);
    this.#weight += other.#weight;
  }

  /**
   * Minimises the sum of squared errors plus `penalty` times the sum of squared weights, for each output. Intercepts are
   * not penalised.
   *
   * @param penalty strength of the penalty, above 0
   */
  solve(penalty: number): RidgeFit {
    const columns = this.#columns;
    const total = this.#weight || 1;
    const means = this.#columnSums.map((sum) => sum / total);
    const matrix = this.#squares.slice();
    for (let row = 0; row < columns; row++) {
      const start = row * columns;
      for (let column = 0; column <= row; column++)
        matrix[start + column] =
          (matrix[start + column] as number) - (this.#columnSums[row] as number) * (means[column] as number);
      matrix[start + row] = (matrix[start + row] as number) + penalty;
    }
    const weights = this.#answers.slice();
    for (let output = 0; output < this.#outputs; output++)
      for (let column = 0; column < columns; column++) {
        const index = output * columns + column;
        weights[index] = (weights[index] as number) - (this.#answerSums[output] as number) * (means[column] as number);
      }
    solvePositiveDefinite(matrix, columns, weights);
    const intercepts = this.#answerSums.map((sum, output) => {
      let intercept = sum / total;
      for (let column = 0; column < columns; column++)
        intercept -= (weights[output * columns + column] as number) * (means[column] as number);
      return intercept;
    });
    return { weights, intercepts };
  }

  async #addBlock(features: Float32Array, targets: Float64Array, weights: Float64Array | undefined): Promise<void> {
    const columns = this.#columns;
    const outputs = this.#outputs;
    const rows = features.length / columns;
    const plain = { values: features, rows, columns };
    const weighed = new Float64Array(features.length);
    const answers = new Float64Array(targets.length);
    for (let row = 0; row < rows; row++) {
      const weight = weights === undefined ? 1 : (weights[row] as number);
      if (weight === 0) continue;
      this.#weight += weight;
      for (let column = 0; column < columns; column++) {
        const value = weight * (features[row * columns + column] as number);
        weighed[row * columns + column] = value;
        this.#columnSums[column] = (this.#columnSums[column] as number) + value;
      }
      for (let output = 0; output < outputs; output++) {
        const value = weight * (targets[row * outputs + output] as number);
        answers[row * outputs + output] = value;
        this.#answerSums[output] = (this.#answerSums[output] as number) + value;
      }
    }
    addTo(this.#squares, await this.#products.multiply({ values: weighed, rows, columns }, plain, 'first'));
    addTo(this.#answers, await this.#products.multiply({ values: answers, rows, columns: outputs }, plain, 'first'));
  }
}

function addTo(sums: Float64Array, more: Float64Array): void {
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) + (more[index] as number);
}
