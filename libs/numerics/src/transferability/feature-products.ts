import type { LabelledRows } from './labelled-rows.ts';

/** Inner products of features: of the images or of the columns with each other, whichever are fewer. */
export interface FeatureProducts {
  /** Whether they are of the images (rows) with each other. */
  readonly areOfRows: boolean;
  /** Images or columns. */
  readonly size: number;
  /** Products, size x size; only the lower triangle counts. */
  readonly values: Float64Array;
}

/** Length of the parts of vectors whose products are summed up at a time: their copy stays near the processor. */
const blockLength = 256;

/**
 * Inner products of the features of images, in float64. They cost rows x columns x the smaller of both, halved: 10,000
 * images of 2,048 features take some 15 s. Who has a faster product may make them otherwise.
 */
export function featureProducts(features: Omit<LabelledRows, 'labels'>): FeatureProducts {
  const { values, rows, columns } = features;
  const areOfRows = rows <= columns;
  if (areOfRows) return { areOfRows, size: rows, values: rowProducts(features) };
  const products = new Float64Array(columns * columns);
  for (let start = 0; start < rows; start += blockLength) {
    const length = Math.min(blockLength, rows - start);
    const block = new Float64Array(columns * length);
    for (let row = 0; row < length; row++)
      for (let column = 0; column < columns; column++)
        block[column * length + row] = values[(start + row) * columns + column] as number;
    addProducts(products, block, columns, length);
  }
  return { areOfRows, size: columns, values: products };
}

/** Inner products of the rows of a matrix, rows x rows; only the lower triangle counts. */
export function rowProducts({
  values,
  rows,
  columns,
}: {
  readonly values: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}): Float64Array {
  const products = new Float64Array(rows * rows);
  for (let start = 0; start < columns; start += blockLength) {
    const length = Math.min(blockLength, columns - start);
    const block = new Float64Array(rows * length);
    for (let row = 0; row < rows; row++)
      block.set(values.subarray(row * columns + start, row * columns + start + length), row * length);
    addProducts(products, block, rows, length);
  }
  return products;
}

/** Adds the products of all pairs of vectors, lower triangle; two by four of them share what is read. */
function addProducts(products: Float64Array, block: Float64Array, size: number, length: number): void {
  for (let first = 0; first < size; first += 2) {
    const a = first * length;
    const b = Math.min(first + 1, size - 1) * length;
    for (let second = 0; second <= first + 1 && second < size; second += 4) {
      const at = [0, 1, 2, 3].map((offset) => Math.min(second + offset, size - 1) * length);
      const [c, d, e, f] = at as [number, number, number, number];
      let ac = 0;
      let ad = 0;
      let ae = 0;
      let af = 0;
      let bc = 0;
      let bd = 0;
      let be = 0;
      let bf = 0;
      for (let index = 0; index < length; index++) {
        const one = block[a + index] as number;
        const other = block[b + index] as number;
        const w = block[c + index] as number;
        const x = block[d + index] as number;
        const y = block[e + index] as number;
        const z = block[f + index] as number;
        ac += one * w;
        ad += one * x;
        ae += one * y;
        af += one * z;
        bc += other * w;
        bd += other * x;
        be += other * y;
        bf += other * z;
      }
      const sums = [ac, ad, ae, af, bc, bd, be, bf];
      for (let index = 0; index < 8; index++) {
        const row = first + (index >> 2);
        const column = second + (index & 3);
        if (row >= size || column > row) continue;
        products[row * size + column] = (products[row * size + column] as number) + (sums[index] as number);
      }
    }
  }
}

/** The same products of centred features: each column less its mean. */
export function centredProducts(
  { areOfRows, size, values }: FeatureProducts,
  features: Omit<LabelledRows, 'labels'>,
): FeatureProducts {
  const { rows } = features;
  const centred = Float64Array.from(values);
  // Of the columns: minus rows x the product of the means. Of the rows: minus the mean products of both, plus that of
  // all.
  const means = areOfRows ? meanProducts(values, size) : columnMeans(features);
  const whole = areOfRows ? means.reduce((sum, value) => sum + value, 0) / size : 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const one = means[row] as number;
      const other = means[column] as number;
      const taken = areOfRows ? one + other - whole : rows * one * other;
      centred[row * size + column] = (centred[row * size + column] as number) - taken;
    }
  }
  return { areOfRows, size, values: centred };
}

/** Mean of each column. */
export function columnMeans({ values, rows, columns }: Omit<LabelledRows, 'labels'>): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] as number) + (values[row * columns + column] as number);
  return sums.map((sum) => sum / rows);
}

/** Mean of each row of a symmetric matrix that is given by its lower triangle. */
function meanProducts(values: Float64Array, size: number): Float64Array {
  const sums = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const value = values[row * size + column] as number;
      sums[row] = (sums[row] as number) + value;
      if (column < row) sums[column] = (sums[column] as number) + value;
    }
  }
  return sums.map((sum) => sum / size);
}
