import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averageRanks,
  benjaminiHochberg,
  benjaminiYekutieli,
  correlationProbability,
  createRandom,
  criticalCorrelation,
  harmonicNumber,
  leaveOutRange,
  partialCorrelation,
  pearson,
  testCorrelations,
} from './index.ts';

interface SeriesFigures {
  readonly x: number[];
  readonly y: number[];
  readonly z: number[];
  readonly families: number[];
  readonly pearson: number;
  readonly partial: number;
  readonly partialSpearman: number;
  readonly leaveOne: [number, number];
  readonly leaveFamily: [number, number];
  readonly weakest: number;
  readonly pWithin: number;
  readonly pPartialWithin: number;
  readonly pPartial?: number;
}
const golden = JSON.parse(readFileSync(new URL('golden/relations.json', import.meta.url), 'utf8')) as {
  readonly series: SeriesFigures[];
  readonly critical: { readonly n: number; readonly level: number; readonly r: number }[];
  readonly yekutieli: { readonly p: number[]; readonly q: number[] };
};
const array = (values: readonly number[]): Float64Array => Float64Array.from(values);
const draw = (seed: number, length: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
};

describe(partialCorrelation, () => {
  it.each(golden.series)('is that of numpy for n = $x.length', ({ x, y, z, partial, partialSpearman }) => {
    expect(partialCorrelation(x, y, z)).toBeCloseTo(partial, 12);
    expect(partialCorrelation(averageRanks(x), averageRanks(y), averageRanks(z))).toBeCloseTo(partialSpearman, 12);
  });

  it('is what the three correlations say, and does not change with units of measurement', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 4, max: 40 }),
        fc.double({ min: 0.1, max: 1e3, noNaN: true }),
        (seed, n, unit) => {
          const [x, y, z] = [draw(seed, n), draw(seed + 1, n), draw(seed + 2, n)];
          const [xy, xz, yz] = [pearson(x, y), pearson(x, z), pearson(y, z)];
          const formula = (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz));
          expect(partialCorrelation(x, y, z)).toBeCloseTo(formula, 6);
          expect(
            partialCorrelation(
              x.map((value) => value * unit - 7),
              y,
              z,
            ),
          ).toBeCloseTo(formula, 6);
        },
      ),
    );
  });

  it('is undefined where the covariate tells all, or nothing is left to vary; a constant covariate tells nothing', () => {
    const [x, z] = [draw(1, 9), draw(2, 9)];
    expect(
      partialCorrelation(
        x,
        z.map((value) => 3 - 2 * value),
        z,
      ),
    ).toBeNaN();
    expect(
      partialCorrelation(
        z.map((value) => value / 3 + 1e6),
        x,
        z,
      ),
    ).toBeNaN();
    expect(partialCorrelation(x.slice(0, 3), z.slice(0, 3), draw(3, 3))).toBeNaN();
    expect(partialCorrelation(x, z, new Float64Array(9).fill(4))).toBeCloseTo(pearson(x, z), 12);
  });
});

describe(leaveOutRange, () => {
  const each = (length: number) => Array.from({ length }, (_, row) => row);

  it.each(golden.series)('is that of numpy for n = $x.length', ({ x, y, families, leaveOne, leaveFamily, weakest }) => {
    const one = leaveOutRange(x, y, each(x.length));
    expect([one.low, one.high]).toEqual(leaveOne.map((r) => expect.closeTo(r, 12) as number));
    const family = leaveOutRange(x, y, families);
    expect([family.low, family.high]).toEqual(leaveFamily.map((r) => expect.closeTo(r, 12) as number));
    expect(family.weakest).toBe(weakest);
  });

  it('is what leaving each group out gives, outliers among them', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.nat({ max: 5 }), { minLength: 10, maxLength: 30 }),
        fc.constantFrom(1, 1e3, 1e9),
        (seed, groups, outlier) => {
          const n = groups.length;
          const [x, y] = [draw(seed, n), draw(seed + 1, n)];
          x[0] = outlier;
          const without = [...new Set(groups)]
            .map((group) => groups.map((of) => of !== group))
            .filter((stays) => stays.filter(Boolean).length >= 3)
            .map((stays) =>
              pearson(
                x.filter((_, row) => stays[row]),
                y.filter((_, row) => stays[row]),
              ),
            );
          fc.pre(without.length === new Set(groups).size);
          const { low, high } = leaveOutRange(x, y, groups);
          // What is lost when the outlier is centred away is no fault of the sums.
          expect(low).toBeCloseTo(Math.min(...without), outlier === 1e9 ? 5 : 9);
          expect(high).toBeCloseTo(Math.max(...without), outlier === 1e9 ? 5 : 9);
        },
      ),
    );
  });

  it('names the group that carries a relation, and is undefined where too little is left', () => {
    const x = [0, 1, 0, 1, 0, 8, 9];
    const y = [1, 0, 0, 1, 1, 9, 8];
    const range = leaveOutRange(x, y, [0, 1, 2, 3, 4, 5, 5]);
    expect(range.weakest).toBe(5);
    expect(range.low).toBeLessThan(0);
    expect(range.high).toBeGreaterThan(0.9);
    // The other way round it is the same group.
    const turned = leaveOutRange(
      x,
      y.map((value) => -value),
      [0, 1, 2, 3, 4, 5, 5],
    );
    expect([turned.weakest, turned.low, turned.high]).toEqual([5, -range.high, -range.low]);
    expect(leaveOutRange(x, y, [0, 0, 0, 0, 0, 1, 1])).toEqual({ low: NaN, high: NaN, weakest: NaN });
    expect(leaveOutRange(x, y, [0, 0, 0, 0, 0, 0, 0]).low).toBeNaN();
    expect(leaveOutRange([1, 1, 1, 1, 5], [1, 2, 3, 4, 5], each(5)).low).toBeNaN();
    expect(leaveOutRange([1, 1, 1], [1, 2, 3], each(3)).low).toBeNaN();
  });
});

describe(criticalCorrelation, () => {
  it.each(golden.critical)('is that of scipy for n = $n at $level', ({ n, level, r }) => {
    expect(criticalCorrelation(n, level)).toBeCloseTo(r, 9);
    expect(correlationProbability(r, n)).toBeCloseTo(level, 9);
  });

  it('is what is usually quoted for twelve and thirteen models', () => {
    const at = (n: number, tests: number) => criticalCorrelation(n, 0.05 / tests).toFixed(3);
    expect([at(12, 1), at(12, 45), at(13, 1), at(13, 45)]).toEqual(['0.576', '0.819', '0.553', '0.797']);
  });

  it('falls with the number of pairs, and is undefined for two', () => {
    const values = Array.from({ length: 60 }, (_, index) => criticalCorrelation(index + 3, 0.01));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(criticalCorrelation(2, 0.05)).toBeNaN();
    expect([correlationProbability(0, 12), correlationProbability(1, 12), correlationProbability(-1, 3)]).toEqual([
      1, 0, 0,
    ]);
    expect(() => criticalCorrelation(12, 0)).toThrow(RangeError);
  });
});

describe(benjaminiYekutieli, () => {
  it('is that of numpy, and those of Benjamini and Hochberg times the harmonic number', () => {
    const { p, q } = golden.yekutieli;
    expect([...benjaminiYekutieli(p)]).toEqual(q.map((value) => expect.closeTo(value, 12) as number));
    const hochberg = benjaminiHochberg([0.01, Number.NaN, 0.02, 0.9]);
    const yekutieli = benjaminiYekutieli([0.01, Number.NaN, 0.02, 0.9]);
    expect(yekutieli[0]).toBeCloseTo((hochberg[0] as number) * (1 + 1 / 2 + 1 / 3), 12);
    expect([yekutieli[1], yekutieli[3]]).toEqual([Number.NaN, 1]);
    expect(harmonicNumber(4)).toBeCloseTo(25 / 12, 12);
  });
});

describe('partial correlations by permutation', () => {
  it.each(golden.series.filter(({ pPartial }) => pPartial !== undefined))(
    'are exact as Freedman and Lane have it for n = $x.length',
    ({ x, y, z, partial, pPartial = Number.NaN }) => {
      const tests = testCorrelations({ predictors: [array(x)], responses: [array(y)], given: array(z) });
      expect([tests.pearson[0], tests.p[0], tests.exact[0]]).toEqual([
        expect.closeTo(partial, 12),
        expect.closeTo(pPartial, 12),
        1,
      ]);
    },
  );

  it.each(golden.series)('stay within families for n = $x.length', ({ x, y, z, families, pWithin, pPartialWithin }) => {
    const pair = { predictors: [array(x)], responses: [array(y)], within: families };
    const tests = testCorrelations({ ...pair, familyWise: true });
    expect([tests.p[0], tests.pFamily[0], tests.exact[0]]).toEqual([
      expect.closeTo(pWithin, 12),
      expect.closeTo(pWithin, 12),
      1,
    ]);
    expect(testCorrelations({ ...pair, given: array(z) }).p[0]).toBeCloseTo(pPartialWithin, 12);
    const sizes = [...new Set(families)].map((family) => families.filter((of) => of === family).length);
    const factorial = (count: number): number => (count < 2 ? 1 : count * factorial(count - 1));
    expect(tests.floor[0]).toBeCloseTo(1 / sizes.map(factorial).reduce((a, b) => a * b), 12);
  });

  it('are estimated by a sample as plain JavaScript estimates them, whatever the number of rows', () => {
    // 14 rows go by tables of pairs, 21 by products; 6 responses fill more than one step of the kernel.
    for (const n of [14, 21]) {
      const z = draw(n, n);
      const predictors = [1, 2, 3].map((seed) => draw(100 + seed, n).map((value, row) => value + (z[row] as number)));
      const responses = [1, 2, 3, 4, 5, 6].map((seed) =>
        draw(200 + seed, n).map((value, row) => value - (z[row] as number)),
      );
      const permutations = 40_000;
      const { p, exact, floor } = testCorrelations({ predictors, responses, given: z, permutations, seed: 3 });
      const random = createRandom(9);
      predictors.forEach((x, predictor) => {
        responses.forEach((y, response) => {
          const own = p[predictor * responses.length + response] as number;
          expect(own).toBeCloseTo(plainFreedmanLane(x, y, z, 3_000, random), 1);
        });
      });
      expect([exact[0], floor[0]]).toEqual([0, 1 / 40_001]);
    }
  });

  it('leave out rows without the covariate, and pairs that it tells all about', () => {
    const [x, y, z] = [draw(1, 8), draw(2, 8), draw(3, 8)];
    const missing = z.map((value, row) => (row === 5 ? Number.NaN : value));
    const kept = (values: Float64Array) => values.filter((_, row) => row !== 5);
    const tests = testCorrelations({ predictors: [x, z], responses: [y], given: missing });
    expect([tests.n[0], tests.pearson[0]]).toEqual([
      7,
      expect.closeTo(partialCorrelation(kept(x), kept(y), kept(z)), 12),
    ]);
    expect(tests.p[0]).toBeCloseTo(
      testCorrelations({ predictors: [kept(x)], responses: [kept(y)], given: kept(z) }).p[0] as number,
      12,
    );
    expect([tests.pearson[1], tests.p[1]]).toEqual([Number.NaN, Number.NaN]);
    expect(() => testCorrelations({ predictors: [x], responses: [y], given: z, familyWise: true })).toThrow(RangeError);
  });

  it('hold their level where a covariate makes both', () => {
    // Both follow the covariate and nothing else: plain correlations are strong, partial ones are chance.
    const worlds = 400;
    let [plain, partial] = [0, 0];
    for (let world = 0; world < worlds; world++) {
      const random = createRandom(world, 5);
      const z = Float64Array.from({ length: 12 }, () => random.normal());
      const [x, y] = [1, 2].map(() => z.map((value) => 2 * value + random.normal())) as [Float64Array, Float64Array];
      const options = { predictors: [x], responses: [y], permutations: 499, seed: world };
      plain += (testCorrelations(options).p[0] as number) <= 0.05 ? 1 : 0;
      partial += (testCorrelations({ ...options, given: z }).p[0] as number) <= 0.05 ? 1 : 0;
    }
    expect(plain / worlds).toBeGreaterThan(0.8);
    expect(partial / worlds).toBeLessThan(0.075);
    expect(partial / worlds).toBeGreaterThan(0.025);
  });
});

describe('orderings within families', () => {
  it('are all of equal weight when some rows are missing and families stand apart', () => {
    const families = [0, 1, 0, 1, 0, 1, 1];
    const [x, y] = [draw(1, 7), draw(2, 7)];
    const holes = y.map((value, row) => (row === 3 ? Number.NaN : value));
    const kept = <T>(values: ArrayLike<T>): T[] => Array.from(values).filter((_, row) => row !== 3);
    const whole = testCorrelations({ predictors: [x], responses: [holes], within: families });
    const alone = testCorrelations({
      predictors: [array(kept(x))],
      responses: [array(kept(y))],
      within: kept(families),
    });
    expect(whole.p[0]).toBeCloseTo(alone.p[0] as number, 12);
    expect(whole.floor[0]).toBeCloseTo(1 / 36, 12);
  });

  it('sampled, agree with all of them', () => {
    const families = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
    const [x, y] = [draw(4, 12), draw(5, 12)];
    const all = testCorrelations({ predictors: [x], responses: [y], within: families });
    const sampled = testCorrelations({
      predictors: [x],
      responses: [y],
      within: families,
      exactUpTo: 4,
      permutations: 50_000,
    });
    expect([all.exact[0], sampled.exact[0]]).toEqual([1, 0]);
    expect(sampled.p[0]).toBeCloseTo(all.p[0] as number, 2);
  });

  it('are one where every row is its own family, and any where all are of one', () => {
    const [x, y] = [draw(6, 8), draw(7, 8)];
    const p = (within?: number[]) =>
      testCorrelations({ predictors: [x], responses: [y], ...(within === undefined ? {} : { within }) }).p[0] as number;
    expect(p([0, 1, 2, 3, 4, 5, 6, 7])).toBe(1);
    expect(p([0, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo(p(), 12);
    expect(() => p([0])).toThrow(RangeError);
  });
});

/** Freedman and Lane's test as it is defined: residuals are put into order, added to the fit, and the model is refitted. */
function plainFreedmanLane(
  x: Float64Array,
  y: Float64Array,
  z: Float64Array,
  orderings: number,
  random: ReturnType<typeof createRandom>,
): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const slope =
    z.reduce((sum, value, row) => sum + (value - mean(z)) * (y[row] as number), 0) /
    z.reduce((sum, value) => sum + (value - mean(z)) ** 2, 0);
  const fitted = z.map((value) => mean(y) + slope * (value - mean(z)));
  const residuals = y.map((value, row) => value - (fitted[row] as number));
  const observed = Math.abs(partialCorrelation(x, y, z));
  let extreme = 1;
  for (let ordering = 0; ordering < orderings; ordering++) {
    const moved = random.shuffle(residuals.slice());
    const refitted = fitted.map((value, row) => value + (moved[row] as number));
    if (Math.abs(partialCorrelation(x, refitted, z)) >= observed - 1e-12) extreme++;
  }
  return extreme / (orderings + 1);
}
