import { describe, expect, it } from 'vitest';
import type { Embedding } from '../tables/study.ts';
import type { Uncertainty } from '../tables/uncertainty.ts';
import { ellipseWords, gapSentence, groupSentence, keptSentence } from './uncertainty-words.ts';

const chance = (...ratios: number[]) => ratios.map((ratio) => ({ ratio, p: 0.5 }));
const quality = (...gaps: readonly (readonly [gap: number, gapError: number])[]) =>
  gaps.map(([gap, gapError], index) => ({ k: index + 1, inertia: 1, silhouette: 0, gap, gapError }));
const standing = (togetherShare: number) => ({
  distance: 1,
  interval: [0, 2] as const,
  nearestShare: 0,
  togetherShare,
});

describe('words of uncertainty', () => {
  it('say how many components are more than chance', () => {
    const ratios = [0.5, 0.3, 0.1];
    const said = (...most: number[]) => keptSentence({ ratios, components: 2, chance: chance(...most) });
    expect(said(0.6, 0.1, 0)).toBe('By parallel analysis no component has more variance than chance gives.');
    expect(said(0.4, 0.2, 0.2)).toBe('By parallel analysis components 1 to 2 have more variance than chance gives.');
    expect(said(0.4, 0.4, 0)).toMatch(/^By parallel analysis component 1 has more .* may be chance\.$/u);
    expect(said(Number.NaN)).toBeUndefined();
    expect(said()).toBeUndefined();
  });

  it('say what the gap statistic asks for, one category included', () => {
    const asked = (...gaps: readonly (readonly [number, number])[]) =>
      gapSentence({ groups: 2, points: [], quality: quality(...gaps) });
    expect(asked([0.1, 0.1], [0.15, 0.1])).toMatch(
      /one category is enough \(k = 1\): the 2 categories describe .*; with 0 models it finds only kinds that stand far apart\.$/u,
    );
    expect(asked([0.1, 0.1], [0.5, 0.1], [0.4, 0.1])).toBe('The gap statistic asks for as many categories (k = 2).');
    expect(asked([0, 0], [1, 0], [2, 0], [1, 0])).toBe('The gap statistic asks for 3 categories.');
    expect(asked([0, 0], [1, 0])).toBeUndefined();
    expect(asked([0, 0], [Number.NaN, Number.NaN])).toBeUndefined();
  });

  it('say how sure categories are, and name who is least sure', () => {
    const points = ['a', 'b', 'c', 'd'].map((model, index) => ({ model, group: index < 3 ? 0 : 1, scores: [0] }));
    const pairs = new Map([
      [
        'a',
        new Map([
          ['b', standing(1)],
          ['c', standing(0.5)],
          ['d', standing(0)],
        ]),
      ],
      [
        'b',
        new Map([
          ['a', standing(1)],
          ['c', standing(0.75)],
          ['d', standing(0)],
        ]),
      ],
      [
        'c',
        new Map([
          ['a', standing(0.5)],
          ['b', standing(0.75)],
          ['d', standing(0.5)],
        ]),
      ],
      [
        'd',
        new Map([
          ['a', standing(0)],
          ['b', standing(0)],
          ['c', standing(0.5)],
        ]),
      ],
    ]);
    const uncertainty: Uncertainty = {
      ...{ over: 'units', replicates: 1000, counts: new Map(), clouds: new Map(), loadings: new Map() },
      pairs,
    };
    const embedding = { points, groups: 2 } as unknown as Embedding;
    // Means of a, b and c: 0.75, 0.875, 0.625; d is alone.
    expect(groupSentence(embedding, uncertainty)).toBe(
      'Models stand with another one of their category in 75\u202f% of the replicates on average (bootstrap over units, 1\u202f000 replicates). Least sure of their categories are c (63\u202f%) and a (75\u202f%).',
    );
    expect(groupSentence({ ...embedding, groups: 1 }, uncertainty)).toBeUndefined();
    expect(groupSentence(embedding, undefined)).toBeUndefined();
    expect(ellipseWords({ over: 'images', replicates: 200 })).toContain('with other images (bootstrap over images');
  });
});
