import { matchSchema, type UnitMatchBatch } from '@intermodel/schemas';
import type { Normalisation } from '@intermodel/embedding';
import { createRandom } from '@intermodel/numerics';
import { buildBatch } from '@intermodel/streams';
import { lastValueFrom, of } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { embedUnits } from '../embed-units.ts';
import { judgeStudy } from './judge-study.ts';
import { studyLevels } from './study-levels.ts';

const models = ['a', 'b', 'c', 'd', 'e', 'f'];
const unitsOfModel = 60;

/** Units whose concepts lie in three groups of models: a and b, c and d, e and f. */
function drawnMatches(seed: number): UnitMatchBatch {
  const random = createRandom(seed);
  const rows = models.flatMap((model, index) =>
    Array.from({ length: unitsOfModel }, (_, unit) => {
      const own = random.uniform() < 0.6;
      const number = Math.floor(random.uniform() * 6) + (own ? 6 * Math.floor(index / 2) : 18);
      return { model, unit, concept: `c${String(number)}`, category: number % 2 === 0 ? 'object' : 'part' };
    }),
  );
  return buildBatch(matchSchema({ score: 'iou' }), {
    model: rows.map(({ model }) => model),
    layer: rows.map(() => 'layer'),
    unit: rows.map(({ unit }) => unit),
    concept: rows.map(({ concept }) => concept),
    category: rows.map(({ category }) => category),
    iou: rows.map(() => random.uniform() * 0.12),
  });
}

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (batch: { toArray: () => { toJSON: () => unknown }[] }) =>
  batch.toArray().map((row) => row.toJSON() as Row);

describe(judgeStudy, () => {
  const matches = drawnMatches(1);
  const study = { components: 2, clusters: 3, replicates: 20 };
  let tables: Awaited<ReturnType<typeof judgeStudy>>;
  beforeAll(async () => {
    const embedding = await lastValueFrom(of(matches).pipe(embedUnits(study)));
    tables = await judgeStudy({ matches: [matches], embedding, claims: { universes: 150 }, replicates: 20 });
  });

  it('asks every universe what the stages make of its choices', async () => {
    const claims = rowsOf(tables.claims).filter(({ kind }) => kind === 'category');
    expect(claims.length).toBeGreaterThan(1);
    const effects = rowsOf(tables.universeEffects);
    for (const choices of rowsOf(tables.universes)) {
      const exclude = choices['leftOut'] === '' ? [] : String(choices['leftOut']).split('|');
      const { points } = await lastValueFrom(
        of(matches).pipe(
          embedUnits({
            gate: choices['gate'] as number,
            compareGate: choices['compareGate'] as '>' | '>=',
            normalisation: choices['normalisation'] as Normalisation,
            dropFirstConcept: choices['dropFirstConcept'] as boolean,
            components: 2,
            clusters: choices['clusters'] as number,
            exclude,
            replicates: 0,
          }),
        ),
      );
      const categoryOf = new Map(rowsOf(points).map(({ model, cluster }) => [model as string, cluster as number]));
      for (const { claim, statement } of claims) {
        const members = models.filter((model) => new RegExp(`\\b${model}\\b`, 'u').test(String(statement).slice(0, 8)));
        const found = effects.find((row) => row['claim'] === claim && row['universe'] === choices['universe']);
        if (!members.every((model) => categoryOf.has(model))) {
          expect(found).toBeUndefined();
          continue;
        }
        const inside = new Set(members.map((model) => categoryOf.get(model)));
        const others = [...categoryOf].some(([model, category]) => !members.includes(model) && inside.has(category));
        expect([choices, claim, found?.['isSo']]).toEqual([choices, claim, inside.size === 1 && !others]);
      }
    }
  });

  it('has the study as its first universe, and what it finds itself is so there', () => {
    const [first] = rowsOf(tables.universes);
    expect(first).toMatchObject({ universe: 0, isStudy: true, gate: 0.04, clusters: 3, components: 2, leftOut: '' });
    for (const { kind, isSo, replicates } of rowsOf(tables.claims)) {
      expect(replicates).toBe(20);
      if (kind !== 'categories') expect(isSo).toBe(true);
    }
  });

  it('finds what was planted: pairs that every choice keeps together', () => {
    const nearer = rowsOf(tables.claims).filter(({ kind }) => kind === 'nearer');
    expect(nearer.map(({ claim }) => claim)).toEqual(['nearer-a-b', 'nearer-c-d', 'nearer-e-f']);
    for (const { universeShare } of nearer) expect(universeShare).toBeGreaterThan(0.8);
  });

  it('judges what two models can be asked', async () => {
    const embedding = await lastValueFrom(
      of(matches).pipe(embedUnits({ components: 1, clusters: 2, exclude: models.slice(2), replicates: 0 })),
    );
    const judged = await judgeStudy({ matches: [matches], embedding, claims: { universes: 20 }, replicates: 10 });
    expect(rowsOf(judged.claims).map(({ claim }) => claim)).toEqual(['categories-2']);
  });

  it('is the same for a seed, and draws other universes for another', async () => {
    const embedding = await lastValueFrom(of(matches).pipe(embedUnits(study)));
    const judge = (seed: number) =>
      judgeStudy({ matches: [matches], embedding, claims: { universes: 30 }, replicates: 5, seed });
    const [one, same, other] = [await judge(1), await judge(1), await judge(2)];
    expect(rowsOf(one.claims)).toEqual(rowsOf(same.claims));
    expect(rowsOf(one.universeEffects)).toEqual(rowsOf(same.universeEffects));
    expect(rowsOf(one.universes)).not.toEqual(rowsOf(other.universes));
  });
});

describe(studyLevels, () => {
  const study = {
    gate: 0.04,
    compareGate: '>',
    match: 'gate',
    normalisation: 'count',
    dropFirstConcept: false,
    leftOut: ['r'],
    components: 2,
    clusters: 3,
    distance: 'profiles',
  } as const;
  const families = [['a', 'b', 'c'], ['d'], ['e']];

  it('takes gates by that of the study, and leaves families out where enough models stay', () => {
    const levels = studyLevels({}, { study, families, isTested: false });
    expect(levels.gate).toEqual([0.02, 0.03, 0.04, 0.05, 0.07, 0.1]);
    expect(levels.leftOut).toEqual([['r'], ['r', 'd'], ['r', 'e']]);
    expect(levels.match).toEqual(['gate']);
    expect(studyLevels({}, { study, families, isTested: true }).match).toEqual(['gate', 'significant', 'both']);
  });

  it('takes what was set, as far as there are so many models', () => {
    const levels = studyLevels(
      { gates: [0.5], components: [1, 4, 5], clusters: [5, 6], leaveOut: 'none', distances: ['cosine'] },
      { study, families, isTested: false },
    );
    expect(levels).toMatchObject({
      gate: [0.5],
      components: [1, 4],
      clusters: [5],
      leftOut: [['r']],
      distance: ['cosine'],
    });
  });
});
