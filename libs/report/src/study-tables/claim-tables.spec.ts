import { describe, expect, it } from 'vitest';
import type { PageClaims, PageCurve } from '../page/page-data.ts';
import { levelTable } from './claim-tables.ts';

describe(levelTable, () => {
  it('gives of each level how many universes have it, where it is so, and the middle of their effects', () => {
    // Gate 0.03 has the effects 1, 2 and 4; 0.04 has -2 and 1, and one that is undefined.
    const curve: PageCurve = {
      ...{ figure: 'claim-x', measure: 'r', interval: null, isSo: '110111', shares: [0.5, null] },
      effects: [4, 1, -2, 2, null, 1],
    };
    const claims: PageClaims = {
      ...{ numbers: [0, 1, 2, 3, 4, 5], study: 0, curves: [curve] },
      choices: [
        { title: 'Gate', levels: ['0.03', '0.04'], of: [0, 0, 1, 0, 1, 1] },
        { title: 'Distance', levels: ['cosine', 'euclidean'], of: [0, 0, 0, 0, 1, 0] },
      ],
    };
    const table = levelTable('a is near b', claims, curve);
    expect(table.caption).toBe('Universes by what was chosen in them: a is near b');
    expect(table.csv()).toBe(
      'Choice,Explains,Level,Universes,So in,Median effect\nGate,0.5,0.03,3,1,2\nGate,0.5,0.04,2,0.5,-0.5\n',
    );
  });
});
