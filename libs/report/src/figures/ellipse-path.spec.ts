import { describe, expect, it } from 'vitest';
import { ellipsePath, ellipseReach } from './ellipse-path.ts';
import { drawTogether } from './together-matrix.ts';

const scale = { domain: [0, 100], range: [0, 100] } as const;
const points = (path: string) =>
  path
    .slice(1, -1)
    .split('L')
    .map((pair) => pair.split(' ').map(Number) as [number, number]);

describe(ellipsePath, () => {
  it('goes around its point at a squared distance of 1 in the metric of the matrix', () => {
    const [xx, xy, yy] = [400, -150, 225] as const;
    const determinant = xx * yy - xy * xy;
    for (const [x, y] of points(ellipsePath([50, 40], [xx, xy, yy], scale, scale))) {
      const [a, b] = [x - 50, y - 40];
      expect((yy * a * a - 2 * xy * a * b + xx * b * b) / determinant).toBeCloseTo(1, 1);
    }
    expect(ellipseReach([xx, xy, yy])).toEqual([20, 15]);
  });

  it('is a point or a line where nothing varies', () => {
    expect(new Set(points(ellipsePath([5, 6], [0, 0, 0], scale, scale)).map(String))).toEqual(new Set(['5,6']));
    expect(new Set(points(ellipsePath([5, 6], [0, 0, 4], scale, scale)).map(([x]) => x))).toEqual(new Set([5]));
  });
});

describe(drawTogether, () => {
  it('fills a cell by its share, and says it', () => {
    const shares = [
      [1, 0.5],
      [0.5, 1],
    ];
    const svg = drawTogether(
      [
        { name: 'a', group: 0 },
        { name: 'b', group: 1 },
      ],
      (row, column) => shares[row]?.[column] ?? 0,
    ).toString();
    expect(svg).toContain('a and b: 50\u202f% of the replicates');
    expect([...svg.matchAll(/--amount-(\d)/gu)].map(([, step]) => step)).toEqual(['7', '4', '4', '7']);
    expect(
      drawTogether(
        [
          { name: 'a', group: 0 },
          { name: 'b', group: 0 },
        ],
        () => 0,
      ).toString(),
    ).toContain('--faint');
  });
});
