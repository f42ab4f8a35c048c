import { describe, expect, it } from 'vitest';
import { betterBy, findBetter, joinAttempts, type Attempt } from './find-better.ts';

const attempt = (iou: number, chance: number, units = 64): Attempt => ({ units, matching: 0, iou, chance });

describe(findBetter, () => {
  it('takes what matches best beyond chance, not what matches most', () => {
    const [more, better] = [attempt(0.2, 0.18), attempt(0.14, 0.06)];
    const declared = attempt(0.1, 0.05);
    expect(findBetter(declared, [more, better])).toBe(better);
    expect(findBetter(declared, [more])).toBeUndefined();
    expect(findBetter<Attempt>(declared, [])).toBeUndefined();
  });

  it('wants both a share and an amount more, so that weak models raise no alarm', () => {
    // Five times as much of next to nothing, and a tenth more of much.
    expect(findBetter(attempt(0.032, 0.031), [attempt(0.036, 0.031)])).toBeUndefined();
    expect(findBetter(attempt(0.2, 0.05), [attempt(0.215, 0.05)])).toBeUndefined();
    const enough = attempt(0.05 + 0.08 * betterBy.times + 0.001, 0.05);
    expect(findBetter(attempt(0.13, 0.05), [enough])).toBe(enough);
  });

  it('weighs models by their units', () => {
    expect(joinAttempts([attempt(0.1, 0.05, 30), attempt(0.4, 0.2, 10)])).toEqual({
      ...{ units: 40, matching: 0 },
      ...{ iou: expect.closeTo(0.175, 12) as number, chance: expect.closeTo(0.0875, 12) as number },
    });
    expect(joinAttempts([])).toEqual(attempt(0, 0, 0));
  });
});
