import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterOrder } from '../clusters/cluster-order.ts';
import { clusterCountOfGap } from '../clusters/rate-cluster-counts.ts';
import { keptComponents, parallelAnalysis } from '../principal-components/parallel-analysis.ts';
import { createRandom } from '../random.ts';
import { CoAssignment } from './co-assignment.ts';
import { confidenceEllipse, halfInterval, replicateCloud } from './confidence-ellipse.ts';
import { DistanceReplicates, rowDistances } from './distance-replicates.ts';
import { EmbeddingReplicates } from './embedding-replicates.ts';
import { replicateInterval, ruleOfThree } from './replicate-interval.ts';
import { drawBlockWeights } from './block-weights.ts';
import { drawBinomial, resampleCounts } from './resample-counts.ts';

interface Figures {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly clusters: number;
  readonly points: readonly number[];
  readonly replicates: readonly (readonly number[])[];
  readonly means: readonly number[];
  readonly covariances: readonly (readonly number[])[];
  readonly loadingPercentiles: readonly [readonly number[], readonly number[]];
  readonly together: readonly number[];
  readonly nearest: readonly number[];
  readonly branches: readonly (readonly number[])[];
  readonly ellipses: readonly {
    readonly covariance: readonly number[];
    readonly major: number;
    readonly minor: number;
    readonly angle: number;
  }[];
  readonly parallel: Readonly<Record<'matrix' | 'variance' | 'chance' | 'p', readonly number[]>>;
  readonly binomial: readonly {
    readonly things: number;
    readonly probability: number;
    readonly at: readonly number[];
    readonly cumulative: readonly number[];
  }[];
  readonly counts: {
    readonly counts: readonly number[];
    readonly rest: number;
    readonly covariance: readonly number[];
  };
}

// Made by tools/golden/replicates.py with numpy, scipy and scikit-learn.
const golden = JSON.parse(readFileSync(new URL('../golden/replicates.json', import.meta.url), 'utf8')) as Figures;
const { rows, columns, components } = golden;
const array = (values: readonly number[]) => Float64Array.from(values);
const close = (values: ArrayLike<number>, digits = 9) =>
  Array.from(values, (value) => expect.closeTo(value, digits) as number);

const replicated = (points = array(golden.points), replicates = golden.replicates.map(array)) => {
  const embedding = new EmbeddingReplicates({
    ...{ points, rows, columns, components, clusters: golden.clusters, replicates: replicates.length },
  });
  for (const replicate of replicates) embedding.add(replicate);
  return embedding;
};

describe(EmbeddingReplicates, () => {
  const embedding = replicated();

  it('decomposes and aligns each replicate as scikit-learn and scipy do', () => {
    for (let row = 0; row < rows; row++) {
      const { mean, covariance } = embedding.cloud(row);
      expect([...mean]).toEqual(close(golden.means.slice(row * components, (row + 1) * components)));
      expect([...covariance]).toEqual(close(golden.covariances[row] as number[]));
    }
  });

  it('turns the axes with the points', () => {
    const [low, high] = golden.loadingPercentiles;
    for (let component = 0; component < components; component++)
      for (let column = 0; column < columns; column++) {
        const interval = replicateInterval({ replicates: embedding.loadings(component, column), observed: 0 });
        const at = component * columns + column;
        expect([...interval]).toEqual(close([low[at] as number, high[at] as number]));
      }
  });

  it('finds who stands together as k-means of scikit-learn does', () => {
    expect([...embedding.together()]).toEqual(close(golden.together));
    expect(golden.together.some((share) => share > 0 && share < 1)).toBe(true);
  });

  it('has an order in which no branch of the consensus tree of scipy is torn apart', () => {
    const order = clusterOrder(
      rows,
      (a, b) => 1 - (golden.together[a * rows + b] as number),
      (row) => -row,
    );
    for (const branch of golden.branches) {
      const places = branch.map((row) => order.indexOf(row)).sort((a, b) => a - b);
      expect((places.at(-1) as number) - (places[0] as number)).toBe(branch.length - 1);
    }
  });

  it('has clouds without extent where replicates are the matrix itself, turned or not', () => {
    const matrix = array(golden.replicates[0] as number[]);
    const once = replicated(array(golden.points), [matrix]);
    const own = array(Array.from({ length: rows }, (_, row) => [...once.cloud(row).mean]).flat());
    const still = replicated(own, [matrix, matrix, matrix]);
    for (let row = 0; row < rows; row++) {
      const { mean, covariance } = still.cloud(row);
      expect([...mean]).toEqual(close(own.subarray(row * components, (row + 1) * components)));
      expect([...covariance]).toEqual(close(new Float64Array(components * components), 12));
    }
    expect(new Set(still.together())).toEqual(new Set([0, 1]));
  });

  it('turns its clouds with the points that they are laid on', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.boolean(), (angle, mirrored) => {
        const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        const turn = (values: ArrayLike<number>) => {
          const [x = 0, y = 0, z = 0] = Array.from(values);
          return [cosine * x - sine * y, sine * x + cosine * y, mirrored ? -z : z];
        };
        const points = Array.from({ length: rows }, (_, row) =>
          turn(golden.points.slice(row * components, (row + 1) * components)),
        );
        const turned = replicated(array(points.flat()), golden.replicates.slice(0, 5).map(array));
        const still = replicated(array(golden.points), golden.replicates.slice(0, 5).map(array));
        for (const row of [0, rows - 1]) {
          expect([...turned.cloud(row).mean]).toEqual(close(turn(still.cloud(row).mean)));
          const ellipse = (embedded: EmbeddingReplicates) => {
            const [xx = 0, xy = 0, , , yy = 0] = embedded.cloud(row).covariance;
            return confidenceEllipse([xx, xy, yy]);
          };
          const [before, after] = [ellipse(still), ellipse(turned)];
          expect([after.major, after.minor]).toEqual(close([before.major, before.minor]));
          const sign = Math.cos(after.angle - before.angle - angle);
          expect(Math.abs(sign)).toBeCloseTo(1, 6);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is the same whatever was added, and refuses more than were announced', () => {
    expect([...replicated().cloud(3).covariance]).toEqual([...embedding.cloud(3).covariance]);
    expect(() => embedding.add(array(golden.replicates[0] as number[]))).toThrow('more than 24 replicates');
  });

  it('takes a matrix of lower rank than there are components', () => {
    const flat = new EmbeddingReplicates({
      ...{ points: Float64Array.of(0, 0, 1, 0, 2, 0), rows: 3, columns: 2, components: 2, clusters: 1, replicates: 1 },
    }).add(Float64Array.of(0, 0, 1, 0, 2, 0));
    expect([...flat.cloud(2).mean]).toEqual(close([2, 0]));
    expect([...flat.loadings(0, 0)].map(Math.abs)).toEqual(close([1]));
    expect([...flat.loadings(1, 1)]).toEqual([0]);
  });
});

describe(DistanceReplicates, () => {
  it('counts who is nearest as numpy does', () => {
    const distances = new DistanceReplicates(rows, golden.replicates.length);
    for (const replicate of golden.replicates) distances.add(array(replicate), columns);
    const shares = Array.from({ length: rows * rows }, (_, at) =>
      Math.floor(at / rows) === at % rows ? 0 : distances.nearestShare(Math.floor(at / rows), at % rows),
    );
    expect(shares).toEqual(close(golden.nearest));
    const first = rowDistances({ values: array(golden.replicates[0] as number[]), rows, columns });
    expect(distances.distances(4, 2)[0]).toBe(first[4 * rows + 2]);
    expect(distances.distances(2, 4)[0]).toBe(first[4 * rows + 2]);
  });

  it('shares a replicate among equally near rows, by hand: a line of three', () => {
    const distances = new DistanceReplicates(3, 1).add(Float64Array.of(0, 1, 2), 1);
    expect([distances.nearestShare(1, 0), distances.nearestShare(1, 2), distances.nearestShare(0, 1)]).toEqual([
      0.5, 0.5, 1,
    ]);
    expect([...distances.distances(0, 2)]).toEqual([2]);
    expect(() => distances.add(Float64Array.of(0, 1, 2), 1)).toThrow('more than 1 replicates');
  });

  it('gives the distances of a plain loop, and exactly 0 for equal rows', () => {
    const value = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 2, maxLength: 7 }), (points) => {
        const all = [...points, points[0] as (typeof points)[0]];
        const found = rowDistances({ values: array(all.flat()), rows: all.length, columns: 3 });
        all.forEach((a, row) => {
          all.forEach((b, other) => {
            expect(found[row * all.length + other]).toBeCloseTo(
              Math.hypot(...a.map((x, i) => x - (b[i] as number))),
              6,
            );
          });
        });
        expect(found[all.length - 1]).toBe(0);
      }),
    );
  });
});

describe(CoAssignment, () => {
  it('counts pairs, by hand', () => {
    const together = new CoAssignment(3).add([0, 0, 1]).add([1, 0, 0]);
    expect([...together.shares()]).toEqual([1, 0.5, 0, 0.5, 1, 0.5, 0, 0.5, 1]);
  });
});

describe(confidenceEllipse, () => {
  it.each(golden.ellipses)('has the axes of numpy: $covariance', ({ covariance, ...ellipse }) => {
    const [xx = 0, xy = 0, , yy = 0] = covariance;
    const { major, minor, angle } = confidenceEllipse([xx, xy, yy]);
    expect([major, minor, angle]).toEqual(close([ellipse.major, ellipse.minor, ellipse.angle]));
  });

  it('is a circle, a line or a point where covariances are', () => {
    expect(confidenceEllipse([0, 0, 0])).toEqual({ major: 0, minor: 0, angle: 0 });
    expect(confidenceEllipse([0, 0, 1]).angle).toBeCloseTo(Math.PI / 2, 12);
    expect(confidenceEllipse([1, 1, 1]).minor).toBeCloseTo(0, 7);
    expect(halfInterval(4)).toBeCloseTo(2 * 1.959963984540054, 9);
  });

  it('comes from means and covariances, by hand', () => {
    const { mean, covariance } = replicateCloud(Float64Array.of(0, 0, 2, 0, 1, 3), 2);
    expect([...mean]).toEqual(close([1, 1]));
    expect([...covariance]).toEqual(close([1, 0, 0, 3]));
    expect([...replicateCloud(Float64Array.of(5, 6), 2).covariance]).toEqual([0, 0, 0, 0]);
  });
});

describe(replicateInterval, () => {
  const replicates = Float64Array.from({ length: 101 }, (_, index) => index);

  it('takes percentiles, takes off the bias, or mirrors, by hand', () => {
    expect([...replicateInterval({ replicates, observed: 60 })]).toEqual(close([2.5, 97.5]));
    // Mean 50: a bias of -10.
    expect([...replicateInterval({ replicates, observed: 60, kind: 'centred' })]).toEqual(close([12.5, 107.5]));
    expect([...replicateInterval({ replicates, observed: 60, kind: 'basic' })]).toEqual(close([22.5, 117.5]));
    expect([...replicateInterval({ replicates, observed: 60, level: 0.5 })]).toEqual(close([25, 75]));
  });

  it('leaves out what is undefined, and is undefined without the rest', () => {
    expect(replicateInterval({ replicates: [1, Number.NaN, 1], observed: 1 })).toEqual([1, 1]);
    expect(replicateInterval({ replicates: [Number.NaN], observed: 1 })).toEqual([Number.NaN, Number.NaN]);
    expect(replicateInterval({ replicates: [1], observed: Number.NaN })).toEqual([Number.NaN, Number.NaN]);
  });

  it('bounds what was never seen by the rule of three', () => {
    expect([ruleOfThree(2048), ruleOfThree(2), ruleOfThree(0)]).toEqual([3 / 2048, 1, Number.NaN]);
  });
});

describe(resampleCounts, () => {
  it.each(golden.binomial)(
    'draws binomial counts: $things x $probability',
    ({ things, probability, at, cumulative }) => {
      const random = createRandom(5);
      const draws = Array.from({ length: 20_000 }, () => drawBinomial(things, probability, random));
      at.forEach((most, index) => {
        const expected = cumulative[index] as number;
        const share = draws.filter((drawn) => drawn <= most).length / draws.length;
        // Five standard errors.
        expect(Math.abs(share - expected)).toBeLessThan(
          5 * Math.sqrt((expected * (1 - expected)) / draws.length) + 1e-9,
        );
      });
    },
  );

  it('has the means and covariances of drawing one thing after the other', () => {
    const { counts, rest, covariance } = golden.counts;
    const [random, into, samples] = [createRandom(2), new Int32Array(counts.length), 20_000];
    const draws = new Float64Array(samples * counts.length);
    for (let sample = 0; sample < samples; sample++) {
      resampleCounts({ counts, rest, random, into });
      draws.set(into, sample * counts.length);
    }
    const cloud = replicateCloud(draws, counts.length);
    counts.forEach((count, group) => {
      expect(Math.abs((cloud.mean[group] as number) - count)).toBeLessThan(0.25);
    });
    cloud.covariance.forEach((value, at) => {
      expect(Math.abs(value - (covariance[at] as number))).toBeLessThan(1);
    });
  });

  it('draws as many as there are, none of what is not there, and the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 500 }), { maxLength: 12 }),
        fc.nat({ max: 3000 }),
        fc.nat(),
        (counts, rest, seed) => {
          const draw = () => {
            const into = new Int32Array(counts.length).fill(-1);
            resampleCounts({ counts, rest, random: createRandom(seed), into });
            return into;
          };
          const drawn = draw();
          const all = counts.reduce((sum, count) => sum + count, rest);
          const sum = drawn.reduce((total, count) => total + count, 0);
          expect(rest === 0 ? sum === all : sum <= all).toBe(true);
          counts.forEach((count, group) => {
            if (count === 0) expect(drawn[group]).toBe(0);
            expect(drawn[group]).toBeGreaterThanOrEqual(0);
          });
          expect(draw()).toEqual(drawn);
        },
      ),
    );
  });
});

describe(clusterCountOfGap, () => {
  const asked = (...gaps: readonly (readonly [gap: number, gapError: number])[]) =>
    clusterCountOfGap(gaps.map(([gap, gapError], index) => ({ k: index + 1, gap, gapError })));

  it('takes the least k whose gap reaches that of k + 1 less its error, by hand', () => {
    expect(asked([0.1, 0], [0.15, 0.05])).toBe(1);
    expect(asked([0.1, 9], [0.15, 0.04], [0.1, 0])).toBe(2);
    expect(asked([0, 0], [1, 0], [2, 0.5])).toBeUndefined();
    expect(asked([0, 0], [1, 0], [Number.NaN, Number.NaN])).toBeUndefined();
    expect(asked([0, 0])).toBeUndefined();
  });
});

describe(parallelAnalysis, () => {
  const { matrix, variance, chance, p } = golden.parallel;
  const found = parallelAnalysis({ values: array(matrix), rows, columns, permutations: 4000, seed: 3 });

  it('finds the variances of numpy, and percentiles that are near those of 20,000 permutations there', () => {
    expect([...found.variance]).toEqual(close(variance));
    found.chance.forEach((value, axis) => {
      expect(Math.abs(value / (chance[axis] as number) - 1)).toBeLessThan(0.03);
    });
    found.p.forEach((value, axis) => {
      expect(Math.abs(value - (p[axis] as number))).toBeLessThan(0.03);
    });
  });

  it('takes matrices that are taller than wide', () => {
    const tall = parallelAnalysis({ values: array(matrix), rows: columns, columns: rows, permutations: 5 });
    expect(tall.variance.length).toBe(rows);
    expect(tall.variance.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0);
  });

  it('gives the same for the same seed', () => {
    const again = parallelAnalysis({ values: array(matrix), rows, columns, permutations: 4000, seed: 3 });
    expect(again).toEqual(found);
  });

  it('keeps components as long as they exceed chance, by hand', () => {
    expect(keptComponents([5, 3, 2], [4, 2.9, 2.5])).toBe(2);
    expect(keptComponents([5, 3, 2], [6, 1, 1])).toBe(0);
    expect(keptComponents([5, 3], [4])).toBe(1);
    expect(keptComponents([5], [Number.NaN])).toBe(0);
  });

  it('keeps none of a matrix without structure in 19 of 20 such, and those that were planted', () => {
    let kept = 0;
    let planted = 0;
    const worlds = 100;
    for (let world = 0; world < worlds; world++) {
      const random = createRandom(world, 77);
      const noise = Float64Array.from({ length: 13 * 60 }, () => random.normal());
      const run = (values: Float64Array) => {
        const { variance: own, chance: most } = parallelAnalysis({ values, rows: 13, columns: 60, permutations: 100 });
        return keptComponents(own, most);
      };
      if (run(noise) > 0) kept++;
      const direction = Float64Array.from({ length: 60 }, () => random.normal());
      const score = Float64Array.from({ length: 13 }, () => 2 * random.normal());
      if (run(noise.map((v, at) => v + (score[Math.floor(at / 60)] as number) * (direction[at % 60] as number))) >= 1)
        planted++;
    }
    expect(kept).toBeLessThanOrEqual(12);
    expect(planted).toBeGreaterThanOrEqual(98);
  });
});

describe(drawBlockWeights, () => {
  it('draws as many blocks as there are, each equally often, with the spread of a multinomial sample', () => {
    const [blocks, count] = [20, 5_000];
    const weights = drawBlockWeights({ blocks, first: 0, count, seed: 1 });
    const columns = Array.from({ length: blocks }, () => [] as number[]);
    for (let replicate = 0; replicate < count; replicate++) {
      const own = weights.subarray(replicate * blocks, (replicate + 1) * blocks);
      expect(own.reduce((sum, weight) => sum + weight, 0)).toBe(blocks);
      own.forEach((weight, block) => columns[block]?.push(weight));
    }
    // Binomial (20, 1 / 20): mean 1, variance 0.95; five standard errors.
    for (const column of columns) {
      const mean = column.reduce((sum, weight) => sum + weight, 0) / count;
      const variance = column.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) / count;
      expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(0.95 / count));
      expect(Math.abs(variance - 0.95)).toBeLessThan(0.13);
    }
  });

  it('draws further replicates without those before, and others for other seeds', () => {
    const draw = (first: number, count: number, seed = 0) => [...drawBlockWeights({ blocks: 7, first, count, seed })];
    expect([...draw(0, 3), ...draw(3, 4)]).toEqual(draw(0, 7));
    expect(draw(0, 7, 1)).not.toEqual(draw(0, 7));
    expect(drawBlockWeights({ blocks: 1, first: 9, count: 2, seed: 4 })).toEqual(Uint32Array.of(1, 1));
  });
});
