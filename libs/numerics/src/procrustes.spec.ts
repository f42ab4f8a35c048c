import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignProcrustes, type ProcrustesFit } from './procrustes.ts';

interface Figures {
  readonly rows: number;
  readonly columns: number;
  readonly reference: readonly number[];
  readonly moving: readonly number[];
  readonly rotation: readonly number[];
  readonly distances: readonly number[];
  readonly residual: number;
  readonly disparity: number;
}

// Made by tools/golden/procrustes.py with scipy.linalg.orthogonal_procrustes and scipy.spatial.procrustes.
const golden = JSON.parse(
  readFileSync(new URL('golden/procrustes.json', import.meta.url), 'utf8'),
) as readonly Figures[];
const array = (values: readonly number[]) => Float64Array.from(values);
const close = (values: ArrayLike<number>, digits = 10) =>
  Array.from(values, (value) => expect.closeTo(value, digits) as number);

describe(alignProcrustes, () => {
  it('undoes a quarter turn, a reflection and a shift, and finds what is left, by hand', () => {
    // A cross around (10, 0); the moving one is (x, y) -> (-y, -x) around (0, 5), with two arms longer by 1.
    const reference = array([11, 0, 10, 1, 9, 0, 10, -1]);
    const moving = array([0, 3, -1, 5, 0, 7, 1, 5]);
    const fit = alignProcrustes({ reference, moving, rows: 4, columns: 2 });
    expect([...fit.rotation]).toEqual(close([0, -1, -1, 0]));
    expect([...fit.movingMean]).toEqual([0, 5]);
    expect([...fit.aligned]).toEqual(close([12, 0, 10, 1, 8, 0, 10, -1]));
    expect([...fit.distances]).toEqual(close([1, 0, 1, 0]));
    expect(fit.residual).toBeCloseTo(2, 12);
    // Singular values 4 and 2; squared sizes 4 and 10.
    expect(fit.correlation).toBeCloseTo(6 / Math.sqrt(40), 12);
  });

  it.each(golden.map((figures, index) => [index, figures] as const))(
    'agrees with scipy (%s)',
    (_index, { rows, columns, reference, moving, rotation, distances, residual, disparity }) => {
      const fit = alignProcrustes({ reference: array(reference), moving: array(moving), rows, columns });
      expect([...fit.rotation]).toEqual(close(rotation, 9));
      expect([...fit.distances]).toEqual(close(distances, 9));
      expect(fit.residual).toBeCloseTo(residual, 9);
      expect(1 - fit.correlation ** 2).toBeCloseTo(disparity, 9);
    },
  );

  const coordinate = fc.integer({ min: -4, max: 4 });
  const sets = fc.integer({ min: 1, max: 6 }).chain((rows) =>
    fc.integer({ min: 1, max: 4 }).chain((columns) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        reference: fc.array(coordinate, { minLength: rows * columns, maxLength: rows * columns }),
        moving: fc.array(coordinate, { minLength: rows * columns, maxLength: rows * columns }),
      }),
    ),
  );

  it('is a rigid motion even where points coincide or lie on a line, and never worse than leaving them turned as they are', () => {
    fc.assert(
      fc.property(sets, ({ rows, columns, reference, moving }) => {
        const fit = alignProcrustes({ reference: array(reference), moving: array(moving), rows, columns });
        expect(products(fit, columns)).toEqual(
          close(Array.from({ length: columns ** 2 }, (_, at) => (at % (columns + 1) === 0 ? 1 : 0))),
        );
        const unturned = reference.reduce(
          (sum, value, at) =>
            sum +
            (value -
              (fit.referenceMean[at % columns] ?? 0) -
              ((moving[at] ?? 0) - (fit.movingMean[at % columns] ?? 0))) **
              2,
          0,
        );
        expect(fit.residual).toBeLessThanOrEqual(unturned + 1e-9);
        for (const distance of fit.distances) expect(distance).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('finds no distance between sets that a rigid motion makes one', () => {
    fc.assert(
      fc.property(sets, fc.double({ min: 0, max: 6.3, noNaN: true }), ({ rows, columns, reference }, angle) => {
        const moving = reference.map((value, at) => {
          const [row, column] = [Math.floor(at / columns), at % columns];
          if (columns < 2 || column > 1) return 3 - value;
          const x = reference[row * columns] ?? 0;
          const y = reference[row * columns + 1] ?? 0;
          return column === 0
            ? Math.cos(angle) * x - Math.sin(angle) * y + 2
            : Math.sin(angle) * x + Math.cos(angle) * y - 1;
        });
        const fit = alignProcrustes({ reference: array(reference), moving: array(moving), rows, columns });
        expect([...fit.distances]).toEqual(
          close(
            reference.slice(0, rows).map(() => 0),
            6,
          ),
        );
      }),
    );
  });

  it('has no correlation where all points are the same', () => {
    const { correlation, residual } = alignProcrustes({
      reference: array([1, 2, 1, 2]),
      moving: array([0, 0, 3, 3]),
      rows: 2,
      columns: 2,
    });
    expect(correlation).toBeNaN();
    expect(residual).toBeCloseTo(9, 12);
  });

  it('refuses sets of other sizes', () => {
    expect(() => alignProcrustes({ reference: array([1, 2]), moving: array([1]), rows: 1, columns: 2 })).toThrow(
      RangeError,
    );
    expect(() => alignProcrustes({ reference: array([]), moving: array([]), rows: 0, columns: 2 })).toThrow(
      /0 points/u,
    );
  });
});

/** Rotation' x rotation. */
function products({ rotation }: ProcrustesFit, columns: number): number[] {
  return Array.from({ length: columns ** 2 }, (_, at) => {
    const [a, b] = [Math.floor(at / columns), at % columns];
    return Array.from(
      { length: columns },
      (_row, row) => (rotation[row * columns + a] ?? 0) * (rotation[row * columns + b] ?? 0),
    ).reduce((sum, value) => sum + value, 0);
  });
}
