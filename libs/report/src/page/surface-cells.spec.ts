import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellText, surfaceCells } from './surface-cells.ts';

const places = { x: [0, 2], y: [-1, 1], width: 2, error: null } as const;

it('gives scores back to a thousandth of their range, each at its place', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 950, noNaN: true }), { minLength: 4, maxLength: 4 }), (scores) => {
      const range = [Math.min(...scores), Math.max(...scores)] as const;
      const cells = surfaceCells({ ...places, range, cells: cellText(scores, range) });
      expect(cells.map(({ pc1, pc2 }) => [pc1, pc2])).toEqual([
        [0, -1],
        [2, -1],
        [0, 1],
        [2, 1],
      ]);
      cells.forEach(({ score }, index) => {
        expect(Math.abs(score - (scores[index] as number))).toBeLessThanOrEqual((range[1] - range[0]) / 1000);
      });
    }),
  );
});

it('keeps what has no score', () => {
  const text = cellText([1, Number.NaN, 2, 1], [1, 2]);
  expect(text).toBe('00..zz00');
  expect(surfaceCells({ ...places, range: [1, 2], cells: text }).map(({ score }) => score)).toEqual([1, NaN, 2, 1]);
});
