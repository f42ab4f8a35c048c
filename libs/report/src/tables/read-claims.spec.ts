import { claimVerdictSchema, universeEffectSchema, universeSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../fixtures/seeded.ts';
import { syntheticClaims } from '../fixtures/synthetic-claims.ts';
import { readClaims } from './read-claims.ts';

type Row = Readonly<Record<string, unknown>>;
const study = { title: 'Made up' };

describe(readClaims, () => {
  it('reads every column into the field of its name, a null as NaN', () => {
    const tables = syntheticClaims();
    const rows = (tables.claims as RecordBatch).toArray() as unknown as readonly Row[];
    const { claims = [] } = readClaims({ study, ...tables }) ?? {};
    const number = (value: unknown) => value ?? Number.NaN;
    expect(claims).toEqual(
      rows.map((row) => {
        const { claim, kind, statement, source, verdict, isSo, measure, replicates, universes, movedBy, sentence } =
          row;
        return {
          ...{ claim, kind, statement, source, verdict, isSo, measure, replicates, universes, movedBy, sentence },
          ...{ effect: number(row['effect']), interval: [number(row['low']), number(row['high'])] },
          ...{ replicateShare: number(row['replicateShare']), p: number(row['p']), q: number(row['q']) },
          ...{ universeShare: number(row['universeShare']), universeEffect: number(row['universeEffect']) },
          movedShare: number(row['movedShare']),
        };
      }),
    );
    expect(claims[2]?.q).toBeNaN();
  });

  const universe = (number: number, gate: number, leftOut = '') => ({
    ...{ universe: number, isStudy: number === 4, gate, compareGate: '>', match: 'gate', normalisation: 'count' },
    ...{ dropFirstConcept: gate > 0.1, leftOut, components: 2, clusters: 3, distance: 'cosine' },
  });
  const { claims } = syntheticClaims({ claims: 1, universes: 3 });
  const tables = {
    ...{ study, claims },
    universes: buildBatch(universeSchema, columnsOf([universe(9, 0.2), universe(4, 0.1), universe(7, 0.3, 'a|b')])),
    universeEffects: buildBatch(
      universeEffectSchema,
      columnsOf([
        { universe: 7, claim: 'x', effect: 0.5, isSo: true },
        { universe: 4, claim: 'x', effect: Number.NaN, isSo: false },
        { universe: 5, claim: 'x', effect: 8, isSo: true },
        { universe: 9, claim: 'y', effect: -1, isSo: false },
      ]),
    ),
  };

  it('orders universes by their number, and keeps apart what is undefined and what was not asked', () => {
    const universes = readClaims(tables)?.universes;
    expect(universes?.numbers).toEqual([4, 7, 9]);
    expect(universes?.study).toBe(0);
    expect(universes?.choices.map(({ choice, values }) => [choice, ...values])).toEqual([
      ['gate', 0.1, 0.3, 0.2],
      ['compareGate', '>', '>', '>'],
      ['match', 'gate', 'gate', 'gate'],
      ['normalisation', 'count', 'count', 'count'],
      ['dropFirstConcept', false, true, true],
      ['leftOut', '', 'a|b', ''],
      ['components', 2, 2, 2],
      ['clusters', 3, 3, 3],
      ['distance', 'cosine', 'cosine', 'cosine'],
    ]);
    const curve = universes?.curves.get('x');
    expect([...(curve?.effects ?? [])]).toEqual([Number.NaN, 0.5, Number.NaN]);
    expect(curve?.isSo).toEqual([false, true, undefined]);
    expect(universes?.curves.get('y')?.isSo).toEqual([undefined, undefined, false]);
  });

  it('reads nothing where nothing is claimed, and no universes where none were asked', () => {
    expect(readClaims({ study })).toBeUndefined();
    expect(readClaims({ ...tables, claims: [] })).toBeUndefined();
    expect(readClaims({ study, claims })?.universes).toBeUndefined();
    expect(readClaims({ ...tables, universeEffects: [] })?.universes).toBeUndefined();
    expect(claimVerdictSchema.fields).toHaveLength(20);
  });
});
