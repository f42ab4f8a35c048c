import { describe, expect, it } from 'vitest';
import { sharePassTime } from './pass-times.ts';

describe(sharePassTime, () => {
  it('shares the time of a pass out by what was measured, decoding among all alike', () => {
    expect(
      sharePassTime(
        {
          loading: 3,
          labels: 1,
          places: new Map([
            ['a', 2],
            ['b', 6],
          ]),
        },
        600,
      ),
    ).toEqual({
      labels: 100,
      places: new Map([
        ['a', 150],
        ['b', 350],
      ]),
    });
    expect(
      sharePassTime(
        {
          loading: 4,
          labels: undefined,
          places: new Map([
            ['a', 1],
            ['b', 3],
          ]),
        },
        80,
      ),
    ).toEqual({
      labels: 0,
      places: new Map([
        ['a', 30],
        ['b', 50],
      ]),
    });
  });

  it('shares alike where nothing could be measured', () => {
    expect(sharePassTime({ loading: 0, labels: 0, places: new Map([['a', 0]]) }, 10)).toEqual({
      labels: 5,
      places: new Map([['a', 5]]),
    });
  });
});
