import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openProducts, type Matrix, type MatrixValues, type TransposedFactor } from './matrix-products.ts';

/** Values that no two places share, without a generator. */
const fill = <Values extends MatrixValues>(values: Values, seed: number): Values => {
  for (let index = 0; index < values.length; index++) values[index] = Math.sin(seed + 1.7 * index);
  return values;
};

const draw = (rows: number, columns: number, type: 'float32' | 'float64', seed: number): Matrix => ({
  values: fill(type === 'float32' ? new Float32Array(rows * columns) : new Float64Array(rows * columns), seed),
  rows,
  columns,
});

function plainly(first: Matrix, second: Matrix, transposed: TransposedFactor): number[] {
  const at = ({ values, columns }: Matrix, row: number, column: number, isTransposed: boolean) =>
    values[isTransposed ? column * columns + row : row * columns + column] as number;
  const rows = transposed === 'first' ? first.columns : first.rows;
  const inner = transposed === 'first' ? first.rows : first.columns;
  const columns = transposed === 'second' ? second.rows : second.columns;
  return Array.from({ length: rows * columns }, (_, index) => {
    let sum = 0;
    for (let each = 0; each < inner; each++)
      sum +=
        at(first, Math.floor(index / columns), each, transposed === 'first') *
        at(second, each, index % columns, transposed === 'second');
    return sum;
  });
}

const multiply = (products: ReturnType<typeof openProducts>, first: Matrix, second: Matrix, how?: TransposedFactor) =>
  products.multiply(first, second as Matrix<Float64Array>, how);

describe('products of matrices', () => {
  it.each([
    ['float32', 'float32'],
    ['float32', 'float64'],
    ['float64', 'float32'],
    ['float64', 'float64'],
  ] as const)('of %s and %s equal the definition, transposed or not', async (one, other) => {
    const products = openProducts();
    for (const [transposed, first, second] of [
      ['neither', draw(3, 4, one, 1), draw(4, 5, other, 2)],
      ['first', draw(4, 3, one, 1), draw(4, 5, other, 2)],
      ['second', draw(3, 4, one, 1), draw(5, 4, other, 2)],
    ] as const) {
      const product = await multiply(products, first, second, transposed);
      expect(product).toBeInstanceOf(one === 'float32' && other === 'float32' ? Float32Array : Float64Array);
      const expected = plainly(first, second, transposed);
      expect(product).toHaveLength(expected.length);
      expected.forEach((value, index) => {
        expect(product[index]).toBeCloseTo(value, product instanceof Float64Array ? 13 : 5);
      });
    }
    await products.close();
  });

  it('have the same bytes on any number of threads', async () => {
    const products = [1, 2, 3, 4].map((threads) => openProducts({ threads }));
    const size = fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 41, max: 400 }),
      fc.constantFrom(64, 128, 1024, 1025, 2000),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(size, size, size).filter(([rows, inner, columns]) => rows * inner * columns < 2e8),
        fc.constantFrom('float32', 'float64'),
        fc.constantFrom<TransposedFactor>('neither', 'first', 'second'),
        async ([rows, inner, columns], type, transposed) => {
          const first = transposed === 'first' ? draw(inner, rows, type, 3) : draw(rows, inner, type, 3);
          const second = transposed === 'second' ? draw(columns, inner, type, 4) : draw(inner, columns, type, 4);
          const made = await Promise.all(products.map((each) => multiply(each, first, second, transposed)));
          const [alone, ...others] = made.map(({ buffer }) => Buffer.from(buffer));
          for (const other of others) expect(other.equals(alone ?? Buffer.alloc(0))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
    for (const each of products) await each.close();
  });

  it('take parts of larger arrays', async () => {
    const products = openProducts();
    const whole = Float32Array.of(9, 9, 1, 2, 3, 4, 9);
    const part = { values: whole.subarray(2, 6), rows: 2, columns: 2 };
    expect([...(await products.multiply(part, part))]).toEqual([7, 10, 15, 22]);
    await products.close();
  });

  it('of no rows are empty, and of nothing in between zeros', async () => {
    const products = openProducts();
    const empty = { values: new Float32Array(), rows: 0, columns: 3 };
    const narrow = { values: new Float32Array(), rows: 2, columns: 0 };
    const other = { values: new Float32Array(6), rows: 3, columns: 2 };
    expect(await products.multiply(empty, other)).toEqual(new Float32Array());
    expect(await products.multiply(narrow, narrow, 'second')).toEqual(new Float32Array(4));
    await products.close();
  });

  it('refuse matrices that do not fit', async () => {
    const products = openProducts();
    await expect(multiply(products, draw(2, 3, 'float32', 0), draw(2, 3, 'float32', 0))).rejects.toThrow(/do not fit/u);
    const wrong = { values: new Float32Array(5), rows: 2, columns: 3 };
    await expect(multiply(products, wrong, draw(3, 3, 'float32', 0))).rejects.toThrow(/5 values do not make 2 x 3/u);
    await products.close();
  });
});
