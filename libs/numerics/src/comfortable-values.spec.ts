import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comfortableValues } from './comfortable-values.ts';
import { leaveOneOutErrors, pearson, regressNearest, testCorrelations } from './index.ts';

// Whole thousandths, so that no value underflows where all are made small.
const series = fc.array(
  fc.integer({ min: -5000, max: 5000 }).map((value) => value / 1024),
  { minLength: 6, maxLength: 12 },
);
const power = fc.constantFrom(-980, -700, -201, 201, 600, 1009);
const times = (values: readonly number[], exponent: number) =>
  Float64Array.from(values, (value) => value * 2 ** exponent);

describe(comfortableValues, () => {
  it('leaves values of usual size alone, and divides others by a power of two', () => {
    const usual = Float64Array.of(1, -2, Number.NaN);
    expect(comfortableValues(usual)).toEqual({ values: usual, unit: 1 });
    expect(comfortableValues([0, 0])).toEqual({ values: Float64Array.of(0, 0), unit: 1 });
    expect(comfortableValues([3 * 2 ** 1000, Number.NaN, 2 ** 1000])).toEqual({
      values: Float64Array.of(1.5, Number.NaN, 0.5),
      unit: 2 ** 1001,
    });
    expect(comfortableValues([2 ** -1070]).values[0]).toBeGreaterThan(0);
  });
});

describe('statistics of very large and very small values', () => {
  it('are those of the same values in another unit, to the last bit', () => {
    fc.assert(
      fc.property(series, power, fc.integer(), (x, exponent, seed) => {
        const y = x.map((value, row) => Math.sin(seed + row) + value / 100);
        const [one, other] = [Float64Array.from(x), Float64Array.from(y)];
        expect(pearson(times(x, exponent), other)).toBe(pearson(one, other));
        expect(pearson(other, times(x, exponent))).toBe(pearson(other, one));
        const tests = (responses: Float64Array[]) =>
          testCorrelations({ predictors: [other], responses, permutations: 200, exactUpTo: 5, familyWise: true });
        expect(tests([times(x, exponent)])).toEqual(tests([one]));
      }),
      { numRuns: 60 },
    );
  });

  it('predict in their own unit', () => {
    const points = Float64Array.of(0, 0, 1, 0, 0, 1, 3, 2, 5, 5, 2, 7);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 6, maxLength: 6 }),
        power,
        (values, exponent) => {
          const known = { points, dimensions: 2, neighbours: 3 };
          const at = Float64Array.of(0.3, 0.4, 2, 2);
          const [usual, scaled] = [Float64Array.from(values), times(values, exponent)];
          expect(regressNearest({ ...known, values: scaled, at })).toEqual(
            times([...regressNearest({ ...known, values: usual, at })], exponent),
          );
          const errors = leaveOneOutErrors({ ...known, values: scaled });
          const expected = leaveOneOutErrors({ ...known, values: usual });
          expect(errors).toEqual({
            error: expected.error * 2 ** exponent,
            meanError: expected.meanError * 2 ** exponent,
          });
        },
      ),
    );
  });

  it('stay finite up to half of the largest number', () => {
    const largest = Number.MAX_VALUE / 2;
    const values = Float64Array.of(largest, -largest, largest, -largest, 0, largest / 3);
    const points = Float64Array.of(0, 0, 1, 0, 0, 1, 3, 2, 5, 5, 2, 7);
    const { error, meanError } = leaveOneOutErrors({ points, values, dimensions: 2, neighbours: 3 });
    expect(
      [
        error,
        meanError,
        ...regressNearest({ points, values, dimensions: 2, neighbours: 3, at: Float64Array.of(0, 0.5) }),
      ].every(Number.isFinite),
    ).toBe(true);
    expect(pearson(values, Float64Array.of(1, 2, 3, 4, 5, 6))).not.toBeNaN();
  });
});
