import fc from 'fast-check';
import { expect, it } from 'vitest';
import { percentileInterval } from './percentile-interval.ts';

it('is linear between order statistics, as numpy.percentile has it', () => {
  // numpy.percentile(range(101), [2.5, 97.5]) and of [3, 1, 2].
  expect(percentileInterval(Float64Array.from({ length: 101 }, (_, index) => 100 - index))).toEqual([2.5, 97.5]);
  const [low, high] = percentileInterval(Float64Array.of(3, 1, 2));
  expect(low).toBeCloseTo(1.05, 12);
  expect(high).toBeCloseTo(2.95, 12);
});

it('leaves out what is undefined, and is undefined where nothing is left', () => {
  expect(percentileInterval(Float64Array.of(Number.NaN, 4, Number.NaN))).toEqual([4, 4]);
  expect(percentileInterval(new Float64Array())).toEqual([Number.NaN, Number.NaN]);
});

it('lies within the replicates, whatever their order', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
  fc.assert(
    fc.property(values, (replicates) => {
      const [low, high] = percentileInterval(Float64Array.from(replicates));
      expect(low).toBeGreaterThanOrEqual(Math.min(...replicates));
      expect(high).toBeLessThanOrEqual(Math.max(...replicates));
      expect(percentileInterval(Float64Array.from(replicates.toReversed()))).toEqual([low, high]);
    }),
  );
});
