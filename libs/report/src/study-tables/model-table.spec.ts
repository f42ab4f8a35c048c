import { describe, expect, it } from 'vitest';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { readStudy } from '../tables/read-study.ts';
import type { Study } from '../tables/study.ts';
import { changeTable } from './change-table.ts';
import { barTable, modelTable, twinText, unitTable } from './model-table.ts';

const { embedding: _embedding, uncertainty: resampled, ...others } = readStudy(syntheticStudy({ models: 4 }));
const study: Study = {
  ...others,
  profiles: {
    models: ['a', 'b'],
    concepts: [
      { concept: 'sky', category: 'object' },
      { concept: 'dog', category: 'object' },
      { concept: 'red', category: 'color' },
    ],
    categories: ['object', 'color'],
    units: Int32Array.of(3, 0, 1, 1200, 5, 0),
    weights: Float64Array.of(1.5, 0, 1, 600, 2.5, 0),
    summaries: [
      [
        { matches: 3, unique: 1, redundancy: 3 },
        { matches: 1, unique: 1, redundancy: 1 },
      ],
      [
        { matches: 1205, unique: 2, redundancy: 602.5 },
        { matches: 0, unique: 0, redundancy: NaN },
      ],
    ],
  },
};
const rows = (table: { markdown(): string }) => table.markdown().split('\n').slice(2);

describe('tables of models', () => {
  it('have each count under its own heading, the model with most matching units first', () => {
    expect(modelTable(study).csv().split('\n').slice(0, 3)).toEqual([
      'Model,Matching units,Unique concepts,Redundancy,object: units,object: unique,color: units,color: unique',
      'b,1205,2,602.5,1205,2,0,0',
      'a,4,2,2,3,1,1,1',
    ]);
    const counts = new Map([['a', { matches: [2, 6], unique: [1, 2], redundancy: [NaN, NaN] }]]);
    const uncertain = { ...study, uncertainty: { ...resampled, counts } } as unknown as Study;
    expect(modelTable(uncertain).csv().split('\n')[2]).toBe('a,4,2,6,2,1,2,2,,,3,1,1,1');
    expect(rows(barTable(study, [0, 1], 'matches'))).toEqual(['| a | 3 | 1 | 4 |', '| b | 1205 | 0 | 1205 |']);
    expect(rows(barTable(study, [0, 1], 'unique'))).toEqual(['| a | 1 | 1 | 2 |', '| b | 2 | 0 | 2 |']);
    expect(rows(barTable(study, [1], 'redundancy'))).toEqual(['| b | 602.50 | – | 602.50 |']);
    expect(rows(unitTable(study, [1, 0, 2]))).toEqual([
      '| dog | object | 0 | 5 |',
      '| sky | object | 3 | 1200 |',
      '| red | color | 1 | 0 |',
    ]);
  });
});

describe('untrained twins', () => {
  const twin = { name: 'a-twin', units: 64, matches: 12, unitsOfModel: 64, matchesOfModel: 40 };
  const withTwin: Study = { ...study, profiles: { ...study.profiles, twins: new Map([['a', twin]]) } };

  it('stand beside their models', () => {
    const [first = '', second = ''] = rows(modelTable(withTwin));
    expect(first).toContain('| 2 | 602.50 | – |');
    expect(second).toMatch(/^\| a \| 4 \| 2 \| 2\.00 \| 12 of 64 .*18\.8 %/u);
    expect(twinText({ matches: 0, units: 0 })).toBe('0 of 0');
  });
});

describe('changeTable', () => {
  const change = {
    ...{ added: ['new'], removed: ['old'], meanDistance: 0.3, spread: 2, correlation: 0.9, isDetermined: true },
    moved: [{ model: 'a', from: [0], distance: 0.5 }],
  };

  it('tells new from gone, and distances from their share of the spread', () => {
    const expected = ['| new | new | – | – |', '| old | gone | – | – |'];
    expect(rows(changeTable(change))).toEqual([...expected, '| a | moved | 0.500 | 25 % |']);
    expect(rows(changeTable({ ...change, isDetermined: false }))).toEqual([...expected, '| a | kept | – | – |']);
  });
});
