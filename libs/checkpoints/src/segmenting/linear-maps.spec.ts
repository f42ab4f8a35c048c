import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { averagePooling, composed, linearResizing, precisePooling, transposed, type LinearMap } from './linear-maps.ts';

const rowsOf = ({ rows, columns, values }: LinearMap) =>
  Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);
const sums = (map: LinearMap) => rowsOf(map).map((row) => row.reduce((sum, value) => sum + value, 0));

describe('precisePooling', () => {
  it('integrates the hats of pixels, as worked out by hand for 8 pixels', () => {
    const eighth = 0.125;
    expect(rowsOf(precisePooling(8, 1))).toEqual([[eighth / 2, ...new Array<number>(7).fill(eighth)]]);
    expect(rowsOf(precisePooling(8, 2))).toEqual([
      [0.125, 0.25, 0.25, 0.25, 0.125, 0, 0, 0],
      [0, 0, 0, 0, 0.125, 0.25, 0.25, 0.25],
    ]);
    // The first bin lacks nothing; the last lacks what lies beyond the last pixel.
    expect(sums(precisePooling(8, 3)).map((sum) => Number(sum.toFixed(10)))).toEqual([1, 1, 0.8125]);
    expect(sums(precisePooling(8, 6)).map((sum) => Number(sum.toFixed(10)))).toEqual([1, 1, 1, 1, 1, 0.625]);
  });

  it('agrees with sums over many points of the surface', () => {
    for (const [size, bins] of [
      [8, 6],
      [7, 3],
      [5, 5],
    ] as const) {
      const map = precisePooling(size, bins);
      const points = 6000;
      for (let bin = 0; bin < bins; bin++)
        for (let pixel = 0; pixel < size; pixel++) {
          let sum = 0;
          for (let point = 0; point < points; point++)
            sum += Math.max(0, 1 - Math.abs(((bin + (point + 0.5) / points) * size) / bins - pixel)) / points;
          expect(map.values[bin * size + pixel]).toBeCloseTo(sum, 6);
        }
    }
  });
});

describe('averagePooling', () => {
  it('takes one or two pixels where it enlarges, whole shares where it makes smaller', () => {
    expect(rowsOf(averagePooling(2, 3))).toEqual([
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ]);
    expect(rowsOf(averagePooling(4, 2))).toEqual([
      [0.5, 0.5, 0, 0],
      [0, 0, 0.5, 0.5],
    ]);
    expect(sums(averagePooling(224, 256)).every((sum) => sum === 1)).toBe(true);
    // floor(100 x 224 / 256) = 87 up to ceil(101 x 224 / 256) = 89.
    expect(
      rowsOf(averagePooling(224, 256))[100]?.flatMap((value, pixel) => (value > 0 ? [[pixel, value]] : [])),
    ).toEqual([
      [87, 0.5],
      [88, 0.5],
    ]);
  });
});

it('pools the crop of Network Dissection 2020 as numpy does', () => {
  const file = path.resolve(import.meta.dirname, '../../../data-loading/src/images/golden/geometry-2020.json');
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly cases: readonly { readonly size: readonly number[]; readonly pooled: readonly (readonly number[])[] }[];
  };
  const { pooled } = cases.find(({ size }) => size.join() === '256,256') ?? { pooled: [] };
  const { columns, values } = averagePooling(224, 256);
  /** A pixel of the crop, by the arithmetic of `tools/golden/geometry-2020.py`. */
  const pixel = (row: number, column: number, c: number) => {
    const [y, x] = [row + 16, column + 16];
    const rough = (x * x * 7 + y * y * 13 + x * y * 3 + c * 91) % 251;
    return (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 0 ? (x * 5 + y * 3 + c * 40) % 256 : rough;
  };
  const at = (y: number, x: number, c: number) => {
    let sum = 0;
    for (let row = 0; row < columns; row++)
      for (let column = 0; column < columns; column++)
        sum += (values[y * columns + row] as number) * (values[x * columns + column] as number) * pixel(row, column, c);
    return sum;
  };
  const places = [
    [0, 0],
    [1, 7],
    [100, 250],
    [255, 255],
  ] as const;
  expect(pooled).toHaveLength(places.length);
  places.forEach(([y, x], index) => {
    [0, 1, 2].forEach((c) => {
      expect(at(y, x, c)).toBeCloseTo(pooled[index]?.[c] ?? NaN, 9);
    });
  });
});

describe('linearResizing', () => {
  it('has half-pixel centres and clamped borders', () => {
    expect(rowsOf(linearResizing(2, 4))).toEqual([
      [1, 0],
      [0.75, 0.25],
      [0.25, 0.75],
      [0, 1],
    ]);
    expect(rowsOf(linearResizing(1, 3))).toEqual([[1], [1], [1]]);
  });
});

it('composes maps, and turns them', () => {
  expect(rowsOf(composed(averagePooling(4, 1), linearResizing(2, 4)))).toEqual([[0.5, 0.5]]);
  expect(rowsOf(transposed(linearResizing(2, 4)))).toEqual([
    [1, 0.75, 0.25, 0],
    [0, 0.25, 0.75, 1],
  ]);
  expect(() => composed(averagePooling(4, 1), averagePooling(4, 1))).toThrow('1 pixels go into a map of 4');
});
