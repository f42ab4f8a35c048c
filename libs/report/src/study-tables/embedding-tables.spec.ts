import { describe, expect, it } from 'vitest';
import { conceptKey } from '../tables/read-profiles.ts';
import type { Embedding } from '../tables/study.ts';
import {
  componentTable,
  loadingTable,
  pairTable,
  pointTable,
  qualityTable,
  traitTable,
  varianceTable,
} from './embedding-tables.ts';

const embedding: Embedding = {
  points: [
    { model: 'a', group: 0, scores: [1.25, -0.5, 0.125] },
    { model: 'b', group: 1, scores: [-2.5, 3.75, 0.0625] },
  ],
  groups: 2,
  components: 3,
  ratios: [0.6123, 0.2, 0.1],
  chance: [
    { ratio: 0.4, p: 0.005 },
    { ratio: 0.25, p: 0.4 },
    { ratio: 0.05, p: 0.01 },
  ],
  loadings: [
    { concept: 'sky', category: 'object', loadings: [0.8, 0.1, -0.3] },
    { concept: 'red', category: 'color', loadings: [-0.6, 0.7, 0.2] },
  ],
  quality: [{ k: 2, inertia: 12.345, silhouette: 0.4567, gap: 0.1234, gapError: 0.05 }],
  traits: [
    { group: 1, trait: 'matches', concept: '', category: 'object', inside: 12.5, outside: 7.25, difference: 5.25 },
    { group: 0, trait: 'weight', concept: 'sky', category: 'object', inside: 1, outside: 3, difference: -2 },
  ],
};
const rows = (table: { markdown(): string }) => table.markdown().split('\n').slice(2);

describe('tables of an embedding', () => {
  it('have each number under its own heading', () => {
    expect(rows(pointTable(embedding))).toEqual([
      '| a | A | 1.2500 | −0.5000 | 0.1250 |',
      '| b | B | −2.5000 | 3.7500 | 0.0625 |',
    ]);
    expect(rows(pairTable(embedding, [2, 0]))).toEqual(['| a | A | 0.1250 | 1.2500 |', '| b | B | 0.0625 | −2.5000 |']);
    // The third is above chance, but comes after one that is not.
    expect(rows(varianceTable(embedding))).toEqual([
      '| 1 | 61.230 % | 40.000 % | 0.005 | yes |',
      '| 2 | 20.000 % | 25.000 % | 0.400 | no |',
      '| 3 | 10.000 % | 5.000 % | 0.010 | no |',
    ]);
    const untested = { ...embedding, chance: embedding.ratios.map(() => ({ ratio: Number.NaN, p: Number.NaN })) };
    expect(rows(varianceTable(untested))[0]).toBe('| 1 | 61.230 % |');
    expect(rows(loadingTable(embedding))).toEqual([
      '| sky | object | 0.8000 | 0.1000 | −0.3000 |',
      '| red | color | −0.6000 | 0.7000 | 0.2000 |',
    ]);
    expect(rows(componentTable(embedding, 1))).toEqual(['| red | color | 0.7000 |', '| sky | object | 0.1000 |']);
    const intervals = new Map([
      [
        conceptKey('red', 'color'),
        [
          [0, 0],
          [0.5, 0.875],
        ] as const,
      ],
    ]);
    expect(rows(componentTable(embedding, 1, intervals))).toEqual([
      '| red | color | 0.7000 | 0.500–0.875 |',
      '| sky | object | 0.1000 | – |',
    ]);
    expect(componentTable(embedding, 1, intervals).csv()).toBe(
      'Concept,Concept category,Weight,"95 % interval, low","95 % interval, high"\nred,color,0.7,0.5,0.875\nsky,object,0.1,,\n',
    );
    expect(rows(qualityTable(embedding))).toEqual(['| 2 | 12.345 | 0.457 | 0.123 | 0.050 |']);
    expect(rows(traitTable(embedding))).toEqual([
      '| B | matches | object | 12.5 | 7.25 | 5.25 |',
      '| A | weight of sky | object | 1 | 3 | −2 |',
    ]);
    expect(traitTable(embedding).csv().split('\n')[2]).toBe('0,weight of sky,object,1,3,-2');
  });
});
