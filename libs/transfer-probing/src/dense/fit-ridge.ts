import type { MatrixProducts } from '@intermodel/onnx';
import { RidgeSums } from '../heads/ridge-sums.ts';
import type { LinearMap } from './cell-outputs.ts';

/** Cells that are gathered before they go into the sums: a product of few rows takes as long as one of many. */
const gatheredCells = 2048;

/** Sums of a ridge regression whose penalties are told in the unit of the features. */
export class CellRegression {
  readonly #sums: RidgeSums;
  readonly #units: number;
  readonly #outputs: number;
  readonly #features: Float32Array;
  readonly #targets: Float64Array;
  readonly #weights = new Float64Array(gatheredCells);
  #gathered = 0;
  #squares = 0;
  #cells = 0;

  /**
   * @param units features of a cell
   * @param outputs numbers that are told of a cell
   * @param products kernels of the runtime
   */
  constructor(units: number, outputs: number, products: MatrixProducts) {
    this.#units = units;
    this.#outputs = outputs;
    this.#sums = new RidgeSums(units, outputs, products);
    this.#features = new Float32Array(gatheredCells * units);
    this.#targets = new Float64Array(gatheredCells * outputs);
  }

  /** Cells that were added and count. */
  get cells(): number {
    return this.#cells;
  }

  /** Adds a cell: its features, what is told of it, and how much it counts; one of weight 0 does not. */
  async add(features: Float32Array, targets: ArrayLike<number>, weight: number): Promise<void> {
    if (weight === 0) return;
    this.#features.set(features, this.#gathered * this.#units);
    this.#targets.set(targets, this.#gathered * this.#outputs);
    this.#weights[this.#gathered++] = weight;
    this.#cells++;
    let squares = 0;
    for (const value of features) squares += value * value;
    this.#squares += weight * squares;
    if (this.#gathered === gatheredCells) await this.#flush();
  }

  /** The regressions with some penalties, each above 0, times the sum of the squares of a mean feature. */
  async solve(penalties: readonly number[]): Promise<readonly LinearMap[]> {
    await this.#flush();
    const scale = this.#squares / this.#units || 1;
    return penalties.map((penalty) => this.#sums.solve(penalty * scale));
  }

  async #flush(): Promise<void> {
    const rows = this.#gathered;
    this.#gathered = 0;
    await this.#sums.add(
      this.#features.subarray(0, rows * this.#units),
      this.#targets.subarray(0, rows * this.#outputs),
      this.#weights.subarray(0, rows),
    );
  }
}
