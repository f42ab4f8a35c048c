import type { MatrixProducts } from '@intermodel/onnx';

/** A linear map of features: what it gives for a cell is weights x features + intercepts. */
export interface LinearMap {
  /** Weights, outputs x units. */
  readonly weights: Float64Array;
  /** Intercept of each output. */
  readonly intercepts: Float64Array;
}

/** Computes what several linear maps give for the cells of an image, with one product of matrices. */
export class CellOutputs {
  readonly #products: MatrixProducts;
  readonly #weights: Float32Array;
  readonly #intercepts: Float64Array;
  readonly #units: number;

  /**
   * @param products kernels of the runtime
   * @param maps maps of features of the same number
   */
  constructor(products: MatrixProducts, maps: readonly LinearMap[]) {
    this.#products = products;
    this.#intercepts = Float64Array.from(maps.flatMap(({ intercepts }) => [...intercepts]));
    this.#weights = new Float32Array(maps.reduce((sum, { weights }) => sum + weights.length, 0));
    let before = 0;
    for (const { weights } of maps) {
      this.#weights.set(weights, before);
      before += weights.length;
    }
    this.#units = this.#weights.length / this.#intercepts.length;
  }

  /** Outputs of a cell, those of one map after the other. */
  get count(): number {
    return this.#intercepts.length;
  }

  /** Outputs of each cell, cells x {@link count}, in float32. */
  async of(features: Float32Array): Promise<Float32Array> {
    const units = this.#units;
    const outputs = await this.#products.multiply(
      { values: features, rows: features.length / units, columns: units },
      { values: this.#weights, rows: this.count, columns: units },
      'second',
    );
    for (let start = 0; start < outputs.length; start += this.count)
      for (let output = 0; output < this.count; output++)
        outputs[start + output] = (outputs[start + output] as number) + (this.#intercepts[output] as number);
    return outputs;
  }
}
