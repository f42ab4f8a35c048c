import type { RowMatrix } from '../row-matrix.ts';

/** Lower triangle of the products of all pairs of rows; four rows at a time share each value that is read. */
export function crossProducts({ values, rows, columns }: RowMatrix): Float64Array {
  const products = new Float64Array(rows * rows);
  for (let first = 0; first < rows; first++) {
    const start = first * columns;
    let second = 0;
    for (; second + 3 <= first; second += 4) {
      const a = second * columns;
      const b = (second + 1) * columns;
      const c = (second + 2) * columns;
      const d = (second + 3) * columns;
      let p = 0;
      let q = 0;
      let r = 0;
      let s = 0;
      for (let column = 0; column < columns; column++) {
        const value = values[start + column] as number;
        p += value * (values[a + column] as number);
        q += value * (values[b + column] as number);
        r += value * (values[c + column] as number);
        s += value * (values[d + column] as number);
      }
      products.set([p, q, r, s], first * rows + second);
    }
    for (; second <= first; second++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += (values[start + column] as number) * (values[second * columns + column] as number);
      products[first * rows + second] = sum;
    }
  }
  return products;
}
