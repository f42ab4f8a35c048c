import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bcaInterval,
  bcaOfReplicates,
  jackknifeAcceleration,
  benjaminiHochberg,
  clusterKMeans,
  createRandom,
  fisherInterval,
  fitPrincipalComponents,
  gridOver,
  leaveOneOutErrors,
  pearson,
  projectOntoComponents,
  ratedRows,
  rateClusterCounts,
  regressNearest,
  silhouette,
  spearman,
  testCorrelations,
} from './index.ts';

interface MatrixFigures {
  readonly values: number[];
  readonly rows: number;
  readonly columns: number;
  readonly scores: number[];
  readonly loadings?: number[];
  readonly variance: number[];
  readonly ratio: number[];
}
interface PairFigures {
  readonly x: number[];
  readonly y: number[];
  readonly pearson: number;
  readonly spearman: number;
  readonly fisher: number[];
  readonly p?: number;
  readonly bca: { readonly replicates: number[]; readonly jackknife: number[]; readonly interval: number[] };
  readonly scipyBca?: number[];
}
// Made by tools/golden/statistics.py with numpy, scipy and scikit-learn.
const golden = JSON.parse(readFileSync(new URL('golden/statistics.json', import.meta.url), 'utf8')) as {
  readonly pca: MatrixFigures;
  readonly pcaTall: MatrixFigures;
  readonly clusters: {
    readonly values: number[];
    readonly rows: number;
    readonly columns: number;
    readonly inertia: Record<string, number>;
    readonly silhouette: Record<string, number>;
  };
  readonly pairs: PairFigures[];
  readonly falseDiscovery: { readonly p: number[]; readonly q: number[] };
  readonly nearest: {
    readonly points: number[];
    readonly values: number[];
    readonly at: number[];
    readonly predicted: number[];
    readonly error: number;
    readonly meanError: number;
  };
};
const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 10) => {
  expect(actual.length).toBe(expected.length);
  Array.from(expected).forEach((value, index) => {
    expect(actual[index]).toBeCloseTo(value, digits);
  });
};
const array = (values: readonly number[]) => Float64Array.from(values);
const finite = fc.double({ min: -100, max: 100, noNaN: true });

describe(fitPrincipalComponents, () => {
  it.each([
    ['wide', golden.pca],
    ['tall', golden.pcaTall],
  ] as const)(
    'agrees with scikit-learn on a %s matrix',
    (_name, { values, rows, columns, scores, loadings, variance, ratio }) => {
      const fitted = fitPrincipalComponents({ values: array(values), rows, columns, components: variance.length });
      expectClose(fitted.scores, scores);
      if (loadings !== undefined) expectClose(fitted.loadings, loadings);
      expectClose(fitted.variance, variance);
      expectClose(fitted.ratio, ratio);
    },
  );

  it('agrees with itself on a matrix large enough for the other way of computing', () => {
    const random = createRandom(3);
    const [rows, columns] = [160, 120];
    const values = Float64Array.from(
      { length: rows * columns },
      (_, index) => random.normal() * (1 + (index % columns === 0 ? 4 : 0) + (index % columns === 1 ? 2 : 0)),
    );
    const fitted = fitPrincipalComponents({ values, rows, columns, components: 2 });
    // Scores are the centred rows on the axes, whose variance is the eigenvalue.
    for (let component = 0; component < 2; component++) {
      let variance = 0;
      for (let row = 0; row < rows; row++)
        variance += (fitted.scores[row * 2 + component] ?? Number.NaN) ** 2 / (rows - 1);
      expect(variance).toBeCloseTo(fitted.variance[component] ?? Number.NaN, 8);
    }
    const dot = fitted.loadings
      .subarray(0, columns)
      .reduce((sum, loading, column) => sum + loading * (fitted.loadings[columns + column] ?? 0), 0);
    expect(dot).toBeCloseTo(0, 8);
  });

  it.each([
    ['wide', golden.pca],
    ['tall', golden.pcaTall],
  ] as const)('knows the variances that follow, on a %s matrix', (_name, { values, rows, columns, variance }) => {
    const {
      spectrum,
      totalVariance,
      variance: kept,
    } = fitPrincipalComponents({ values: array(values), rows, columns, components: 1 });
    expectClose(spectrum.subarray(0, variance.length), variance);
    expect(spectrum[0]).toBe(kept[0]);
    expect(spectrum).toHaveLength(Math.min(rows - 1, columns));
    expect(spectrum.reduce((sum, value) => sum + value, 0)).toBeCloseTo(totalVariance, 9);
  });

  it('knows the first hundred variances of a large matrix', () => {
    const random = createRandom(5);
    const [rows, columns] = [130, 110];
    const values = Float64Array.from({ length: rows * columns }, () => random.normal());
    const { spectrum, totalVariance } = fitPrincipalComponents({ values, rows, columns, components: 2 });
    const all = fitPrincipalComponents({ values, rows, columns, components: columns }).variance;
    expectClose(spectrum, all.subarray(0, 100));
    expect(all.reduce((sum, value) => sum + value, 0)).toBeCloseTo(totalVariance, 8);
  });

  it('knows the two axes of a large matrix of three different rows', () => {
    const [rows, columns] = [300, 300];
    const values = Float64Array.from({ length: rows * columns }, (_, index) =>
      ((index % columns) + 200 * Math.floor(index / columns)) % 300 < 100 ? 6 / 300 : 7 / 300,
    );
    const { variance, spectrum, totalVariance } = fitPrincipalComponents({ values, rows, columns, components: 3 });
    expect((variance[0] ?? 0) + (variance[1] ?? 0)).toBeCloseTo(totalVariance, 12);
    expect([variance[2], spectrum[2], spectrum[99]]).toEqual([0, 0, 0]);
  });

  it.each([
    [160, 120],
    [120, 160],
  ])('finds small axes beside large ones in %i x %i, and knows where there are no more', (rows, columns) => {
    // Columns of cosines are orthogonal to each other and to constants, on both sides.
    const cosine = (length: number, wave: number) =>
      Float64Array.from(
        { length },
        (_, index) => Math.cos((Math.PI * wave * (index + 0.5)) / length) * Math.sqrt(2 / length),
      );
    const sizes = [1, 1e-5, 3e-7];
    const values = new Float64Array(rows * columns);
    sizes.forEach((size, wave) => {
      const [left, right] = [cosine(rows, wave + 1), cosine(columns, wave + 2)];
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          values[row * columns + column] =
            (values[row * columns + column] ?? 0) + size * (left[row] ?? 0) * (right[column] ?? 0);
    });
    const fitted = fitPrincipalComponents({ values, rows, columns, components: 5 });
    sizes.forEach((size, index) => {
      expect((fitted.variance[index] ?? 0) / (size ** 2 / (rows - 1))).toBeCloseTo(1, 6);
      const along = cosine(columns, index + 2).reduce(
        (sum, value, column) => sum + value * (fitted.loadings[index * columns + column] ?? 0),
        0,
      );
      expect(Math.abs(along)).toBeCloseTo(1, 6);
    });
    expect([...fitted.variance.subarray(3), ...fitted.spectrum.subarray(3)].every((value) => value === 0)).toBe(true);
    for (let one = 0; one < 5; one++) {
      for (let other = 0; other <= one; other++) {
        const product = fitted.loadings
          .subarray(one * columns, (one + 1) * columns)
          .reduce((sum, value, column) => sum + value * (fitted.loadings[other * columns + column] ?? 0), 0);
        expect(product).toBeCloseTo(one === other ? 1 : 0, 8);
      }
    }
  });

  it('makes the loading of largest magnitude positive', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 24, maxLength: 24 }), (values) => {
        const { loadings } = fitPrincipalComponents({ values: array(values), rows: 6, columns: 4, components: 2 });
        for (const axis of [loadings.subarray(0, 4), loadings.subarray(4)]) {
          const largest = Math.max(...axis.map(Math.abs));
          expect(axis.some((loading) => loading > 0 && Math.abs(loading) >= largest * (1 - 1e-9))).toBe(true);
        }
      }),
    );
  });

  it('places rows, and says which share of their squared length it cannot express', () => {
    const fit = { mean: Float64Array.of(1, 1), loadings: Float64Array.of(1, 0) };
    const rows = { values: Float64Array.of(4, 5, 1, 1, 3, 1), rows: 3, columns: 2 };
    const { scores, unexpressed } = projectOntoComponents({ ...rows, ...fit });
    expect([[...scores], [...unexpressed]]).toEqual([
      [3, 0, 2],
      [16 / 25, 0, 0],
    ]);
  });

  it('says how many components can be had', () => {
    expect(() => fitPrincipalComponents({ values: new Float64Array(6), rows: 2, columns: 3, components: 2 })).toThrow(
      /1/u,
    );
  });
});

describe('clusters', () => {
  const { values, rows, columns, inertia, silhouette: silhouettes } = golden.clusters;
  const matrix = { values: array(values), rows, columns };

  it.each(Object.keys(inertia).map(Number))('reach the inertia and silhouette of scikit-learn for k = %i', (k) => {
    const clusters = clusterKMeans({ ...matrix, k });
    expect(clusters.inertia).toBeCloseTo(inertia[k] ?? Number.NaN, 9);
    if (k > 1) expect(silhouette(matrix, clusters.labels, k)).toBeCloseTo(silhouettes[k] ?? Number.NaN, 9);
  });

  it('do not depend on the seed when there are enough runs, and are numbered by their first row', () => {
    const one = clusterKMeans({ ...matrix, k: 3, seed: 1 });
    const other = clusterKMeans({ ...matrix, k: 3, seed: 2 });
    expect([...one.labels]).toEqual([...other.labels]);
    expect([...new Set(one.labels)]).toEqual([0, 1, 2]);
  });

  it('peak in the gap statistic at the number of groups that were drawn', () => {
    const rated = rateClusterCounts({ ...matrix, maximum: 6, references: 20 });
    expect(rated.map(({ k }) => k)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rated[2]?.gap).toBe(Math.max(...rated.slice(0, 3).map(({ gap }) => gap)));
    expect(rated[0]?.silhouette).toBeNaN();
    expect(rated.every(({ inertia: sum }, index) => index === 0 || sum <= (rated[index - 1]?.inertia ?? 0))).toBe(true);
  });

  it('handle rows that are all equal, and refuse more clusters than rows', () => {
    const equal = { values: new Float64Array(8).fill(2), rows: 4, columns: 2 };
    expect(clusterKMeans({ ...equal, k: 3 }).inertia).toBe(0);
    expect(new Set(clusterKMeans({ ...equal, k: 4 }).labels).size).toBe(4);
    expect(() => clusterKMeans({ ...equal, k: 5 })).toThrow(RangeError);
    expect(rateClusterCounts({ ...equal, maximum: 2, references: 3 }).map(({ gap }) => gap)).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });
});

describe('clusters of equal rows', () => {
  it('are found at once, however many are asked for', () => {
    // Three rows, each many times: more clusters than there are different rows.
    const random = createRandom(7);
    const shapes = Array.from({ length: 3 }, () => Array.from({ length: 40 }, () => random.normal()));
    const values = Float64Array.from(
      { length: 450 * 40 },
      (_, index) => shapes[Math.floor(index / 40) % 3]?.[index % 40] ?? 0,
    );
    const matrix = { values, rows: 450, columns: 40 };
    expect(clusterKMeans({ ...matrix, k: 3 }).labels.every((label, row) => label === row % 3)).toBe(true);
    const rated = rateClusterCounts({ ...matrix, maximum: 10 });
    expect(rated.slice(2).every(({ inertia }) => inertia < 1e-20)).toBe(true);
    expect(rated[2]?.silhouette).toBeCloseTo(1, 9);
  });
});

describe(rateClusterCounts, () => {
  const groups = (rows: number) => {
    const random = createRandom(3);
    return {
      values: Float64Array.from(
        { length: rows * 3 },
        (_, index) => 10 * (Math.floor(index / 3) % 4) * (index % 3 === 0 ? 1 : 0) + random.normal(),
      ),
      rows,
      columns: 3,
    };
  };

  it('rates a sample where there are more rows than can be compared with each other', () => {
    const all = rateClusterCounts({ ...groups(ratedRows), maximum: 5, restarts: 3 });
    const sampled = rateClusterCounts({ ...groups(ratedRows + 1), maximum: 5, restarts: 3 });
    // The groups are found in the sample too, and its inertia stands for that of all rows.
    expect(
      sampled
        .map(({ silhouette: value }) => value)
        .indexOf(Math.max(...sampled.slice(1).map(({ silhouette: value }) => value))),
    ).toBe(3);
    sampled.forEach(({ k, inertia, silhouette: value }, index) => {
      expect(k).toBe(index + 1);
      expect(inertia / (all[index]?.inertia ?? 0)).toBeGreaterThan(0.8);
      expect(inertia / (all[index]?.inertia ?? 0)).toBeLessThan(1.2);
      if (k > 1) expect(Math.abs(value - (all[index]?.silhouette ?? 0))).toBeLessThan(0.05);
    });
    expect(rateClusterCounts({ ...groups(ratedRows + 1), maximum: 5, restarts: 3 })).toEqual(sampled);
    expect(rateClusterCounts({ ...groups(ratedRows + 1), maximum: 5, restarts: 3, seed: 1 })).not.toEqual(sampled);
  });
});

describe('correlations', () => {
  it.each(golden.pairs.map((pair, index) => [index, pair] as const))(
    'agree with scipy on sample %i',
    (_index, { x, y, ...expected }) => {
      const r = pearson(array(x), array(y));
      expect(r).toBeCloseTo(expected.pearson, 12);
      expect(spearman(array(x), array(y))).toBeCloseTo(expected.spearman, 12);
      expectClose(fisherInterval(r, x.length), expected.fisher, 9);
      if (expected.p !== undefined) {
        const tests = testCorrelations({ predictors: [array(x)], responses: [array(y)], familyWise: true });
        expect(tests.p[0]).toBeCloseTo(expected.p, 12);
        expect(tests.pFamily[0]).toBeCloseTo(expected.p, 12);
      }
      const { replicates, jackknife, interval } = expected.bca;
      expectClose(
        bcaOfReplicates({
          estimate: r,
          replicates: array(replicates),
          acceleration: jackknifeAcceleration(array(jackknife)),
          level: 0.95,
        }),
        interval,
        7,
      );
      if (expected.scipyBca === undefined) return;
      // Another generator draws other resamples: 20,000 of scipy's and ours agree to about two digits.
      const [low, high] = bcaInterval({ x: array(x), y: array(y), statistic: pearson, resamples: 20_000, seed: 5 });
      expect(low).toBeCloseTo(expected.scipyBca[0] ?? 0, 1);
      expect(high).toBeCloseTo(expected.scipyBca[1] ?? 0, 1);
    },
  );

  it('have a sampled p near the exact one, the same for the same seed, and a family-wise p that is never smaller', () => {
    const random = createRandom(11);
    const draw = (n: number) => Float64Array.from({ length: n }, () => random.normal());
    const predictors = [draw(8), draw(8)];
    const responses = [draw(8), draw(8).fill(Number.NaN, 6)];
    const exact = testCorrelations({ predictors, responses, familyWise: true });
    const sampled = testCorrelations({
      predictors,
      responses,
      familyWise: true,
      exactUpTo: 2,
      permutations: 20_000,
      seed: 4,
    });
    const again = testCorrelations({
      predictors,
      responses,
      familyWise: true,
      exactUpTo: 2,
      permutations: 20_000,
      seed: 4,
    });
    expect([...again.p]).toEqual([...sampled.p]);
    exact.p.forEach((p, index) => {
      expect(Math.abs(p - (sampled.p[index] ?? 0))).toBeLessThan(0.02);
    });
    expect(exact.pFamily.every((pFamily, index) => pFamily >= (exact.p[index] ?? 0) - 1e-12)).toBe(true);
    expect([...exact.n]).toEqual([8, 6, 8, 6]);
  });

  it('are undefined for constants, and p is exact for a predictor with few distinct arrangements', () => {
    const response = Float64Array.from({ length: 12 }, (_, row) => row * row);
    const rare = new Float64Array(12);
    rare[11] = 3;
    const { p, pearson: r } = testCorrelations({
      predictors: [new Float64Array(12), rare],
      responses: [response],
      familyWise: false,
    });
    expect([r[0], p[0]]).toEqual([Number.NaN, Number.NaN]);
    // Of the twelve places that the one value can take, only the last is as extreme.
    expect(p[1]).toBeCloseTo(1 / 12, 12);
  });

  it('have a sampled p of at least one in the orderings and one, never 0', () => {
    const rising = Float64Array.from({ length: 12 }, (_, row) => row);
    const { p, exact } = testCorrelations({ predictors: [rising], responses: [rising], permutations: 1000 });
    expect([exact[0], p[0]]).toEqual([0, 1 / 1001]);
  });

  it('have as family-wise p the share of orderings whose greatest correlation of the table is as great', () => {
    const predictors = [
      Float64Array.of(1, 2, 3, 4, 6),
      Float64Array.of(3, -1, 0, 5, 1),
      Float64Array.of(0, 0, 1, 0, 2),
    ];
    const responses = [Float64Array.of(2, 1, 4, 3, 9), Float64Array.of(-1, 5, 2, 2, 0)];
    const table = (rows: readonly number[]) =>
      predictors.flatMap((predictor) =>
        responses.map((response) =>
          Math.abs(
            pearson(
              rows.map((row) => predictor[row] ?? NaN),
              response,
            ),
          ),
        ),
      );
    const greatest = orderingsOf([0, 1, 2, 3, 4]).map((rows) => Math.max(...table(rows)));
    const { pFamily, p } = testCorrelations({ predictors, responses, familyWise: true });
    table([0, 1, 2, 3, 4]).forEach((observed, pair) => {
      const share = greatest.filter((most) => most >= observed - 1e-12).length / greatest.length;
      expect(pFamily[pair]).toBeCloseTo(Math.max(share, p[pair] ?? NaN), 12);
    });
    expect(pFamily.some((corrected, pair) => corrected > 1.5 * (p[pair] ?? NaN))).toBe(true);
  });

  it('have no bootstrap interval where it has no meaning', () => {
    const x = Float64Array.of(1, 2, 3, 4, 5);
    const constant = new Float64Array(5).fill(1);
    expect(bcaInterval({ x, y: constant, statistic: pearson })).toEqual([Number.NaN, Number.NaN]);
    expect(bcaInterval({ x: x.slice(0, 3), y: x.slice(0, 3), statistic: pearson })).toEqual([Number.NaN, Number.NaN]);
  });
});

/** All orderings of some rows. */
function orderingsOf(rows: readonly number[]): number[][] {
  if (rows.length <= 1) return [[...rows]];
  return rows.flatMap((first) => orderingsOf(rows.filter((row) => row !== first)).map((rest) => [first, ...rest]));
}

describe(benjaminiHochberg, () => {
  it('gives the step-up q values', () => {
    expectClose(benjaminiHochberg(golden.falseDiscovery.p), golden.falseDiscovery.q, 12);
  });

  it('is monotone in p, never below it, and leaves the undefined out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN)), { maxLength: 20 }),
        (p) => {
          const q = benjaminiHochberg(p);
          const defined = p
            .flatMap((value, index) => (Number.isNaN(value) ? [] : [[value, q[index] ?? Number.NaN] as const]))
            .sort((a, b) => a[0] - b[0]);
          expect(
            defined.every(
              ([value, rate], index) =>
                rate >= value * (1 - 1e-12) && rate <= 1 && (index === 0 || rate >= (defined[index - 1]?.[1] ?? 0)),
            ),
          ).toBe(true);
          expect([...q].filter(Number.isNaN)).toHaveLength(p.length - defined.length);
          expect([...benjaminiHochberg(defined.map(([value]) => value))]).toEqual(defined.map(([, rate]) => rate));
        },
      ),
    );
  });
});

describe('nearest neighbours', () => {
  const { points, values, at, predicted, error, meanError } = golden.nearest;
  const known = { points: array(points), values: array(values), dimensions: 2, neighbours: 5 };

  it('predict as scikit-learn does', () => {
    expectClose(regressNearest({ ...known, at: array(at) }), predicted, 10);
    const errors = leaveOneOutErrors(known);
    expect(errors.error).toBeCloseTo(error, 10);
    expect(errors.meanError).toBeCloseTo(meanError, 10);
  });

  it('return the value of a point that is hit, and the mean of points that coincide', () => {
    const twice = {
      points: Float64Array.of(0, 0, 0, 0, 1, 1),
      values: Float64Array.of(2, 4, 9),
      dimensions: 2,
      neighbours: 3,
    };
    expect([...regressNearest({ ...twice, at: Float64Array.of(0, 0, 1, 1) })]).toEqual([3, 9]);
    expect(() => leaveOneOutErrors(twice)).toThrow(RangeError);
  });

  it('lay a grid with a margin of a tenth around the points', () => {
    expect([...gridOver(Float64Array.of(0, 0, 10, 20), 2)].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([
      -1, -2, -1, 22, 11, -2, 11, 22,
    ]);
  });
});
