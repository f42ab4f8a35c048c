import { expect, it } from 'vitest';
import { hullPath } from './hull.ts';

it('goes round the outermost places once', () => {
  expect(
    hullPath([
      [0, 0],
      [4, 0],
      [2, 1],
      [4, 4],
      [0, 4],
      [2, 0],
    ]),
  ).toBe('M0 0L4 0L4 4L0 4Z');
  expect(
    hullPath([
      [3, 3],
      [1, 1],
    ]),
  ).toBe('M1 1L3 3Z');
  expect(hullPath([[3, 3]])).toBe('');
});
