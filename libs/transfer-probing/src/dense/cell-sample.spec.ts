import { expect, it } from 'vitest';
import { CellSample, cellsInMemory } from './cell-sample.ts';

const sampleOf = (most: number, offered: number, seed = 0) => {
  const sample = new CellSample({ most, offered, units: 2, classes: 2, seed });
  for (let cell = 0; cell < offered; cell++) sample.offer(Float32Array.of(cell, -cell), [1, cell]);
  return sample.read();
};

it('keeps all cells where there is room', () => {
  const { features, weights } = sampleOf(5, 3);
  expect(features).toEqual({ values: Float32Array.of(0, -0, 1, -1, 2, -2), rows: 3, columns: 2 });
  expect([...weights]).toEqual([1, 0, 1, 1, 1, 2]);
});

it('draws each cell equally often, and has the kept ones stand for all', () => {
  const counts = new Float64Array(6);
  for (let seed = 0; seed < 3000; seed++) {
    const { features, weights } = sampleOf(2, 6, seed);
    expect(features.rows).toBe(2);
    for (const row of [0, 1]) {
      const cell = features.values[row * 2]!;
      counts[cell]! += 1;
      expect([features.values[row * 2 + 1], weights[row * 2], weights[row * 2 + 1]]).toEqual([-cell, 3, 3 * cell]);
    }
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
  expect(sampleOf(2, 6, 4)).toEqual(sampleOf(2, 6, 4));
});

it('takes up some 256 MB at most', () => {
  const cells = cellsInMemory(2048, 150);
  expect(cells * (2048 + 150) * 4).toBeLessThanOrEqual(2 ** 28);
  expect((cells + 1) * (2048 + 150) * 4).toBeGreaterThan(2 ** 28);
});
