import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contourBands } from './contour-bands.ts';

describe(contourBands, () => {
  it('covers the whole grid at the lowest level, and nothing above the highest', () => {
    const grid = { values: [0, 1, 2, 3], columns: 2, width: 100, height: 50 };
    const [all = '', some = '', none = ''] = contourBands(grid, [0, 1.5, 4]);
    expect(corners(all)).toEqual([0, 0, 100, 50]);
    for (const corner of ['0 0', '100 0', '100 50', '0 50']) expect(all).toContain(corner);
    // Below the middle of the left column, and where the right one begins.
    expect(corners(some)[3]).toBe(50);
    expect(corners(some)[1]).toBeGreaterThan(0);
    expect(none).toBe('');
  });

  it('lies within the grid, and a higher level within the box of a lower one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (values, level) => {
          const [low = '', high = ''] = contourBands({ values, columns: 5, width: 200, height: 90 }, [
            level / 2,
            level,
          ]);
          for (const path of [low, high]) {
            const [left, top, right, bottom] = corners(path === '' ? 'M0 0' : path);
            expect(left >= 0 && top >= 0 && right <= 200 && bottom <= 90).toBe(true);
          }
          expect(low === '').toBe(Math.max(...values) < level / 2);
        },
      ),
    );
  });
});

/** Box around all that a path names. */
function corners(path: string): readonly [number, number, number, number] {
  const numbers = [...path.matchAll(/-?[\d.]+/gu)].map(Number);
  const [x, y] = [0, 1].map((odd) => numbers.filter((_, index) => index % 2 === odd)) as [number[], number[]];
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}
