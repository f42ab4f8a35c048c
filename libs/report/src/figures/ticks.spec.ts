import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { niceTicks, paddedRange, scaled } from './ticks.ts';

describe('niceTicks', () => {
  it('finds round values', () => {
    expect(niceTicks(-2.4, 5.1, 5)).toEqual([-2, 0, 2, 4]);
    expect(niceTicks(0, 0.35, 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(niceTicks(3, 3, 4)).toEqual([3]);
  });

  it('stays within the range, in order, and near the number asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const ticks = niceTicks(low, low + span, 6);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(8);
          expect(ticks.every((tick) => tick >= low - span * 1e-6 && tick <= low + span * (1 + 1e-6))).toBe(true);
        },
      ),
    );
  });
});

describe('scales', () => {
  it('map values linearly, and a single value to the middle', () => {
    expect(scaled({ domain: [0, 10], range: [100, 200] }, 2.5)).toBe(125);
    expect(scaled({ domain: [3, 3], range: [100, 200] }, 3)).toBe(150);
  });

  it('leave a margin, also around one value or none', () => {
    expect(paddedRange([0, 10], 0.1)).toEqual([-1, 11]);
    expect(paddedRange([4])).toEqual([2, 6]);
    expect(paddedRange([Number.NaN])).toEqual([-1, 1]);
  });
});
