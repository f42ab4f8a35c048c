import { createRandom, testCorrelations } from '@intermodel/numerics';
import {
  conceptProfileSchema,
  embeddingPointSchema,
  modelFamilySchema,
  profileSummarySchema,
  taskScoreSchema,
  type ModelFamilyBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { buildBatch, emptyBatch, InputError } from '@intermodel/streams';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  familiesOf,
  familyTable,
  relateConcepts,
  relateTasks,
  relationPower,
  supportRule,
  unmetCriteria,
  type RelateTasksOptions,
} from './index.ts';

const models = Array.from({ length: 12 }, (_, index) => `m${String(index)}`);
type Values = readonly number[] | Float64Array;

/** Rows as a reader of the table sees them. */
type Row = Readonly<Record<string, number | string | boolean | null>>;
const rowsOf = (batch: { toArray(): { toJSON(): unknown }[] }) => batch.toArray().map((row) => row.toJSON() as Row);

const scoresOf = (columns: Readonly<Record<string, Values>>): TaskScoreBatch => {
  const rows = Object.entries(columns).flatMap(([name, scores]) =>
    models.map((model, row) => ({ name, model, score: scores[row] as number })),
  );
  const text = (value: string) => rows.map(() => value);
  return buildBatch(taskScoreSchema, {
    model: rows.map(({ model }) => model),
    ...{ task: text('t'), dataset: text('d'), metric: text('m') },
    column: rows.map(({ name }) => name),
    score: rows.map(({ score }) => score),
    higherIsBetter: rows.map(() => true),
  });
};
const pointsOf = (...components: Values[]) =>
  buildBatch(embeddingPointSchema(components.length), {
    model: models,
    components: Float64Array.from(models.flatMap((_, row) => components.map((values) => values[row] as number))),
    cluster: models.map(() => 0),
  });
const unitsOf = (matches: Values) =>
  buildBatch(profileSummarySchema, {
    model: models,
    category: models.map(() => 'object'),
    matches: Array.from(matches, Math.round),
    unique: models.map(() => 1),
    redundancy: Array.from(matches, Math.round),
  });
const familyBatch = (families: Readonly<Record<string, string>>): ModelFamilyBatch =>
  buildBatch(modelFamilySchema, {
    model: Object.keys(families),
    family: Object.values(families),
    reason: Object.keys(families).map(() => 'one code base'),
  });

/** One world: what models are by chance, and what follows from that. */
const world = (seed: number) => {
  const random = createRandom(seed);
  return { random, noise: () => models.map(() => random.normal()) };
};
const plus = (a: Values, b: Values, factor = 1) => Array.from(a, (value, row) => value + factor * (b[row] as number));

async function relate(scores: TaskScoreBatch, options: RelateTasksOptions): Promise<Row[]> {
  return rowsOf(
    await lastValueFrom(of(scores).pipe(relateTasks({ permutations: 2_000, resamples: 50, seed: 1, ...options }))),
  );
}
const cell = (rows: readonly Row[], predictor: string, name: string): Row =>
  rows.find((row) => row['predictor'] === predictor && row['column'] === name) ?? {};

describe('partial correlations of relations', () => {
  it('see through a relation that the number of matching units makes', async () => {
    const worlds = 60;
    let [sum, significant] = [0, 0];
    for (let seed = 0; seed < worlds; seed++) {
      const { noise } = world(seed);
      const size = noise().map((value) => 500 + 200 * value);
      const [pc1, score] = [1, 2].map(() => plus(size, noise(), 30)) as [number[], number[]];
      const options = { points: pointsOf(pc1), summaries: unitsOf(size), permutations: 499, resamples: 20, seed };
      const rows = await relate(scoresOf({ score }), options);
      const relation = cell(rows, 'pc1', 'score');
      expect(relation['pearson']).toBeGreaterThan(0.7);
      expect(relation).toMatchObject({ supported: true, given: '', partialScore: null, partialScoreP: null });
      sum += relation['partialUnits'] as number;
      significant += (relation['partialUnitsP'] as number) <= 0.05 ? 1 : 0;
      // Given itself, nothing of the number of matching units is left.
      expect(cell(rows, 'matches', 'score')).toMatchObject({ partialUnits: null, partialUnitsP: null });
    }
    expect(Math.abs(sum / worlds)).toBeLessThan(0.1);
    expect(significant / worlds).toBeLessThan(0.12);
  });

  it('see through one that a named score makes, and keep one that it does not', async () => {
    const { noise } = world(8);
    const imagenet = noise();
    const [pc1, own] = [plus(imagenet, noise(), 0.2), noise()];
    const scores = scoresOf({ imagenet, follows: plus(imagenet, noise(), 0.2), own: plus(own, noise(), 0.1) });
    const rows = await relate(scores, { points: pointsOf(pc1, own), summaries: unitsOf(noise()), given: 'imagenet' });
    expect(cell(rows, 'pc1', 'follows')['pearson']).toBeGreaterThan(0.9);
    expect(Math.abs(cell(rows, 'pc1', 'follows')['partialScore'] as number)).toBeLessThan(0.5);
    expect(cell(rows, 'pc1', 'follows')['partialScoreP']).toBeGreaterThan(0.05);
    expect(cell(rows, 'pc2', 'own')).toMatchObject({ given: 'imagenet', partialScoreP: 1 / 2_001 });
    expect(cell(rows, 'pc2', 'own')['partialScore']).toBeGreaterThan(0.9);
    expect(cell(rows, 'pc1', 'imagenet')).toMatchObject({ partialScore: null, partialScoreSpearman: null });
  });

  it('name the scores that there are where the one asked for is none of them', async () => {
    const { noise } = world(1);
    const error: unknown = await relate(scoresOf({ dt_ImageNet: noise() }), {
      ...{ points: pointsOf(noise()), summaries: unitsOf(noise()), given: 'dt_Imagenet' },
    }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({
      code: 'SCORE_UNKNOWN',
      message: expect.stringMatching(/Did you mean "dt_ImageNet"/u) as string,
    });
  });
});

describe('the sign of a relation without any one family', () => {
  const families = Object.fromEntries(models.slice(0, 3).map((model) => [model, 'outliers']));
  // Three models of one family stand apart in both; among the others the relation has the other sign.
  const pc1 = [10, 11, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8].map((value, row) => (row < 3 ? value + 20 : value));
  const score = pc1.map((value, row) => (row < 3 ? value : -0.4 * value + (row % 2)));

  it('is what keeps one that a single family makes from being supported', async () => {
    const options = { points: pointsOf(pc1), summaries: unitsOf(pc1.map((_, row) => row * 7)) };
    const alone = cell(await relate(scoresOf({ score }), options), 'pc1', 'score');
    expect(alone).toMatchObject({ supported: true, unmet: '', lofoLow: alone['looLow'], lofoHigh: alone['looHigh'] });
    const rows = await relate(scoresOf({ score }), { ...options, families: familyBatch(families) });
    expect(cell(rows, 'pc1', 'score')).toMatchObject({
      pearson: alone['pearson'],
      q: alone['q'],
      looLow: alone['looLow'],
      lofoWeakest: 'outliers',
      unmet: 'sign',
      supported: false,
    });
    expect(cell(rows, 'pc1', 'score')['lofoLow']).toBeLessThan(-0.5);
  });

  it('keeps concepts by the same rule', async () => {
    const profiles = buildBatch(conceptProfileSchema, {
      model: models,
      concept: models.map(() => 'sky'),
      category: models.map(() => 'object'),
      units: models.map(() => 1),
      weight: pc1,
    });
    const concepts = async (options: Partial<RelateTasksOptions>) =>
      rowsOf(
        await lastValueFrom(
          of(scoresOf({ score })).pipe(relateConcepts({ profiles, permutations: 2_000, ...options })),
        ),
      );
    expect(await concepts({})).toMatchObject([{ unmet: '', supported: true, pFamily: null }]);
    expect(await concepts({ families: familyBatch(families) })).toMatchObject([{ unmet: 'sign', supported: false }]);
    const [maximum] = await concepts({ correction: 'max-t' });
    expect(maximum).toMatchObject({ supported: true, pFamily: maximum?.['p'] });
  });

  it('cannot be said to hold where all models are of one family', async () => {
    const all = familyBatch(Object.fromEntries(models.map((model) => [model, 'one'])));
    const rows = await relate(scoresOf({ score: pc1 }), {
      points: pointsOf(pc1),
      summaries: unitsOf(pc1),
      families: all,
    });
    expect(cell(rows, 'pc1', 'score')).toMatchObject({ lofoLow: null, lofoHigh: null, lofoWeakest: '', unmet: 'sign' });
  });
});

describe('permutations within families', () => {
  it('do not take for a relation what goes with families', async () => {
    const { noise } = world(5);
    const families = Object.fromEntries(models.map((model, row) => [model, `family ${String(row % 3)}`]));
    const level = models.map((_, row) => 10 * (row % 3));
    const [pc1, score] = [plus(level, noise()), plus(level, noise())];
    const options = { points: pointsOf(pc1), summaries: unitsOf(noise()), families: familyBatch(families) };
    const free = cell(await relate(scoresOf({ score }), options), 'pc1', 'score');
    const within = cell(await relate(scoresOf({ score }), { ...options, permuteWithin: 'families' }), 'pc1', 'score');
    expect(free['p']).toBeLessThan(0.001);
    expect(within['p']).toBeGreaterThan(0.05);
    expect(within['pearson']).toBe(free['pearson']);
    const { of: families3 } = familiesOf(models, options.families);
    const alone = testCorrelations({
      predictors: [Float64Array.from(pc1)],
      responses: [Float64Array.from(score)],
      within: families3,
    });
    expect([within['p'], within['pFloor']]).toEqual([alone.p[0], alone.floor[0]]);
  });
});

describe('the rule', () => {
  const holds = { r: 0.9, corrected: 0.05, low: 0.6, high: 0.95, lofoLow: 0.7, lofoHigh: 0.95 };

  it('asks for all of it, and undefined statistics meet nothing', () => {
    expect(unmetCriteria(holds)).toEqual([]);
    expect(unmetCriteria({ ...holds, corrected: 0.0501 })).toEqual(['correction']);
    expect(unmetCriteria({ ...holds, low: -0.1 })).toEqual(['interval']);
    expect(unmetCriteria({ ...holds, lofoLow: 0 })).toEqual(['sign']);
    expect(unmetCriteria({ ...holds, r: -0.9, low: -0.95, high: -0.6 })).toEqual(['sign']);
    const none = Number.NaN;
    expect(unmetCriteria({ r: none, corrected: none, low: none, high: none, lofoLow: none, lofoHigh: none })).toEqual([
      'correction',
      'interval',
      'sign',
    ]);
  });

  it('goes by the correction that is asked for', async () => {
    const { noise } = world(21);
    const pc1 = noise();
    const scores = scoresOf({ strong: plus(pc1, noise(), 0.75), weak: noise(), other: noise() });
    const options = { points: pointsOf(pc1, noise()), summaries: unitsOf(noise().map((value) => 100 + 30 * value)) };
    for (const [correction, name] of [
      ['benjamini-hochberg', 'q'],
      ['benjamini-yekutieli', 'qBy'],
      ['max-t', 'pFamily'],
    ] as const) {
      const rows = await relate(scores, { ...options, correction });
      const met = rows.map(({ unmet }) => !String(unmet).split(' ').includes('correction'));
      expect(met).toEqual(rows.map((row) => row[name] !== null && (row[name] as number) <= 0.05));
      expect(
        rows.every(
          ({ q, qBy, p }) => q === null || ((p as number) <= (q as number) && (q as number) <= (qBy as number)),
        ),
      ).toBe(true);
    }
  });

  it('is met by no more than one of twenty, worlds even, where there is no relation', async () => {
    const worlds = 250;
    let [withAny, supported, passing, tested] = [0, 0, 0, 0];
    const families = familyBatch(
      Object.fromEntries(models.slice(0, 6).map((model, row) => [model, `f${String(row % 2)}`])),
    );
    for (let seed = 0; seed < worlds; seed++) {
      const { noise } = world(1_000 + seed);
      const rows = await relate(scoresOf({ a: noise(), b: noise(), c: noise(), d: noise() }), {
        ...{
          points: pointsOf(noise(), noise(), noise()),
          summaries: unitsOf(noise().map((value) => 300 + 90 * value)),
        },
        ...{ families, permutations: 999, resamples: 20, seed },
      });
      const found = rows.filter((row) => row['supported']).length;
      tested += rows.filter(({ p }) => p !== null).length;
      supported += found;
      passing += rows.filter(({ q }) => q !== null && (q as number) <= 0.05).length;
      withAny += found > 0 ? 1 : 0;
    }
    expect(tested).toBeGreaterThan(5_000);
    // Of all tests, and, which is stricter, of all worlds: there within three standard errors.
    expect(supported / tested).toBeLessThanOrEqual(0.05);
    expect(withAny / worlds).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / worlds));
    expect(supported).toBeLessThanOrEqual(passing);
  });
});

describe(relationPower, () => {
  it('says which correlations so few models can show', async () => {
    const { noise } = world(2);
    const scores = scoresOf({ a: noise(), b: noise(), c: noise(), d: noise(), e: noise() });
    const points = pointsOf(...Array.from({ length: 9 }, noise));
    const relations = await lastValueFrom(
      of(scores).pipe(relateTasks({ points, summaries: emptyBatch(profileSummarySchema), permutations: 999 })),
    );
    const [row, ...others] = rowsOf(
      await lastValueFrom(of(relations).pipe(relationPower({ table: 'relations', hasFamilies: false }))),
    );
    expect(others).toEqual([]);
    expect(row).toEqual({
      ...{
        table: 'relations',
        n: 12,
        relations: 45,
        tests: 45,
        correction: 'benjamini-hochberg',
        permuteWithin: 'all',
      },
      pFloor: 0.001,
      criticalOne: expect.closeTo(0.576, 3) as number,
      criticalAll: expect.closeTo(0.819, 3) as number,
      rule: supportRule('benjamini-hochberg', false),
      statement:
        'With 12 models only |r| > 0.576 can pass one test at 5 %, > 0.819 pass 45 (less where others pass too).',
    });
  });

  it('is stricter by Benjamini-Yekutieli, and says how little orderings within families can show', async () => {
    const { noise } = world(2);
    const families = familyBatch(Object.fromEntries(models.slice(0, 4).map((model) => [model, 'one'])));
    const power = async (options: Partial<RelateTasksOptions>) => {
      const { correction = 'benjamini-hochberg', permuteWithin = 'all' } = options;
      const relations = await lastValueFrom(
        of(scoresOf({ a: noise() })).pipe(
          relateTasks({
            points: pointsOf(noise()),
            summaries: unitsOf(noise()),
            permutations: 999,
            families,
            ...options,
          }),
        ),
      );
      const [row] = rowsOf(
        await lastValueFrom(
          of(relations).pipe(relationPower({ table: 'relations', hasFamilies: true, correction, permuteWithin })),
        ),
      );
      return row ?? {};
    };
    const [hochberg, yekutieli] = [await power({}), await power({ correction: 'benjamini-yekutieli' })];
    expect(yekutieli['criticalAll']).toBeGreaterThan(hochberg['criticalAll'] as number);
    const within = await power({ permuteWithin: 'families' });
    expect(within['pFloor']).toBeCloseTo(1 / 24, 12);
    expect(within['statement']).toMatch(/ Their orderings give no p below 0\.042\.$/u);
    expect(within['rule']).toMatch(/any one family of models is left out$/u);
  });
});

describe(familyTable, () => {
  it('gives every model a family, its own where it is in none', () => {
    const families = familyBatch({ m1: 'code', m0: 'code', stranger: 'code' });
    expect(rowsOf(familyTable(['m0', 'm1', 'm2', 'code'], families))).toEqual([
      { model: 'm0', family: 'code', reason: 'one code base' },
      { model: 'm1', family: 'code', reason: 'one code base' },
      { model: 'm2', family: 'm2', reason: '' },
      { model: 'code', family: 'code', reason: '' },
    ]);
    const { of: numbers, names, areShared } = familiesOf(['m0', 'm1', 'm2', 'code'], families);
    expect([[...numbers], names, areShared]).toEqual([[0, 0, 1, 2], ['code', 'm2', 'code'], true]);
    expect(familiesOf(['m0', 'm1']).areShared).toBe(false);
  });
});
