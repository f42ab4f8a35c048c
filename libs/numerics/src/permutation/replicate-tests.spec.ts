import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { familyWiseP, pooledP, replicateP } from './replicate-tests.ts';

describe(replicateP, () => {
  it('counts the observation among the replicates that reach it', () => {
    const p = replicateP(Float64Array.of(3, 5, Number.NaN), Float64Array.from([1, 3, 4, 1, 2, 3, 0, 0, 0]));
    expect([...p]).toEqual([3 / 4, 1 / 4, Number.NaN]);
    expect([...replicateP(new Float64Array(), new Float64Array())]).toEqual([]);
    expect(() => replicateP(new Float64Array(2), new Float64Array(3))).toThrow('3 replicates for 2 statistics');
  });

  it('is uniform where observation and replicates are exchangeable', () => {
    const { normal } = createRandom(5);
    const observed = Float64Array.from({ length: 2000 }, normal);
    const p = replicateP(observed, Float64Array.from({ length: 2000 * 19 }, normal));
    // 19 replicates: p <= 0.05 exactly when the observation is the greatest of 20; the bound is 4 standard errors.
    expect(Math.abs(p.filter((each) => each <= 0.05).length / 2000 - 0.05)).toBeLessThan(0.02);
  });
});

describe(familyWiseP, () => {
  it('compares with the greatest of all statistics, each on its own scale', () => {
    // The first varies a hundred times as much as the second, and never decides alone.
    const p = familyWiseP(
      Float64Array.of(100, 9, 7, Number.NaN),
      Float64Array.from([-100, 100, -100, 0, 0, 1, 7, 7, 7, 0, 0, 0]),
    );
    // Scaled: 1, -1, 1, -1; about 1.72 for 9, then -0.66, -0.66, -0.4; the third does not vary.
    expect([...p]).toEqual([2 / 4, 1 / 4, 1, Number.NaN]);
  });

  it('is never below the p of a statistic alone, and holds its level over the family', () => {
    const { normal } = createRandom(11);
    let false95 = 0;
    for (let world = 0; world < 400; world++) {
      const observed = Float64Array.from({ length: 30 }, normal);
      const replicates = Float64Array.from({ length: 30 * 39 }, normal);
      const family = familyWiseP(observed, replicates);
      if (family.some((p) => p <= 0.05)) false95++;
    }
    expect(false95 / 400).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400));
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 6, maxLength: 6 }), {
          minLength: 1,
          maxLength: 6,
        }),
        (rows) => {
          const observed = Float64Array.from(rows, ([first]) => first as number);
          const replicates = Float64Array.from(rows.flatMap((row) => row.slice(1)));
          const single = replicateP(observed, replicates);
          familyWiseP(observed, replicates).forEach((p, row) => {
            expect(p).toBeGreaterThanOrEqual(single[row] as number);
          });
        },
      ),
    );
  });
});

describe(pooledP, () => {
  it('pools scaled replicates, as worked out by hand', () => {
    // Scaled by mean 1 and deviation 1 the first is at 1 as are two of its three replicates; the second is twice that.
    const observed = Float64Array.of(2, 4, Number.NaN, 5);
    const replicates = Float64Array.of(...[2, 0, 0], ...[4, 0, 0], ...[0, 0, 0], ...[5, 5, 5]);
    // Of the six replicates in the pool two reach 1; what never varies has p 1.
    expect([...pooledP(observed, replicates, 1)]).toEqual([3 / 7, 3 / 7, Number.NaN, 1]);
    // In groups of their own each has three replicates, as without a pool.
    expect([...pooledP(observed, replicates, 2)].slice(0, 2)).toEqual(
      [...replicateP(observed, replicates)].slice(0, 2),
    );
  });

  it('does not depend on the scale of statistics, nor on their order', () => {
    const random = createRandom(5);
    const observed = Float64Array.from({ length: 40 }, () => random.uniform());
    const replicates = Float64Array.from({ length: 40 * 9 }, () => random.uniform());
    const p = pooledP(observed, replicates, 1);
    const doubled = (values: Float64Array) => values.map((value) => 2 * value);
    expect(pooledP(doubled(observed), doubled(replicates), 1)).toEqual(p);
    const rows = Array.from({ length: 40 }, (_, row) => replicates.slice(row * 9, (row + 1) * 9)).reverse();
    const turned = pooledP(observed.toReversed(), Float64Array.from(rows.flatMap((row) => [...row])), 1);
    expect(turned.toReversed()).toEqual(p);
  });

  it('raises as many false alarms as it says, and finds what replicates of one statistic cannot show', () => {
    const [units, count] = [2000, 40];
    const random = createRandom(11);
    // Greatest of some draws, as the best of many concepts is, of other sizes from unit to unit.
    const best = (size: number) => size * Math.max(...Array.from({ length: 8 }, () => random.uniform() ** 3));
    const sizes = Float64Array.from({ length: units }, (_, unit) => 0.02 + (unit % 50) / 500);
    const observed = sizes.map((size) => best(size));
    const replicates = Float64Array.from({ length: units * count }, (_, at) =>
      best(sizes[Math.floor(at / count)] as number),
    );
    const p = pooledP(observed, replicates, 10);
    const share = (most: number) => p.filter((value) => value <= most).length / units;
    expect(share(0.05)).toBeLessThanOrEqual(0.06);
    expect(share(0.05)).toBeGreaterThan(0.035);
    expect(share(0.01)).toBeLessThanOrEqual(0.015);
    observed[7] = 10 * (sizes[7] as number);
    expect(pooledP(observed, replicates, 10)[7]).toBeLessThan(1 / (count + 1) / 10);
  });
});
