import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ElevenPointPrecision } from './eleven-point-precision.ts';

/** By the definition, for one label. */
function plainly(rows: readonly { readonly score: number; readonly hit: number }[]): number {
  const total = rows.filter(({ hit }) => hit === 1).length;
  const points = [...new Set(rows.map(({ score }) => score))].map((least) => {
    const taken = rows.filter(({ score }) => score >= least);
    const found = taken.filter(({ hit }) => hit === 1).length;
    return { found, precision: found / taken.length };
  });
  let sum = 0;
  for (let level = 0; level <= 10; level++)
    sum += Math.max(0, ...points.filter(({ found }) => 10 * found >= level * total).map(({ precision }) => precision));
  return sum / 11;
}

describe('11-point average precision', () => {
  it('reads the precision at eleven recalls', () => {
    // Right, wrong, right: precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1.
    const precision = new ElevenPointPrecision(Float64Array.of(3, 2, 1), Uint8Array.of(1, 0, 1), 1);
    expect(precision.score()).toBeCloseTo((6 * 1 + 5 * (2 / 3)) / 11, 12);
  });

  it('is the share of rows with the label where all scores are the same', () => {
    expect(new ElevenPointPrecision(new Float64Array(4), Uint8Array.of(0, 1, 0, 0), 1).score()).toBe(0.25);
  });

  it('leaves out labels that no row has', () => {
    const scores = Float64Array.of(1, 9, 2, 8);
    expect(new ElevenPointPrecision(scores, Uint8Array.of(0, 0, 1, 0), 2).score()).toBe(1);
    expect(new ElevenPointPrecision(scores, new Uint8Array(4), 2).score()).toBeNaN();
  });

  const rows = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), hit: fc.constantFrom(0, 1) }), {
    minLength: 1,
    maxLength: 30,
  });

  it('equals its definition, over all rows and over samples', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 30, maxLength: 30 }), (given, drawn) => {
        const precision = new ElevenPointPrecision(
          Float64Array.from(given, ({ score }) => score),
          Uint8Array.from(given, ({ hit }) => hit),
          1,
        );
        if (given.some(({ hit }) => hit === 1)) expect(precision.score()).toBeCloseTo(plainly(given), 12);
        const sample = given.flatMap((row, index) => Array.from({ length: drawn[index] as number }, () => row));
        const score = precision.score(drawn);
        if (sample.some(({ hit }) => hit === 1)) expect(score).toBeCloseTo(plainly(sample), 12);
        else expect(score).toBeNaN();
      }),
    );
  });
});
