import {
  conceptProfileSchema,
  embeddingPointSchema,
  profileSummarySchema,
  taskScoreSchema,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { bcaInterval, pearson, spearman, testCorrelations } from '@intermodel/numerics';
import { BatchSchemaError, buildBatch, emptyBatch, InputError } from '@intermodel/streams';
import { concat, EMPTY, from, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { predictorsOf, rateSurfaces, relateConcepts, relateTasks, surfacePerformance } from './index.ts';

const models = ['a', 'b', 'c', 'd', 'e'];
const points = buildBatch(embeddingPointSchema(2), {
  model: models,
  components: new Float64Array([1, 0, 2, 1, 3, 0, 4, 1, 5, 0]),
  cluster: [0, 0, 0, 0, 0],
});
const summaries = buildBatch(profileSummarySchema, {
  model: models.flatMap((model) => [model, model]),
  category: models.flatMap(() => ['object', 'part']),
  matches: [1, 2, 3, 4, 5, 6, 7, 8, 9, 9],
  unique: [1, 1, 1, 1, 2, 2, 2, 2, 3, 3],
  redundancy: [1, 2, 3, 4, 2.5, 3, 3.5, 4, 3, Number.NaN],
});

/** Rows as a reader of the table sees them: Arrow's types do not say that a column may hold nulls. */
type Row = Readonly<Record<'predictor' | 'column' | 'concept', string>> &
  Readonly<
    Record<
      | 'n'
      | 'pearson'
      | 'pearsonLow'
      | 'pearsonHigh'
      | 'spearman'
      | 'bootstrapLow'
      | 'bootstrapHigh'
      | 'p'
      | 'pFamily'
      | 'q',
      number | null
    >
  > & { readonly supported: boolean };
const rowsOf = (batch: { toArray(): unknown }) => batch.toArray() as Row[];

/** Benjamini and Hochberg's q, as it is defined: the least of p m / rank over all that are at least as great. */
function falseDiscoveries(all: readonly (number | null)[]): (number | null)[] {
  const defined = all.filter((p) => p !== null);
  const rank = (p: number) => defined.filter((other) => other <= p).length;
  return all.map((p) =>
    p === null
      ? null
      : (expect.closeTo(
          Math.min(...defined.filter((other) => other >= p).map((other) => (other * defined.length) / rank(other))),
          12,
        ) as number),
  );
}

interface Column {
  readonly column: string;
  readonly scores: Readonly<Record<string, number>>;
}
function scoresOf(columns: readonly Column[]): TaskScoreBatch {
  const rows = columns.flatMap(({ column, scores }) =>
    Object.entries(scores).map(([model, score]) => ({ column, model, score })),
  );
  const text = (value: string) => rows.map(() => value);
  return buildBatch(taskScoreSchema, {
    model: rows.map(({ model }) => model),
    task: text('many-shot classification'),
    dataset: text('Cars'),
    metric: text('accuracy'),
    column: rows.map(({ column }) => column),
    score: rows.map(({ score }) => score),
    higherIsBetter: rows.map(() => true),
  });
}
const exact: Column = { column: 'exact', scores: { a: 10, b: 20, c: 30, d: 40, e: 50, stranger: 7 } };
const noisy: Column = { column: 'noisy', scores: { a: 3, b: 1, c: 2, d: 5, e: 4 } };
const partial: Column = { column: 'partial', scores: { a: 1, b: 2, e: 9 } };

const relate = (batches: readonly TaskScoreBatch[]) =>
  lastValueFrom(from(batches).pipe(relateTasks({ points, summaries, seed: 1 })));

describe(predictorsOf, () => {
  it('names components, the baseline, and summaries by category', () => {
    const predictors = predictorsOf(points, summaries);
    expect(predictors.map(({ name }) => name)).toEqual([
      'pc1',
      'pc2',
      'matches',
      'matches:object',
      'matches:part',
      'unique:object',
      'unique:part',
      'redundancy:object',
      'redundancy:part',
    ]);
    expect([...(predictors.find(({ name }) => name === 'matches')?.values ?? [])]).toEqual([
      ['a', 3],
      ['b', 7],
      ['c', 11],
      ['d', 15],
      ['e', 18],
    ]);
  });
});

describe(relateTasks, () => {
  it('correlates over the models that have both', async () => {
    const rows = rowsOf(await relate([scoresOf([exact, noisy])]));
    const find = (predictor: string, column: string) =>
      rows.find((row) => row.predictor === predictor && row.column === column);
    expect(find('pc1', 'exact')).toMatchObject({
      n: 5,
      pearson: expect.closeTo(1, 12) as number,
      spearman: expect.closeTo(1, 12) as number,
    });
    // Of the 120 orderings of five models two are perfect: ascending and descending.
    expect(find('pc1', 'exact')?.p).toBeCloseTo(2 / 120, 12);
    // noisy against 1..5: sum of products of deviations is 6, both sums of squares are 10.
    expect(find('pc1', 'noisy')?.pearson).toBeCloseTo(0.6, 12);
    // The undefined redundancy of one model leaves four.
    expect(find('redundancy:part', 'exact')?.n).toBe(4);
    expect(rows.every(({ p, pFamily }) => p === null || pFamily === null || pFamily >= p)).toBe(true);
  });

  it('tells Spearman from Pearson, and gives the 95 % intervals of Pearson', async () => {
    const curved: Column = { column: 'curved', scores: { a: 1, b: 2, c: 4, d: 8, e: 16 } };
    const [row] = rowsOf(await relate([scoresOf([curved])]));
    const x = Float64Array.of(1, 2, 3, 4, 5);
    const y = Float64Array.of(1, 2, 4, 8, 16);
    // Deviations of 1, 2, 4, 8, 16 from 6.2: products with -2..2 sum to 36, squares to 148.8.
    const r = 36 / Math.sqrt(10 * 148.8);
    expect(row?.pearson).toBeCloseTo(r, 12);
    expect(row?.spearman).toBeCloseTo(1, 12);
    // Two-sided 95 % of a normal distribution lie within 1.95996 standard deviations of 1 / sqrt(5 - 3).
    const reach = 1.959963984540054 / Math.SQRT2;
    expect(row?.pearsonLow).toBeCloseTo(Math.tanh(Math.atanh(r) - reach), 9);
    expect(row?.pearsonHigh).toBeCloseTo(Math.tanh(Math.atanh(r) + reach), 9);
    const bootstrap = (statistic: typeof pearson) =>
      bcaInterval({ x, y, statistic, resamples: 2000, seed: 1, level: 0.95 });
    expect([row?.bootstrapLow, row?.bootstrapHigh]).toEqual(bootstrap(pearson));
    expect(row?.bootstrapLow).toBeLessThan(row?.bootstrapHigh ?? 0);
    expect(bootstrap(spearman)).not.toEqual(bootstrap(pearson));
  });

  it('corrects p for the whole table: by the greatest correlation, and by false discoveries', async () => {
    const rows = rowsOf(await relate([scoresOf([exact, noisy])]));
    const predictors = predictorsOf(points, summaries).map(({ values }) =>
      Float64Array.from(models, (model) => values.get(model) ?? NaN),
    );
    const responses = [exact, noisy].map(({ scores }) => Float64Array.from(models, (model) => scores[model] ?? NaN));
    const tests = testCorrelations({ predictors, responses, familyWise: true, permutations: 100_000, seed: 1 });
    expect(rows.map(({ p, pFamily }) => [p, pFamily])).toEqual(
      [...tests.p].map((p, index) => (Number.isNaN(p) ? [null, null] : [p, tests.pFamily[index]])),
    );
    expect(rows.some(({ p, pFamily }) => (pFamily ?? 0) > (p ?? 1))).toBe(true);
    expect(rows.map(({ q }) => q)).toEqual(falseDiscoveries(rows.map(({ p }) => p)));
  });

  it('supports a relation only where q is at most 0.05 and the interval excludes 0', async () => {
    const relatePoints = async (values: readonly number[], columns: readonly (readonly number[])[]) => {
      const names = values.map((_, index) => `m${String(index)}`);
      const batch = scoresOf(
        columns.map((scores, index) => ({
          column: `c${String(index)}`,
          scores: Object.fromEntries(scores.map((score, model) => [names[model] as string, score])),
        })),
      );
      const options = {
        points: buildBatch(embeddingPointSchema(1), {
          ...{ model: names, components: Float64Array.from(values), cluster: values.map(() => 0) },
        }),
        summaries: emptyBatch(profileSummarySchema),
      };
      const rows = rowsOf(await lastValueFrom(of(batch).pipe(relateTasks(options))));
      return rows.filter(({ predictor }) => predictor === 'pc1');
    };
    const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    // The second has r = 1 - 6 x 36 / 720 = 0.7: its interval excludes 0, its p is below 0.05, its q above.
    const [all, some, none] = await relatePoints(nine, [
      nine,
      [4, 2, 3, 1, 5, 9, 7, 8, 6],
      [5, 1, 9, 3, 7, 2, 8, 4, 6],
    ]);
    expect([all?.supported, some?.supported, none?.supported]).toEqual([true, false, false]);
    expect(some?.pearson).toBeCloseTo(0.7, 12);
    expect(some?.pearsonLow).toBeGreaterThan(0);
    expect(some?.p).toBeLessThan(0.05);
    expect(some?.q).toBeGreaterThan(0.05);
    expect(some?.q).toBeLessThan(0.1);
    // One model apart has the score farthest from the mean, which 1 of 25 orderings gives: p = 0.04. r is small.
    const apart = Array.from({ length: 25 }, (_, model) => (model === 24 ? 1 : 0));
    const [outlier] = await relatePoints(apart, [apart.map((_, model) => (model === 24 ? 26 : model))]);
    expect(outlier).toMatchObject({ p: 0.04, q: 0.04, supported: false });
    expect(outlier?.pearsonLow).toBeLessThan(0);
  });

  it('leaves statistics undefined where they have no meaning, and never calls those supported', async () => {
    const rows = rowsOf(
      await relate([scoresOf([partial, { column: 'constant', scores: { a: 1, b: 1, c: 1, d: 1, e: 1 } }])]),
    );
    const constant = rows.filter(({ column }) => column === 'constant');
    expect(
      constant.every(({ pearson, p, q, supported }) => pearson === null && p === null && q === null && !supported),
    ).toBe(true);
    const few = rows.find(({ predictor, column }) => predictor === 'pc1' && column === 'partial');
    expect(few).toMatchObject({ n: 3, pearsonLow: null, pearsonHigh: null, supported: false });
  });

  it('gives the same however the scores are cut, and for every subscription', async () => {
    const whole = await relate([scoresOf([exact, noisy])]);
    const cut = await relate([scoresOf([exact]), emptyBatch(taskScoreSchema), scoresOf([noisy])]);
    const rows = (batch: typeof whole) => batch.toArray().map((row) => JSON.stringify(row));
    expect(rows(cut)).toEqual(rows(whole));
    const reversed = [exact, noisy].map(({ column, scores }) => ({
      column,
      scores: Object.fromEntries(Object.entries(scores).reverse()),
    }));
    expect(rows(await relate([scoresOf(reversed)]))).toEqual(rows(whole));
    const again = of(scoresOf([exact, noisy])).pipe(relateTasks({ points, summaries, seed: 1 }));
    expect(rows(await lastValueFrom(again))).toEqual(rows(await lastValueFrom(again)));
  });

  it('shows both lists of names when no model is shared', async () => {
    const error: unknown = await relate([scoresOf([{ column: 'x', scores: { A: 1, zebra: 2 } }])]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/scores of: a, b, c, d, e\s+found: A, zebra[\s\S]*"a" and "A"/u);
    await expect(lastValueFrom(EMPTY.pipe(relateTasks({ points, summaries })))).rejects.toThrow(InputError);
  });

  it('passes errors on and refuses a batch of another table', async () => {
    await expect(
      lastValueFrom(
        concat(
          of(scoresOf([exact])),
          throwError(() => new Error('source')),
        ).pipe(relateTasks({ points, summaries })),
      ),
    ).rejects.toThrow('source');
    await expect(relate([summaries as unknown as TaskScoreBatch])).rejects.toThrow(BatchSchemaError);
  });
});

describe(relateConcepts, () => {
  const profiles = buildBatch(conceptProfileSchema, {
    model: models.flatMap((model) => [model, model, model]),
    concept: models.flatMap(() => ['sky', 'car', 'dog']),
    category: models.flatMap(() => ['object', 'object', 'object']),
    units: models.flatMap(() => [1, 1, 1]),
    weight: [5, 1, 2, 4, 1, 1, 3, 1, 5, 2, 1, 3, 1, 1, 4],
  });

  it('ranks the concepts of every column by strength, the constant one last', async () => {
    const rows = rowsOf(await lastValueFrom(of(scoresOf([exact, noisy])).pipe(relateConcepts({ profiles }))));
    expect(rows.filter(({ column }) => column === 'exact').map(({ concept, pearson }) => [concept, pearson])).toEqual([
      ['sky', expect.closeTo(-1, 12)],
      ['dog', expect.closeTo(0.6, 12)],
      ['car', null],
    ]);
    expect(rows.map(({ q }) => q)).toEqual(falseDiscoveries(rows.map(({ p }) => p)));
    expect(rows.find(({ concept, column }) => concept === 'sky' && column === 'exact')?.p).toBeCloseTo(2 / 120, 12);
  });

  it('takes the same label in two categories for two concepts, over the models that have a score', async () => {
    const twice = buildBatch(conceptProfileSchema, {
      model: models.flatMap((model) => [model, model]),
      concept: models.flatMap(() => ['sky', 'sky']),
      category: models.flatMap(() => ['object', 'material']),
      units: models.flatMap(() => [1, 1]),
      weight: [1, 3, 2, 1, 3, 2, 4, 5, 5, 4],
    });
    const rows = rowsOf(await lastValueFrom(of(scoresOf([exact, partial])).pipe(relateConcepts({ profiles: twice }))));
    expect(rows.map(({ column, concept, n }) => [column, concept, n])).toEqual([
      ...[0, 1].map(() => ['exact', 'sky', 5]),
      ...[0, 1].map(() => ['partial', 'sky', 3]),
    ]);
    expect(rows.slice(0, 2).map(({ pearson: r }) => r)).toEqual([expect.closeTo(1, 12), expect.closeTo(0.6, 12)]);
  });
});

describe('defaults', () => {
  const names = Array.from({ length: 12 }, (_, index) => `m${String(index)}`);
  const scores = scoresOf([
    { column: 'all', scores: Object.fromEntries(names.map((name, index) => [name, index])) },
    { column: 'some', scores: Object.fromEntries(names.slice(0, 5).map((name, index) => [name, index])) },
    { column: 'few', scores: Object.fromEntries(names.slice(0, 4).map((name, index) => [name, index])) },
  ]);
  const many = buildBatch(embeddingPointSchema(2), {
    model: names,
    components: Float64Array.from(names.flatMap((_, index) => [index, 10 * ((index * 5) % 12)])),
    cluster: names.map(() => 0),
  });

  it('draw 100,000 orderings where there are too many to try all', async () => {
    const options = { points: many, summaries: emptyBatch(profileSummarySchema) };
    const [row] = rowsOf(await lastValueFrom(of(scores).pipe(relateTasks(options))));
    expect(row).toMatchObject({ predictor: 'pc1', column: 'all', p: 1 / 100_001 });
  });

  it('predict from five models on a grid of 20 by 20, and rate where there is one more', async () => {
    const surfaces = (await lastValueFrom(of(scores).pipe(surfacePerformance({ points: many })))).toArray();
    const cells = (name: string) => surfaces.filter(({ column }) => column === name).length;
    expect([cells('all'), cells('some'), cells('few')]).toEqual([400, 400, 0]);
    const rated = (await lastValueFrom(of(scores).pipe(rateSurfaces({ points: many })))).toArray();
    expect(rated.map(({ column, n }) => [column, n])).toEqual([['all', 12]]);
  });

  it('predict over the first two components, each along its own axis', async () => {
    const surfaces = await lastValueFrom(of(scores).pipe(surfacePerformance({ points: many, neighbours: 1 })));
    const place = (index: number) => [index, 10 * ((index * 5) % 12)] as const;
    for (const { pc1, pc2, score } of surfaces.toArray().slice(0, 400)) {
      const distances = names.map((_, index) => Math.hypot(place(index)[0] - pc1, place(index)[1] - pc2));
      expect(distances[Math.round(score)]).toBeCloseTo(Math.min(...distances), 9);
    }
  });
});

describe(surfacePerformance, () => {
  it('lays a grid of predictions within the range of the nearest scores', async () => {
    const rows = (
      await lastValueFrom(
        of(scoresOf([exact, partial])).pipe(surfacePerformance({ points, neighbours: 4, gridSize: 3 })),
      )
    ).toArray();
    expect(rows.map(({ column }) => column)).toEqual(Array.from({ length: 9 }, () => 'exact'));
    expect(rows.every(({ score }) => score >= 10 && score <= 50)).toBe(true);
  });

  it('rates a surface by leaving each model out', async () => {
    // One neighbour: each model is predicted by its nearest. (1,0)-(2,1) and so on are sqrt(2) apart, (1,0)-(3,0) are 2
    // apart.
    const [row] = (await lastValueFrom(of(scoresOf([exact])).pipe(rateSurfaces({ points, neighbours: 1 })))).toArray();
    expect(row?.error).toBeCloseTo(10, 12);
    // The mean of the other four misses by 1.25 times the distance from 30.
    expect(row?.meanError).toBeCloseTo(1.25 * Math.sqrt((400 + 100 + 0 + 100 + 400) / 5), 12);
  });

  it('emits one batch without rows where there are too few models', async () => {
    const emitted = await lastValueFrom(of(scoresOf([partial])).pipe(surfacePerformance({ points }), toArray()));
    expect(emitted.map(({ numRows }) => numRows)).toEqual([0]);
  });
});
