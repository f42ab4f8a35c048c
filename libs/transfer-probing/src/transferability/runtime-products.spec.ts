import { createRandom, featureProducts } from '@intermodel/numerics';
import { expect, it } from 'vitest';
import { runtimeProducts } from './runtime-products.ts';

it.each([
  [3, 5],
  [5, 3],
  [4, 4],
  [4500, 2],
])('are those of the smaller side of %i rows x %i columns', async (rows, columns) => {
  const random = createRandom(rows, columns);
  const values = Float32Array.from({ length: rows * columns }, () => random.below(19) - 9);
  const features = { values, rows, columns };
  const [fast, plain] = [await runtimeProducts(features, 1), featureProducts(features)];
  expect([fast.areOfRows, fast.size]).toEqual([plain.areOfRows, plain.size]);
  for (let row = 0; row < plain.size; row++)
    for (let column = 0; column <= row; column++)
      expect(fast.values[row * plain.size + column]).toBe(plain.values[row * plain.size + column]);
});
