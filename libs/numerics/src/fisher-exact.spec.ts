import { describe, expect, it } from 'vitest';
import golden from './golden/fisher.json' with { type: 'json' };
import { fisherExact } from './fisher-exact.ts';

describe(fisherExact, () => {
  it('is the share of deals that are as uneven, worked out by hand', () => {
    // The tea tasting: of 70 ways to choose 4 of 8 cups, 16 have three right and 1 all four.
    expect(fisherExact({ successes: 3, trials: 4, otherSuccesses: 1, otherTrials: 4 })).toBeCloseTo(17 / 70, 12);
    expect(fisherExact({ successes: 4, trials: 4, otherSuccesses: 0, otherTrials: 4 })).toBeCloseTo(1 / 70, 12);
    expect(fisherExact({ successes: 0, trials: 4, otherSuccesses: 4, otherTrials: 4 })).toBeCloseTo(1, 12);
    expect(fisherExact({ successes: 0, trials: 0, otherSuccesses: 0, otherTrials: 5 })).toBe(1);
  });

  it('agrees with scipy', () => {
    for (const { p, ...groups } of golden) expect(fisherExact(groups) / p, JSON.stringify(groups)).toBeCloseTo(1, 9);
  });
});
