import { expect, it } from 'vitest';
import { sampleWeights } from './sample-weights.ts';

it('draws n of n things for each sample', () => {
  const samples = [...sampleWeights(7, 50, 3)].length;
  expect(samples).toBe(50);
  for (const weights of sampleWeights(7, 50, 3)) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(7);
});

it('gives the same samples for the same seed and number of things, and others otherwise', () => {
  const all = (n: number, seed: number) => Array.from(sampleWeights(n, 5, seed), (weights) => [...weights]);
  expect(all(9, 1)).toEqual(all(9, 1));
  expect(all(9, 1)).not.toEqual(all(9, 2));
});

it('gives the same samples whether they are few enough to be kept or not', () => {
  const firstOf = (samples: number) => {
    const first: number[][] = [];
    for (const weights of sampleWeights(4_200, samples, 1)) if (first.push([...weights]) === 3) break;
    return first;
  };
  expect(firstOf(4_000)).toEqual(firstOf(3));
});

it('draws each thing equally often', () => {
  const sums = [0, 0, 0];
  for (const weights of sampleWeights(3, 4000, 0)) weights.forEach((weight, index) => (sums[index]! += weight));
  for (const sum of sums) expect(Math.abs(sum - 4000)).toBeLessThan(250);
});
