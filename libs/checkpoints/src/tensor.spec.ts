import { describe, expect, it } from 'vitest';
import { valueCount } from './tensor.ts';

describe('valueCount', () => {
  it('counts one value for no axes, and none for an axis of none', () => {
    expect([[], [3, 2], [4, 0, 2]].map((shape) => valueCount({ shape }))).toEqual([1, 6, 0]);
  });
});
