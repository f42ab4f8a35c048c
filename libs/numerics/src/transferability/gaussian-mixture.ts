import { checkMatrix, type RowMatrix } from '../row-matrix.ts';

/** Rows and the partition that their mixture starts from. */
export interface GaussianMixtureOptions extends RowMatrix {
  /** Component that each row starts in, from 0. */
  readonly start: Int32Array;
  /** Components, each of which some row starts in. */
  readonly components: number;
}

/** What is added to each variance, so that no component collapses (as in scikit-learn). */
const leastVariance = 1e-6;
/** Rounds at most, and the change of the mean log likelihood below which they end (as in scikit-learn). */
const mostRounds = 100;
const settled = 1e-3;
/** Responsibilities below this change no digit of a sum. */
const negligible = 1e-20;
const negligibleLog = -Math.log(negligible);

/**
 * Fits a mixture of normal distributions, each with a full covariance, by expectation maximisation from a partition.
 * Steps, floor of the variances and the rule that ends it are those of scikit-learn's `GaussianMixture`; float64.
 * A round costs rows x components x columns^2.
 *
 * @returns probability of each component for each row, rows x components
 */
export function fitGaussianMixture(options: GaussianMixtureOptions): Float64Array {
  checkMatrix(options);
  const { rows, start, components } = options;
  const responsibilities = new Float64Array(rows * components);
  start.forEach((component, row) => (responsibilities[row * components + component] = 1));
  const mixture = new Mixture(options);
  mixture.maximise(responsibilities);
  for (let round = 0, before = -Infinity; round < mostRounds; round++) {
    const likelihood = mixture.expect(responsibilities);
    mixture.maximise(responsibilities);
    if (Math.abs(likelihood - before) < settled) break;
    before = likelihood;
  }
  mixture.expect(responsibilities);
  return responsibilities;
}

/** Parameters under way. */
class Mixture {
  readonly #matrix: RowMatrix;
  readonly #components: number;
  readonly #means: Float64Array;
  /** Lower triangles L with L L' = covariance, one component after the other. */
  readonly #roots: Float64Array;
  readonly #logWeights: Float64Array;
  readonly #deviation: Float64Array;

  constructor({ values, rows, columns, components }: GaussianMixtureOptions) {
    this.#matrix = { values, rows, columns };
    this.#components = components;
    this.#means = new Float64Array(components * columns);
    this.#roots = new Float64Array(components * columns * columns);
    this.#logWeights = new Float64Array(components);
    this.#deviation = new Float64Array(columns);
  }

  /** Means, covariances and weights of the components, from what they are responsible for. */
  maximise(responsibilities: Float64Array): void {
    const { values, rows, columns } = this.#matrix;
    const sizes = new Float64Array(this.#components).fill(10 * Number.EPSILON);
    const deviation = new Float64Array(columns);
    for (let component = 0; component < this.#components; component++) {
      const mean = this.#means.subarray(component * columns, (component + 1) * columns).fill(0);
      const root = this.#roots.subarray(component * columns ** 2, (component + 1) * columns ** 2).fill(0);
      let size = sizes[component] as number;
      for (let row = 0; row < rows; row++) {
        const share = responsibilities[row * this.#components + component] as number;
        if (share < negligible) continue;
        size += share;
        for (let column = 0; column < columns; column++)
          mean[column] = (mean[column] as number) + share * (values[row * columns + column] as number);
      }
      sizes[component] = size;
      for (let column = 0; column < columns; column++) mean[column] = (mean[column] as number) / size;
      for (let row = 0; row < rows; row++) {
        const share = responsibilities[row * this.#components + component] as number;
        if (share < negligible) continue;
        for (let column = 0; column < columns; column++)
          deviation[column] = (values[row * columns + column] as number) - (mean[column] as number);
        for (let one = 0; one < columns; one++) {
          const weighted = (share / size) * (deviation[one] as number);
          for (let other = 0; other <= one; other++)
            root[one * columns + other] =
              (root[one * columns + other] as number) + weighted * (deviation[other] as number);
        }
      }
      for (let column = 0; column < columns; column++)
        root[column * (columns + 1)] = (root[column * (columns + 1)] as number) + leastVariance;
      decompose(root, columns);
    }
    const total = sizes.reduce((sum, size) => sum + size, 0);
    sizes.forEach((size, component) => (this.#logWeights[component] = Math.log(size / total)));
  }

  /**
   * Writes how much each component is responsible for each row; gives the mean log likelihood of the rows. A component
   * is given up for a row as soon as it is sure to have no share that matters beside the one that had most before.
   */
  expect(responsibilities: Float64Array): number {
    const { values, rows, columns } = this.#matrix;
    const constants = this.#constants();
    let likelihood = 0;
    for (let row = 0; row < rows; row++) {
      const own = responsibilities.subarray(row * this.#components, (row + 1) * this.#components);
      const place = values.subarray(row * columns, (row + 1) * columns);
      const before = largestPlace(own);
      const least = this.#logDensity(place, before, constants, -Infinity) - negligibleLog;
      for (let component = 0; component < this.#components; component++)
        own[component] = this.#logDensity(place, component, constants, least);
      likelihood += normalise(own);
    }
    return likelihood / rows;
  }

  /** What the log density of each component is at its mean, with its weight. */
  #constants(): Float64Array {
    const { columns } = this.#matrix;
    return this.#logWeights.map((weight, component) => {
      let constant = weight - (columns / 2) * Math.log(2 * Math.PI);
      for (let column = 0; column < columns; column++)
        constant -= Math.log(this.#roots[component * columns ** 2 + column * (columns + 1)] as number);
      return constant;
    });
  }

  /** Log density of a component at a place, weighed; -Infinity where it is below `least`. */
  #logDensity(place: Float64Array, component: number, constants: Float64Array, least: number): number {
    const { columns } = this.#matrix;
    const means = this.#means;
    const roots = this.#roots;
    const deviation = this.#deviation;
    const constant = constants[component] as number;
    const most = 2 * (constant - least);
    let squares = 0;
    for (let one = 0; one < columns; one++) {
      const start = component * columns ** 2 + one * columns;
      let left = (place[one] as number) - (means[component * columns + one] as number);
      for (let other = 0; other < one; other++) left -= (roots[start + other] as number) * (deviation[other] as number);
      left /= roots[start + one] as number;
      deviation[one] = left;
      squares += left * left;
      if (squares > most) return -Infinity;
    }
    return constant - squares / 2;
  }
}

function largestPlace(values: Float64Array): number {
  let largest = 0;
  for (let place = 1; place < values.length; place++)
    if ((values[place] as number) > (values[largest] as number)) largest = place;
  return largest;
}

/** Makes probabilities of log densities, in place; gives the logarithm of the sum of the densities. */
function normalise(logs: Float64Array): number {
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const value of logs) sum += Math.exp(value - most);
  const whole = most + Math.log(sum);
  for (let index = 0; index < logs.length; index++) logs[index] = Math.exp((logs[index] as number) - whole);
  return whole;
}

/** Cholesky's decomposition in place; pivots that rounding took below the floor of the variances are put to it. */
function decompose(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let index = 0; index < column; index++)
        sum -= (matrix[row * size + index] as number) * (matrix[column * size + index] as number);
      matrix[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, leastVariance)) : sum / (matrix[column * (size + 1)] as number);
    }
  }
}
