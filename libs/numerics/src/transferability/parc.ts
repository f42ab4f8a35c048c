import { spearman } from '../correlation.ts';
import { rowProducts } from './feature-products.ts';
import { checkLabelledRows, type LabelledRows } from './labelled-rows.ts';
import { sampleLabelledRows } from './sampled-rows.ts';

/** What PARC is computed from. */
export interface ParcOptions extends LabelledRows {
  /** Seed of the sample of images. @default 0 */
  readonly seed?: number;
}

/** Images that are compared with each other at most (the paper takes 500). */
const mostRows = 1000;
/** Distances that differ by less are the same: rounding would put them into an order of its own. */
const distanceStep = 2 ** -40;

/**
 * PARC (Bolya, Mittapalli, Hoffman 2021): whether images of the same class have similar features. Spearman's
 * correlation, times 100, between two distances of all pairs of images: 1 less Pearson's correlation of their features,
 * each column standardised before, and 1 less that of their classes, which is 0 for the same class and the same
 * positive number for any two others. Higher is better.
 *
 * Of more than 1,000 images a seeded sample is compared. An image whose standardised features are all equal correlates
 * with none. NaN where all images have the same class, or no two have, or all have the same features.
 */
export function parc(options: ParcOptions): number {
  checkLabelledRows(options);
  const { rows, labels, ...features } = sampleLabelledRows(options, mostRows, options.seed ?? 0);
  const products = rowProducts({ ...features, rows, values: standardisedRows({ ...features, rows }) });
  const pairs = (rows * (rows - 1)) / 2;
  const distances = new Float64Array(pairs);
  const differences = new Float64Array(pairs);
  for (let row = 1, pair = 0; row < rows; row++) {
    for (let other = 0; other < row; other++, pair++) {
      distances[pair] = Math.round((1 - (products[row * rows + other] as number)) / distanceStep);
      differences[pair] = labels[row] === labels[other] ? 0 : 1;
    }
  }
  return 100 * spearman(distances, differences);
}

/** Rows with standardised columns, then with mean 0 and norm 1, so that their products are correlations. */
function standardisedRows({ values, rows, columns }: Omit<LabelledRows, 'labels'>): Float64Array {
  const standardised = Float64Array.from(values);
  for (let column = 0; column < columns; column++) rescale(standardised, column, columns, rows, Math.sqrt(rows));
  for (let row = 0; row < rows; row++) rescale(standardised, row * columns, 1, columns, 1);
  return standardised;
}

/** Brings values, each so many places after the one before, to mean 0 and a norm; equal ones all become 0. */
function rescale(values: Float64Array, start: number, stride: number, count: number, norm: number): void {
  let sum = 0;
  let largest = 0;
  for (let index = 0; index < count; index++) {
    const value = values[start + index * stride] as number;
    sum += value;
    largest = Math.max(largest, Math.abs(value));
  }
  let squares = 0;
  for (let index = 0; index < count; index++)
    squares += ((values[start + index * stride] as number) - sum / count) ** 2;
  // Equal values differ from their mean by rounding alone.
  const isConstant = squares <= count * (8 * Number.EPSILON * largest) ** 2;
  for (let index = 0; index < count; index++) {
    const place = start + index * stride;
    values[place] = isConstant ? 0 : (((values[place] as number) - sum / count) / Math.sqrt(squares)) * norm;
  }
}
