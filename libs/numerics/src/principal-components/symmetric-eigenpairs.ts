import { createRandom } from '../random.ts';

/** Eigenvalues, falling, and their eigenvectors of norm 1 (one per row, as long as the matrix is wide). */
export interface Eigenpairs {
  /** Eigenvalues from the largest down. */
  readonly values: Float64Array;
  /** Eigenvectors, row by row. */
  readonly vectors: Float64Array;
  /** The largest eigenvalues without regard to vectors, falling: `values` and those that follow. */
  readonly spectrum: Float64Array;
}

const INVERSE_ITERATIONS = 4;

/**
 * Finds the largest eigenvalues of a symmetric matrix and their eigenvectors, without computing the others. Errors are
 * about 1e-16 of the largest eigenvalue. The matrix (its lower triangle is read) is overwritten. `spectrumCount`
 * eigenvalues, at least `count`, are found without their vectors.
 */
export function largestEigenpairs(
  matrix: Float64Array,
  size: number,
  count: number,
  spectrumCount: number = count,
): Eigenpairs {
  const form = new TridiagonalForm(matrix, size);
  const spectrum = form.eigenvalues(spectrumCount);
  const values = spectrum.slice(0, count);
  return { values, vectors: form.eigenvectors(values), spectrum };
}

/**
 * A symmetric matrix in a basis in which it is tridiagonal: Householder reflections make it so (two thirds of size^3
 * multiplications, on contiguous rows).
 */
export class TridiagonalForm {
  /** Entries of the diagonal. */
  readonly diagonal: Float64Array;
  /** Entry i couples i and i + 1. */
  readonly offDiagonal: Float64Array;
  readonly #matrix: Float64Array;
  readonly #size: number;
  readonly #factors: Float64Array;

  /**
   * @param matrix the matrix, size x size; its lower triangle is read and overwritten
   * @param size rows of the matrix
   */
  constructor(matrix: Float64Array, size: number) {
    const { diagonal, offDiagonal, factors } = tridiagonalize(matrix, size);
    this.diagonal = diagonal;
    this.offDiagonal = offDiagonal;
    this.#matrix = matrix;
    this.#size = size;
    this.#factors = factors;
  }

  /** The largest eigenvalues, falling: bisection on Sturm sequences finds each to the last digits. */
  eigenvalues(count: number): Float64Array {
    return largestOfTridiagonal(this.diagonal, this.offDiagonal, count);
  }

  /**
   * Eigenvectors of the matrix for some of its largest eigenvalues, row by row: inverse iteration finds each, kept
   * orthogonal to those before it.
   */
  eigenvectors(values: Float64Array): Float64Array {
    const size = this.#size;
    const vectors = vectorsOfTridiagonal(this.diagonal, this.offDiagonal, values);
    for (let index = 0; index < values.length; index++) {
      const vector = vectors.subarray(index * size, (index + 1) * size);
      for (let row = 1; row < size; row++) this.#reflect(vector, row);
    }
    return vectors;
  }

  /** Turns a vector, in place, into the basis in which the matrix is tridiagonal. */
  turn(vector: Float64Array): Float64Array {
    for (let row = this.#size - 1; row > 0; row--) this.#reflect(vector, row);
    return vector;
  }

  #reflect(vector: Float64Array, row: number): void {
    const reflector = this.#matrix.subarray(row * this.#size, row * this.#size + row);
    addMultiple(vector, reflector, -(this.#factors[row] as number) * dot(reflector, vector, row), row);
  }
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  /** Factor of each row's reflector, which stands in the row itself. */
  readonly factors: Float64Array;
}

function tridiagonalize(matrix: Float64Array, size: number): Tridiagonal {
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(Math.max(0, size - 1));
  const factors = new Float64Array(size);
  const product = new Float64Array(size);
  // Of a matrix of low rank only rounding is left after a few steps, which shrinks at every further one until its
  // square is 0.
  const nothing = matrix.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0) * Number.EPSILON ** 2;
  for (let last = size - 1; last > 0; last--) {
    const reflector = matrix.subarray(last * size, last * size + last);
    diagonal[last] = matrix[last * size + last] as number;
    const norm = Math.sqrt(dot(reflector, reflector, last));
    const pivot = reflector[last - 1] as number;
    const image = pivot > 0 ? -norm : norm;
    offDiagonal[last - 1] = norm === 0 ? pivot : image;
    if (norm <= nothing || norm === Math.abs(pivot)) {
      reflector.fill(0);
      offDiagonal[last - 1] = pivot;
      continue;
    }
    reflector[last - 1] = pivot - image;
    const factor = 1 / (norm * norm + norm * Math.abs(pivot));
    factors[last] = factor;
    multiplyLower(matrix, size, reflector, last, product);
    const shift = (factor * factor * dot(product, reflector, last)) / 2;
    for (let row = 0; row < last; row++)
      product[row] = factor * (product[row] as number) - shift * (reflector[row] as number);
    subtractRankTwo(matrix, size, reflector, product, last);
  }
  diagonal[0] = matrix[0] as number;
  return { diagonal, offDiagonal, factors };
}

/** Product of the leading symmetric block (given by its lower triangle) and a vector. */
function multiplyLower(
  matrix: Float64Array,
  size: number,
  vector: Float64Array,
  order: number,
  product: Float64Array,
): void {
  product.fill(0, 0, order);
  for (let row = 0; row < order; row++) {
    const start = row * size;
    const weight = vector[row] as number;
    let sum = (matrix[start + row] as number) * weight;
    for (let column = 0; column < row; column++) {
      const entry = matrix[start + column] as number;
      sum += entry * (vector[column] as number);
      product[column] = (product[column] as number) + entry * weight;
    }
    product[row] = (product[row] as number) + sum;
  }
}

function subtractRankTwo(
  matrix: Float64Array,
  size: number,
  first: Float64Array,
  second: Float64Array,
  order: number,
): void {
  for (let row = 0; row < order; row++) {
    const start = row * size;
    const [a, b] = [first[row] as number, second[row] as number];
    for (let column = 0; column <= row; column++) {
      matrix[start + column] =
        (matrix[start + column] as number) - a * (second[column] as number) - b * (first[column] as number);
    }
  }
}

/** The `count` largest eigenvalues by bisection. */
function largestOfTridiagonal(diagonal: Float64Array, offDiagonal: Float64Array, count: number): Float64Array {
  const size = diagonal.length;
  let [lowest, highest] = [Infinity, -Infinity];
  for (let row = 0; row < size; row++) {
    const radius = Math.abs(offDiagonal[row - 1] ?? 0) + Math.abs(offDiagonal[row] ?? 0);
    lowest = Math.min(lowest, (diagonal[row] as number) - radius);
    highest = Math.max(highest, (diagonal[row] as number) + radius);
  }
  const least = Number.MIN_VALUE + Number.EPSILON ** 2 * Math.max(Math.abs(lowest), Math.abs(highest)) ** 2;
  return Float64Array.from({ length: count }, (_, index) => {
    let [low, high] = [lowest, highest];
    for (;;) {
      const middle = low + (high - low) / 2;
      if (!(middle > low && middle < high)) return middle;
      if (countBelow(diagonal, offDiagonal, middle, least) >= size - index) high = middle;
      else low = middle;
    }
  });
}

/** How many eigenvalues lie below a value: the negative pivots of the shifted matrix. */
function countBelow(diagonal: Float64Array, offDiagonal: Float64Array, value: number, least: number): number {
  let below = 0;
  let pivot = 1;
  for (let row = 0; row < diagonal.length; row++) {
    const coupling = row === 0 ? 0 : (offDiagonal[row - 1] as number);
    pivot = (diagonal[row] as number) - value - (coupling * coupling) / pivot;
    if (Math.abs(pivot) < least) pivot = -least;
    if (pivot < 0) below++;
  }
  return below;
}

function vectorsOfTridiagonal(diagonal: Float64Array, offDiagonal: Float64Array, values: Float64Array): Float64Array {
  const size = diagonal.length;
  const vectors = new Float64Array(values.length * size);
  const random = createRandom(0);
  values.forEach((value, index) => {
    const vector = vectors.subarray(index * size, (index + 1) * size);
    for (let row = 0; row < size; row++) vector[row] = random.normal();
    for (let iteration = 0; iteration < INVERSE_ITERATIONS; iteration++) {
      solveShifted(diagonal, offDiagonal, value, vector);
      normalize(vector);
      // Twice, since one pass leaves what rounding brings back.
      for (let pass = 0; pass < 2; pass++) {
        for (let other = 0; other < index; other++) {
          const found = vectors.subarray(other * size, (other + 1) * size);
          addMultiple(vector, found, -dot(found, vector, size), size);
        }
      }
      normalize(vector);
    }
  });
  return vectors;
}

/** Solves (T - value) x = right in place, by elimination with row exchanges; vanishing pivots become tiny ones. */
function solveShifted(diagonal: Float64Array, offDiagonal: Float64Array, value: number, right: Float64Array): void {
  const size = diagonal.length;
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  const third = new Float64Array(size);
  const scale = diagonal.reduce(
    (largest, entry, row) => Math.max(largest, Math.abs(entry) + Math.abs(offDiagonal[row] ?? 0)),
    0,
  );
  const tiny = Number.EPSILON * (scale || 1);
  let pivot = (diagonal[0] as number) - value;
  let beside = offDiagonal[0] ?? 0;
  for (let row = 0; row < size - 1; row++) {
    const below = offDiagonal[row] as number;
    const nextPivot = (diagonal[row + 1] as number) - value;
    const nextBeside = offDiagonal[row + 1] ?? 0;
    const [upper, lower] = [right[row] as number, right[row + 1] as number];
    if (Math.abs(below) > Math.abs(pivot)) {
      const multiplier = pivot / below;
      [first[row], second[row], third[row]] = [below, nextPivot, nextBeside];
      right[row] = lower;
      right[row + 1] = upper - multiplier * lower;
      pivot = beside - multiplier * nextPivot;
      beside = -multiplier * nextBeside;
    } else {
      if (Math.abs(pivot) < tiny) pivot = tiny;
      const multiplier = below / pivot;
      [first[row], second[row]] = [pivot, beside];
      right[row + 1] = lower - multiplier * upper;
      pivot = nextPivot - multiplier * beside;
      beside = nextBeside;
    }
  }
  first[size - 1] = Math.abs(pivot) < tiny ? tiny : pivot;
  for (let row = size - 1; row >= 0; row--) {
    const known = (second[row] as number) * (right[row + 1] ?? 0) + (third[row] as number) * (right[row + 2] ?? 0);
    right[row] = ((right[row] as number) - known) / (first[row] as number);
  }
}

function dot(first: Float64Array, second: Float64Array, length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index++) sum += (first[index] as number) * (second[index] as number);
  return sum;
}

function addMultiple(target: Float64Array, source: Float64Array, multiple: number, length: number): void {
  for (let index = 0; index < length; index++)
    target[index] = (target[index] as number) + multiple * (source[index] as number);
}

function normalize(vector: Float64Array): void {
  const norm = Math.sqrt(dot(vector, vector, vector.length));
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] as number) / norm;
}
