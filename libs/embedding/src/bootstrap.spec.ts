import {
  conceptProfileSchema,
  modelUnitsSchema,
  unitMatchSchema,
  type ConceptProfileBatch,
  type UnitMatchBatch,
} from '@intermodel/schemas';
import {
  alignProcrustes,
  clusterCountOfGap,
  createRandom,
  fitPrincipalComponents,
  keptComponents,
} from '@intermodel/numerics';
import { BatchSchemaError, buildBatch, emptyBatch } from '@intermodel/streams';
import { cutBatch, tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import { RecordBatch } from 'apache-arrow';
import { EMPTY, from, lastValueFrom, NEVER, of, throwError, type OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  bootstrapEmbedding,
  bootstrapProfiles,
  conceptLoadings,
  countUnits,
  embedModels,
  fitEmbedding,
  rateClusters,
  readFittedEmbedding,
  resampleUnits,
  testComponents,
  type ProfileReplicates,
} from './index.ts';

/** Profiles with the counts themselves as weights, and all units of each model. */
function counted(counts: Readonly<Record<string, readonly number[]>>, unitsOfModel: Readonly<Record<string, number>>) {
  const models = Object.keys(counts);
  const width = (counts[models[0] as string] as readonly number[]).length;
  const units = models.flatMap((model) => [...(counts[model] as readonly number[])]);
  const concepts = Array.from({ length: width }, (_, concept) => `c${String(concept)}`);
  return {
    profiles: buildBatch(conceptProfileSchema, {
      model: models.flatMap((model) => concepts.map(() => model)),
      concept: models.flatMap(() => concepts),
      category: models.flatMap(() => concepts.map((_, concept) => (concept % 2 === 0 ? 'even' : 'odd'))),
      units,
      weight: units,
    }),
    units: buildBatch(modelUnitsSchema, {
      model: models,
      units: models.map((model) => unitsOfModel[model] as number),
    }),
  };
}
const fitted = (profiles: ConceptProfileBatch, components: number, clusters: number) =>
  lastValueFrom(of(profiles).pipe(fitEmbedding({ components, clusters, normalisation: 'count' })));

const small = counted({ a: [40, 0, 3, 0], b: [10, 20, 0, 1], c: [0, 25, 9, 2] }, { a: 500, b: 500, c: 500 });

describe(countUnits, () => {
  const unit = (concept: string): TinyUnit => [concept, 'object', 0.2];
  const matches = tinyUnitMatches({ b: [unit('sky'), ['-', '', Number.NaN]], a: [unit('dog')] });

  it('counts units with and without a match, sorted by model, however the stream is cut', async () => {
    for (const size of [1, 2, 3]) {
      const counts = await lastValueFrom(from(cutBatch(matches, size)).pipe(countUnits()));
      expect(counts.toArray().map(({ model, units }) => [model, units])).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
    }
  });

  it('emits one batch for an empty source and refuses other tables', async () => {
    for (const source of [EMPTY, of(emptyBatch(unitMatchSchema))])
      expect((await lastValueFrom(source.pipe(countUnits()))).numRows).toBe(0);
    await expect(lastValueFrom(of(small.profiles as unknown as UnitMatchBatch).pipe(countUnits()))).rejects.toThrow(
      BatchSchemaError,
    );
  });
});

describe(resampleUnits, () => {
  it('draws the same for a model whatever stands beside it, and something else for another seed', () => {
    const draw = (replicates: ProfileReplicates, replicate = 3) => {
      const into = new Int32Array(4);
      replicates.countsOf('b', replicate, into);
      return [...into];
    };
    const all = resampleUnits(small);
    const alone = resampleUnits(counted({ b: [10, 20, 0, 1] }, { b: 500 }));
    expect(draw(alone)).toEqual(draw(all));
    expect(draw(all)).toEqual(draw(all));
    expect(draw(all, 4)).not.toEqual(draw(all));
    expect(draw(resampleUnits({ ...small, seed: 1 }))).not.toEqual(draw(all));
    expect([all.over, all.replicates, all.unitsOf('c')]).toEqual(['units', 200, 500]);
  });

  it('refuses models without units, and fewer units than matches', () => {
    expect(() => resampleUnits({ ...small, units: counted({ a: [1] }, { a: 500 }).units })).toThrow(
      'there are no replicates of "b"',
    );
    expect(() => resampleUnits(counted({ a: [4, 3] }, { a: 6 }))).toThrow('more matching units than units');
    expect(() => resampleUnits(small).unitsOf('d')).toThrow('there are no replicates of "d"');
  });
});

describe(bootstrapProfiles, () => {
  const run = (replicates: ProfileReplicates, profiles = small.profiles) =>
    lastValueFrom(of(profiles).pipe(bootstrapProfiles({ replicates })));

  it('has the quantiles of the binomial distribution as intervals of counts; 0 stays 0 below the rule of three', async () => {
    const { profileIntervals } = await run(resampleUnits({ ...small, replicates: 4000 }));
    const rows = profileIntervals.toArray().map(({ model, concept, units, low, high, shareHigh }) => ({
      ...{ model, concept, units, low, high, shareHigh },
    }));
    // scipy.stats.binom.ppf([0.025, 0.975], 500, 40 / 500)
    expect(rows[0]).toEqual({ model: 'a', concept: 'c0', units: 40, low: 28, high: 52, shareHigh: 52 / 500 });
    expect(rows[1]).toEqual({ model: 'a', concept: 'c1', units: 0, low: 0, high: 0, shareHigh: 3 / 500 });
    // and for 3 / 500
    expect(rows[2]).toMatchObject({ low: 0, high: 7 });
  });

  it('gives all categories together, then each', async () => {
    const { summaryIntervals } = await run(resampleUnits(small));
    const rows = summaryIntervals.toArray();
    expect(rows.slice(0, 3).map(({ model, category, matches, unique }) => [model, category, matches, unique])).toEqual([
      ['a', '', 43, 2],
      ['a', 'even', 43, 2],
      ['a', 'odd', 0, 0],
    ]);
    const none = rows[2];
    expect([none?.matchesLow, none?.matchesHigh, none?.uniqueHigh, none?.redundancy, none?.redundancyLow]).toEqual([
      0,
      0,
      0,
      null,
      null,
    ]);
    for (const row of rows.filter(({ matches }) => matches > 0)) {
      expect([row.over, row.replicates]).toEqual(['units', 200]);
      expect(row.matchesLow).toBeLessThan(row.matches);
      expect(row.matchesHigh).toBeGreaterThan(row.matches);
      expect(row.uniqueLow).toBeLessThanOrEqual(row.unique);
      expect(row.uniqueHigh).toBeGreaterThanOrEqual(row.unique);
    }
  });

  it('takes replicates over images, for which the rule of three says nothing', async () => {
    const { profileIntervals, summaryIntervals } = await run(still(small));
    expect(profileIntervals.toArray().every(({ units, low, high }) => units === low && units === high)).toBe(true);
    expect(profileIntervals.get(1)?.shareHigh).toBe(0);
    expect(summaryIntervals.get(0)?.over).toBe('images');
  });
});

/** Replicates that are all like the profiles. */
function still({ profiles, units }: typeof small, replicates = 5): ProfileReplicates {
  const { concepts, unitsOf } = resampleUnits({ profiles, units });
  const width = concepts.length;
  const counts = Int32Array.from(profiles.toArray(), (row) => row.units);
  const models = [...new Set(profiles.toArray().map(({ model }) => model))];
  return {
    ...{ over: 'images', replicates, concepts, unitsOf },
    countsOf: (model, _replicate, into) => {
      const row = models.indexOf(model);
      into.set(counts.subarray(row * width, (row + 1) * width));
    },
  };
}

describe(bootstrapEmbedding, () => {
  it('has no clouds, and is sure of everything, where replicates do not differ', async () => {
    const embedding = await fitted(small.profiles, 2, 2);
    const { clouds, pairs, loadingIntervals } = await lastValueFrom(
      of(small.profiles).pipe(bootstrapEmbedding({ embedding, replicates: still(small) })),
    );
    for (const { over, replicates, offset, covariance, major, minor } of clouds.toArray()) {
      expect([over, replicates]).toEqual(['images', 5]);
      for (const value of [...offset, ...covariance, major, minor]) expect(value).toBeCloseTo(0, 6);
    }
    const points = await lastValueFrom(of(small.profiles).pipe(embedModels({ embedding })));
    const group = new Map(points.toArray().map(({ model, cluster }) => [model, cluster]));
    for (const { model, other, distance, low, high, togetherShare, nearestShare } of pairs.toArray()) {
      expect(low).toBeCloseTo(distance, 6);
      expect(high).toBeCloseTo(distance, 6);
      expect(togetherShare).toBe(group.get(model) === group.get(other) ? 1 : 0);
      expect([0, 1]).toContain(nearestShare);
    }
    const weights = conceptLoadings(embedding).toArray();
    loadingIntervals.toArray().forEach(({ component, loading, low, high }, row) => {
      const own = [...(weights[Math.floor(row / 2)]?.loadings ?? [])][component - 1] as number;
      expect(loading).toBe(own);
      expect(low).toBeCloseTo(own, 6);
      expect(high).toBeCloseTo(own, 6);
    });
    // a (40, 0, 3, 0), b (10, 20, 0, 1), c (0, 25, 9, 2)
    expect(pairs.get(0)?.distance).toBeCloseTo(Math.hypot(30, 20, 3, 1), 9);
  });

  it('compares models outside of the fit too, which stand in no category', async () => {
    const part = counted({ a: [40, 0, 3, 0], b: [10, 20, 0, 1] }, {});
    const embedding = await fitted(part.profiles, 1, 2);
    const { clouds, pairs } = await lastValueFrom(
      of(small.profiles).pipe(bootstrapEmbedding({ embedding, replicates: resampleUnits(small) })),
    );
    expect(clouds.toArray().map(({ model }) => model)).toEqual(['a', 'b']);
    expect(clouds.get(0)).toMatchObject({ minor: 0, angle: 0 });
    const rows = pairs.toArray();
    expect(rows).toHaveLength(6);
    for (const { model, other, togetherShare } of rows)
      expect(togetherShare as number | null).toEqual(
        model === 'c' || other === 'c' ? null : (expect.any(Number) as number),
      );
    for (const model of ['a', 'b', 'c'])
      expect(
        rows.filter((row) => row.model === model).reduce((sum, { nearestShare }) => sum + nearestShare, 0),
      ).toBeCloseTo(1, 9);
  });

  it('has smaller clouds for models with more units', async () => {
    const share = [0.2, 0.1, 0.05, 0.02, 0.15, 0.03];
    const tilt = (turn: number) => share.map((value, at) => value * (1 + 0.4 * Math.sin(at + turn)));
    const world = (units: number) => {
      const counts = Object.fromEntries(
        [0, 1, 2, 3].map((turn) => [`m${String(turn)}`, tilt(turn).map((value) => Math.round(value * units))]),
      );
      const { profiles, ...rest } = counted(
        counts,
        Object.fromEntries(Object.keys(counts).map((name) => [name, units])),
      );
      const weight = profiles.toArray().map((row) => row.units / units);
      return {
        ...rest,
        profiles: buildBatch(conceptProfileSchema, { ...columnsOf(profiles), weight }),
      };
    };
    const majors = await Promise.all(
      [500, 8000].map(async (units) => {
        const { profiles, ...rest } = world(units);
        const embedding = await lastValueFrom(
          of(profiles).pipe(fitEmbedding({ components: 2, clusters: 1, normalisation: 'share-of-units' })),
        );
        const { clouds } = await lastValueFrom(
          of(profiles).pipe(bootstrapEmbedding({ embedding, replicates: resampleUnits({ profiles, ...rest }) })),
        );
        return clouds.toArray().map(({ major }) => major);
      }),
    );
    // 16 times the units: a quarter of the extent.
    majors[0]?.forEach((major, model) => {
      expect(major / (majors[1]?.[model] ?? 0)).toBeGreaterThan(2.8);
      expect(major / (majors[1]?.[model] ?? 0)).toBeLessThan(5.5);
    });
  });

  it('gives the same bytes for the same seed, and refuses tables that do not belong together', async () => {
    const embedding = await fitted(small.profiles, 2, 2);
    const run = (seed: number, profiles = small.profiles, replicates = resampleUnits({ ...small, seed })) =>
      lastValueFrom(of(profiles).pipe(bootstrapEmbedding({ embedding, replicates, seed })));
    const rows = async (seed: number) => {
      const { clouds, pairs } = await run(seed);
      return JSON.stringify([clouds.toArray(), pairs.toArray()]);
    };
    expect(await rows(1)).toBe(await rows(1));
    expect(await rows(1)).not.toBe(await rows(2));
    const few = counted({ a: [40, 0, 3, 0], b: [10, 20, 0, 1] }, { a: 500, b: 500 });
    await expect(run(0, few.profiles)).rejects.toThrow('the profiles lack "c" of the embedding');
    await expect(
      run(0, small.profiles, resampleUnits(counted({ a: [1], b: [1], c: [1] }, { a: 9, b: 9, c: 9 }))),
    ).rejects.toThrow('the replicates do not count "c1" (odd)');
  });
});

function columnsOf(profiles: ConceptProfileBatch) {
  const rows = profiles.toArray();
  return {
    model: rows.map(({ model }) => model),
    concept: rows.map(({ concept }) => concept),
    category: rows.map(({ category }) => category),
    units: rows.map(({ units }) => units),
  };
}

describe('stages over replicates', () => {
  const stages: [string, () => Promise<OperatorFunction<ConceptProfileBatch, unknown>>][] = [
    ['bootstrapProfiles', () => Promise.resolve(bootstrapProfiles({ replicates: resampleUnits(small) }))],
    [
      'bootstrapEmbedding',
      async () =>
        bootstrapEmbedding({ embedding: await fitted(small.profiles, 2, 2), replicates: resampleUnits(small) }),
    ],
    ['testComponents', async () => testComponents({ embedding: await fitted(small.profiles, 2, 2), permutations: 9 })],
  ];

  it.each(stages)('%s gives the same however the stream is cut, and for every subscriber', async (_name, make) => {
    const stage = await make();
    const result = async (size: number) =>
      textOf(
        await lastValueFrom(
          from(cutBatch(small.profiles as unknown as UnitMatchBatch, size) as unknown as ConceptProfileBatch[]).pipe(
            stage,
          ),
        ),
      );
    const whole = await result(12);
    expect(await Promise.all([1, 5, 12].map(result))).toEqual([whole, whole, whole]);
  });

  it.each(stages)('%s hands on errors, can be left early, and refuses other tables', async (_name, make) => {
    const stage = await make();
    await expect(lastValueFrom(throwError(() => new Error('source')).pipe(stage))).rejects.toThrow('source');
    const seen: unknown[] = [];
    NEVER.pipe(stage)
      .subscribe((value) => seen.push(value))
      .unsubscribe();
    expect(seen).toEqual([]);
    await expect(lastValueFrom(of(small.units as unknown as ConceptProfileBatch).pipe(stage))).rejects.toThrow(
      BatchSchemaError,
    );
  });

  it('gives tables without rows for profiles without rows', async () => {
    const { summaryIntervals, profileIntervals } = await lastValueFrom(
      EMPTY.pipe(bootstrapProfiles({ replicates: resampleUnits(small) })),
    );
    expect([summaryIntervals.numRows, profileIntervals.numRows]).toEqual([0, 0]);
  });
});

/** Rows of a batch, or of several by their names, as text. */
function textOf(result: unknown): string {
  const batches = result instanceof RecordBatch ? [result] : Object.values(result as Record<string, RecordBatch>);
  return JSON.stringify(batches.map((batch) => batch.toArray().map((row) => JSON.stringify(row))));
}

describe(testComponents, () => {
  it('adds what chance gives to the variances, or nulls without permutations', async () => {
    const embedding = await fitted(small.profiles, 1, 1);
    const tested = await lastValueFrom(of(small.profiles).pipe(testComponents({ embedding, permutations: 50 })));
    const { variance, remaining } = readFittedEmbedding(embedding);
    const rows = tested.toArray();
    expect(rows.map((row) => row.variance)).toEqual([...variance, ...(remaining?.variance ?? [])]);
    expect(rows.every(({ chance, p }) => chance > 0 && p > 0 && p <= 1)).toBe(true);
    const untested = await lastValueFrom(of(small.profiles).pipe(testComponents({ embedding, permutations: 0 })));
    expect(untested.toArray().map(({ chance, p }) => [chance, p])).toEqual(rows.map(() => [null, null]));
  });
});

describe('worlds with known truth', () => {
  const models = Array.from({ length: 9 }, (_, index) => `m${String(index)}`);
  const [width, unitsOfModel] = [40, 1500];
  const everyModel = Object.fromEntries(models.map((model) => [model, unitsOfModel]));

  /** Probabilities of the concepts in each model: three kinds that differ by `kinds`, models of a kind by `own`. */
  function drawTruth(world: number, { kinds, own }: { readonly kinds: number; readonly own: number }) {
    const random = createRandom(world, 5);
    const base = Float64Array.from({ length: width }, () => Math.exp(random.normal()));
    const tilts = [0, 1, 2].map(() => Float64Array.from({ length: width }, () => Math.exp(kinds * random.normal())));
    return models.map((_, model) => {
      const weights = base.map(
        (value, concept) =>
          value * ((tilts[model % 3] as Float64Array)[concept] as number) * Math.exp(own * random.normal()),
      );
      const total = weights.reduce((sum, value) => sum + value, 0);
      return weights.map((value) => (0.5 * value) / total);
    });
  }

  /** Units of each model, one after the other. */
  function drawCounts(truth: readonly Float64Array[], seed: number) {
    const random = createRandom(seed, 6);
    return Object.fromEntries(
      models.map((model, row) => {
        const counts = new Array<number>(width).fill(0);
        for (let unit = 0; unit < unitsOfModel; unit++) {
          let left = random.uniform();
          const concept = (truth[row] as Float64Array).findIndex((share) => (left -= share) < 0);
          if (concept >= 0) counts[concept] = (counts[concept] as number) + 1;
        }
        return [model, counts];
      }),
    );
  }

  it('has ellipses and intervals that hold the truth about as often as they say', async () => {
    const [worlds, components] = [25, 2];
    const hits = { points: 0, distances: 0, counts: 0 };
    const all = { points: 0, distances: 0, counts: 0 };
    for (let world = 0; world < worlds; world++) {
      const truth = drawTruth(world, { kinds: 0.8, own: 0.3 });
      const { profiles, units } = counted(drawCounts(truth, world), everyModel);
      const embedding = await fitted(profiles, components, 3);
      const replicates = resampleUnits({ profiles, units, replicates: 100 });
      const { clouds, pairs } = await lastValueFrom(of(profiles).pipe(bootstrapEmbedding({ embedding, replicates })));
      const { profileIntervals } = await lastValueFrom(of(profiles).pipe(bootstrapProfiles({ replicates })));
      const points = await place(profiles, embedding);
      const target = truePlaces(truth, points);
      clouds.toArray().forEach(({ covariance }, row) => {
        const [xx = 0, xy = 0, , yy = 0] = [...covariance].map(Number);
        const [dx, dy] = [0, 1].map((axis) => (target[row]?.[axis] ?? 0) - (points[row]?.[axis] ?? 0)) as [
          number,
          number,
        ];
        const square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / (xx * yy - xy * xy);
        all.points++;
        if (square <= 5.991) hits.points++;
      });
      pairs.toArray().forEach(({ model, other, low, high }) => {
        const [a, b] = [model, other].map((name) => truth[models.indexOf(name)] as Float64Array) as [
          Float64Array,
          Float64Array,
        ];
        const distance =
          unitsOfModel * Math.sqrt(a.reduce((sum, share, at) => sum + (share - (b[at] as number)) ** 2, 0));
        all.distances++;
        if (low <= distance && distance <= high) hits.distances++;
      });
      profileIntervals.toArray().forEach(({ low, high, units: count }, row) => {
        const mean = (truth[Math.floor(row / width)] as Float64Array)[row % width] as number;
        if (count < 10) return;
        all.counts++;
        if (low <= mean * unitsOfModel && mean * unitsOfModel <= high) hits.counts++;
      });
    }
    // 225 points, 1,800 distances and some 4,000 counts: 95, 93 and 94 %.
    const shares = [hits.points / all.points, hits.distances / all.distances, hits.counts / all.counts];
    for (const share of shares) {
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(0.985);
    }
  });

  /** In how many worlds components are kept, and how many groups are asked for in each. */
  async function judge(worlds: number, differences: Parameters<typeof drawTruth>[1]) {
    let kept = 0;
    const asked: (number | undefined)[] = [];
    for (let world = 0; world < worlds; world++) {
      const { profiles } = counted(drawCounts(drawTruth(world, differences), world), everyModel);
      const embedding = await fitted(profiles, 2, 3);
      const stage = testComponents({ embedding, permutations: 100 });
      const tested = (await lastValueFrom(of(profiles).pipe(stage))).toArray();
      const [own, chance] = [tested.map(({ variance }) => variance), tested.map((row) => row.chance)];
      if (keptComponents(own, chance) > 0) kept++;
      const rated = await lastValueFrom(of(profiles).pipe(rateClusters({ maximum: 5, restarts: 20 })));
      asked.push(clusterCountOfGap(rated.toArray().map(({ k, gap, gapError }) => ({ k, gap, gapError }))));
    }
    return { kept, asked };
  }

  it('keeps no component, and asks for one group, where all models are alike', async () => {
    const { kept, asked } = await judge(30, { kinds: 0, own: 0 });
    expect(kept).toBeLessThanOrEqual(4);
    expect(asked.filter((k) => k === 1).length).toBeGreaterThanOrEqual(27);
  });

  it('keeps components, and asks for three groups, where there are three kinds', async () => {
    const { kept, asked } = await judge(20, { kinds: 0.8, own: 0.1 });
    expect(kept).toBe(20);
    // The gap statistic is cautious with nine models: in 9 worlds it asks for three groups, in the others for one.
    expect(asked.filter((k) => k === 3).length).toBeGreaterThanOrEqual(5);
    expect(asked.every((k) => k === 1 || k === 3)).toBe(true);
  });
});

/** Places of the models of a fit. */
async function place(profiles: ConceptProfileBatch, embedding: Awaited<ReturnType<typeof fitted>>) {
  const points = await lastValueFrom(of(profiles).pipe(embedModels({ embedding })));
  return points.toArray().map(({ components }) => [...components].map(Number));
}

/** Where the models would stand if their probabilities were known, laid on where they stand. */
function truePlaces(truth: readonly Float64Array[], points: readonly (readonly number[])[]) {
  const [rows, columns, components] = [truth.length, (truth[0] as Float64Array).length, 2];
  const values = Float64Array.from(truth.flatMap((shares) => [...shares].map((share) => share * 1500)));
  const { scores } = fitPrincipalComponents({ values, rows, columns, components });
  const { aligned } = alignProcrustes({
    reference: Float64Array.from(points.flat()),
    moving: scores,
    rows,
    columns: components,
  });
  return Array.from({ length: rows }, (_, row) => [...aligned.subarray(row * components, (row + 1) * components)]);
}
