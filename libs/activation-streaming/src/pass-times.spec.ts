import { describe, expect, it } from 'vitest';
import { sharePassTime } from './pass-times.ts';

describe(sharePassTime, () => {
  it('shares the time of a pass out by what was measured, decoding among all alike', () => {
    expect(sharePassTime(3, [1, 2, 6], 600)).toEqual([100, 150, 350]);
    expect(sharePassTime(4, [1, 3], 80)).toEqual([30, 50]);
  });

  it('shares alike where nothing could be measured', () => {
    expect(sharePassTime(0, [0, 0], 10)).toEqual([5, 5]);
  });
});
