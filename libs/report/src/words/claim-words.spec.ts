import { describe, expect, it } from 'vitest';
import { effectWords, movedWords, shareWords, verdictCounts, verdictOf } from './claim-words.ts';
import { emphasisParts } from './emphasis-parts.ts';

describe('words of claims', () => {
  it('say an effect with its interval where it has one', () => {
    expect(effectWords({ effect: 0.35, interval: [-0.1512, 0.55] })).toBe('0.35 (95 % interval −0.151 to 0.55)');
    expect(effectWords({ effect: 0.35, interval: [Number.NaN, Number.NaN] })).toBe('0.35');
    expect(effectWords({ effect: Number.NaN, interval: [Number.NaN, Number.NaN] })).toBe('–');
  });

  it('do not round a share up to what a rule asks, and say nothing of none', () => {
    expect(shareWords(0.899, 1000)).toBe('89.9\u202f% of 1\u202f000');
    expect(shareWords(0.29, 200)).toBe('29\u202f% of 200');
    expect(shareWords(1, 200)).toBe('100\u202f% of 200');
    expect(shareWords(Number.NaN, 0)).toBe('–');
  });

  it('say which choice moves a claim most', () => {
    expect(movedWords({ movedBy: 'leftOut', movedShare: 0.41 })).toBe('Models left out (41\u202f% of the variance)');
    expect(movedWords({ movedBy: '', movedShare: Number.NaN })).toBe('–');
  });

  it('count verdicts; one that is not known is undecided', () => {
    const claims = ['holds', 'holds', 'perhaps', 'fails'].map((verdict) => ({ verdict }));
    expect(claims.map(verdictOf)).toEqual(['holds', 'holds', 'undecided', 'fails']);
    expect(verdictCounts(claims as never)).toBe('2 of 4 claims hold, 1 is undecided and 1 fails.');
  });

  it('are stressed between marks', () => {
    expect(emphasisParts('It **fails**.')).toEqual([
      { text: 'It ', isStressed: false },
      { text: 'fails', isStressed: true },
      { text: '.', isStressed: false },
    ]);
  });
});
