import { createRandom, largestEigenpairs } from '@intermodel/numerics';
import type { MatrixProducts } from '@intermodel/onnx';
import type { FeatureRows } from '../feature-rows.ts';
import { rowBlocks, type RowBlock } from './row-blocks.ts';

/** Directions in which features vary most. */
export interface CovarianceAxes {
  /** Number of directions. */
  readonly count: number;
  /** Directions of length 1 at right angles: count x columns. */
  readonly vectors: Float64Array;
  /** Sum of squares about the mean along each. */
  readonly values: Float64Array;
  /** Mean sum of squares along the other directions. */
  readonly rest: number;
}

/** Rows that directions are found from; of more, blocks at even distances. */
const sampledRows = 20_000;
const subspaceRounds = 2;

/** Mean of each column, summed in float64 row by row. */
export function columnMeans(parts: readonly FeatureRows[]): Float64Array {
  const columns = parts[0]?.columns ?? 0;
  const means = new Float64Array(columns);
  let rows = 0;
  for (const part of parts) {
    rows += part.rows;
    for (let start = 0; start < part.values.length; start += columns)
      for (let column = 0; column < columns; column++)
        means[column] = (means[column] as number) + (part.values[start + column] as number);
  }
  return means.map((sum) => (rows === 0 ? 0 : sum / rows));
}

/**
 * Finds the directions of largest variance: exactly where there are no more columns than directions, else approximately
 * by subspace iteration from random directions (Halko, Martinsson and Tropp 2011).
 */
export async function covarianceAxes(
  parts: readonly FeatureRows[],
  means: Float64Array,
  most: number,
  products: MatrixProducts,
): Promise<CovarianceAxes> {
  const columns = means.length;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const blocks = sampleBlocks(parts, rows);
  const scale =
    rows /
    Math.max(
      1,
      blocks.reduce((sum, { matrix }) => sum + matrix.rows, 0),
    );
  const count = Math.min(most, columns);
  let basis = count === columns ? identity(count) : randomDirections(count, columns);
  if (count < columns)
    for (let round = 0; round < subspaceRounds; round++)
      basis = await varied(blocks, means, { values: basis, rows: count, columns }, products);
  orthonormalise(basis, count, columns);
  const { inner, total } = await variance(blocks, means, { values: basis, rows: count, columns }, products);
  const pairs = largestEigenpairs(inner, count, count);
  const vectors = await products.multiply(
    { values: pairs.vectors, rows: count, columns: count },
    { values: basis, rows: count, columns },
  );
  const values = pairs.values.map((value) => Math.max(0, value) * scale);
  const found = values.reduce((sum, value) => sum + value, 0);
  const rest = count === columns ? 0 : Math.max(0, total * scale - found) / (columns - count);
  return { count, vectors, values, rest };
}

function sampleBlocks(parts: readonly FeatureRows[], rows: number): RowBlock[] {
  const blocks = parts.flatMap((part) => [...rowBlocks(part)]);
  const stride = Math.max(1, Math.ceil(rows / sampledRows));
  return blocks.filter((_, index) => index % stride === 0);
}

interface Basis {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** What a block's rows are along the basis, about the mean: rows x directions. */
async function coordinates(
  { matrix }: RowBlock,
  basis: { readonly values: Float32Array; readonly rows: number; readonly columns: number },
  means: Float64Array,
  products: MatrixProducts,
): Promise<Float32Array> {
  const along = await products.multiply(matrix, basis, 'second');
  const count = basis.rows;
  const centre = new Float64Array(count);
  for (let axis = 0; axis < count; axis++) {
    let sum = 0;
    for (let column = 0; column < basis.columns; column++)
      sum += (basis.values[axis * basis.columns + column] as number) * (means[column] as number);
    centre[axis] = sum;
  }
  for (let index = 0; index < along.length; index++)
    along[index] = (along[index] as number) - (centre[index % count] as number);
  return along;
}

/** The covariance times each direction, orthonormal. */
async function varied(
  blocks: readonly RowBlock[],
  means: Float64Array,
  basis: Basis,
  products: MatrixProducts,
): Promise<Float64Array> {
  const { rows: count, columns } = basis;
  const narrow = { ...basis, values: Float32Array.from(basis.values) };
  const sums = new Float64Array(count * columns);
  for (const block of blocks) {
    const along = await coordinates(block, narrow, means, products);
    const part = await products.multiply(
      { values: along, rows: block.matrix.rows, columns: count },
      block.matrix,
      'first',
    );
    for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) + (part[index] as number);
  }
  orthonormalise(sums, count, columns);
  return sums;
}

/** Covariance of the coordinates along a basis, and the whole variance. */
async function variance(
  blocks: readonly RowBlock[],
  means: Float64Array,
  basis: Basis,
  products: MatrixProducts,
): Promise<{ readonly inner: Float64Array; readonly total: number }> {
  const { rows: count, columns } = basis;
  const narrow = { ...basis, values: Float32Array.from(basis.values) };
  const inner = new Float64Array(count * count);
  let total = 0;
  for (const block of blocks) {
    const along = {
      values: await coordinates(block, narrow, means, products),
      rows: block.matrix.rows,
      columns: count,
    };
    const part = await products.multiply(along, along, 'first');
    for (let index = 0; index < inner.length; index++)
      inner[index] = (inner[index] as number) + (part[index] as number);
    const { values } = block.matrix;
    for (let start = 0; start < values.length; start += columns)
      for (let column = 0; column < columns; column++)
        total += ((values[start + column] as number) - (means[column] as number)) ** 2;
  }
  return { inner, total };
}

function identity(count: number): Float64Array {
  const basis = new Float64Array(count * count);
  for (let axis = 0; axis < count; axis++) basis[axis * count + axis] = 1;
  return basis;
}

function randomDirections(count: number, columns: number): Float64Array {
  const random = createRandom(0);
  return Float64Array.from({ length: count * columns }, () => random.normal());
}

/** Gram-Schmidt, twice; what depends on the directions before it becomes zeros. */
function orthonormalise(basis: Float64Array, count: number, columns: number): void {
  const row = (axis: number) => basis.subarray(axis * columns, (axis + 1) * columns);
  for (let axis = 0; axis < count; axis++) {
    const vector = row(axis);
    const length = Math.sqrt(dot(vector, vector));
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < axis; other++) {
        const against = row(other);
        const share = dot(against, vector);
        for (let column = 0; column < columns; column++)
          vector[column] = (vector[column] as number) - share * (against[column] as number);
      }
    const left = Math.sqrt(dot(vector, vector));
    const factor = left > 1e-7 * length ? 1 / left : 0;
    for (let column = 0; column < columns; column++) vector[column] = (vector[column] as number) * factor;
  }
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < first.length; index++) sum += (first[index] as number) * (second[index] as number);
  return sum;
}
