import { describe, expect, it } from 'vitest';
import { findTokenGrid } from './token-grid.ts';

describe('findTokenGrid', () => {
  it.each([
    [197, { prefix: 1, height: 14, width: 14 }],
    [196, { prefix: 0, height: 14, width: 14 }],
    [198, { prefix: 2, height: 14, width: 14 }],
    [201, { prefix: 5, height: 14, width: 14 }],
    [50, { prefix: 1, height: 7, width: 7 }],
    [257, { prefix: 1, height: 16, width: 16 }],
  ])('reads %i tokens as a square', (tokens, grid) => {
    expect(findTokenGrid(tokens)).toEqual(grid);
  });

  it('takes the grid of the patch embedding where it fits', () => {
    expect(findTokenGrid(129, [{ height: 8, width: 16 }])).toEqual({ prefix: 1, height: 8, width: 16 });
    expect(
      findTokenGrid(145, [
        { height: 8, width: 18 },
        { height: 9, width: 16 },
      ]),
    ).toEqual({ prefix: 1, height: 9, width: 16 });
  });

  it('believes a declared number of class and register tokens', () => {
    expect(findTokenGrid(201, [], 5)).toEqual({ prefix: 5, height: 14, width: 14 });
    expect(findTokenGrid(197, [], 0)).toBeUndefined();
    expect(findTokenGrid(133, [{ height: 8, width: 16 }], 5)).toEqual({ prefix: 5, height: 8, width: 16 });
  });

  it('finds nothing where no grid leaves few tokens over', () => {
    expect(findTokenGrid(768 - 20)).toBeUndefined();
    expect(findTokenGrid(2)).toBeUndefined();
  });
});
