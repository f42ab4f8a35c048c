import { describe, expect, it } from 'vitest';
import type { ProbeColumn, ProbeDifference } from '../tables/probes.ts';
import { betterModel, standings } from './probe-standing.ts';

const difference = (model: string, other: string, low: number, high: number, supported: boolean): ProbeDifference => ({
  ...{ model, other, n: 9, difference: (low + high) / 2, low, high, p: 0.01, q: 0.02, supported },
});
const score = (model: string) => ({ model, score: 1, low: 0, high: 2, n: 9, chosen: '' });
const column = (higherIsBetter: boolean): ProbeColumn => ({
  ...{ column: 'c', task: 't', dataset: 'd', metric: 'm', higherIsBetter },
  scores: ['a', 'b', 'c', 'd'].map(score),
  differences: [
    difference('a', 'b', 0.1, 0.3, true),
    difference('a', 'c', -0.1, 0.3, false),
    difference('b', 'c', -0.3, -0.1, true),
  ],
});

describe(betterModel, () => {
  it('is the one with the larger score, or with the smaller error, and nobody without support', () => {
    const [above = difference('', '', 0, 0, false), open = above, below = above] = column(true).differences;
    expect([above, open, below].map((each) => betterModel(column(true), each))).toEqual(['a', undefined, 'c']);
    expect([above, open, below].map((each) => betterModel(column(false), each))).toEqual(['b', undefined, 'b']);
  });
});

describe(standings, () => {
  it('tells for each model which it beats, which beat it, and which are not told apart; what was not compared is none', () => {
    expect(standings(column(true))).toEqual([
      { model: 'a', better: ['b'], worse: [], level: ['c'] },
      { model: 'b', better: [], worse: ['a', 'c'], level: [] },
      { model: 'c', better: ['b'], worse: [], level: ['a'] },
      { model: 'd', better: [], worse: [], level: [] },
    ]);
    expect(standings(column(false))[1]).toEqual({ model: 'b', better: ['a', 'c'], worse: [], level: [] });
  });
});
