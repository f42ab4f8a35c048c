import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resampleGrid, type Resampling } from './resample-grid.ts';

interface Case {
  readonly stored: readonly [number, number];
  readonly wanted: readonly [number, number];
  readonly kind: Resampling;
  readonly values: readonly number[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../golden/interpolation.json', import.meta.url), 'utf8'),
) as readonly Case[];

/** The same arithmetic as in `tools/golden/interpolation.py`. */
function draw(height: number, width: number, units: number): Float32Array {
  return Float32Array.from({ length: height * width * units }, (_, index) => {
    const u = index % units;
    const x = Math.floor(index / units) % width;
    const y = Math.floor(index / units / width);
    return ((x * x * 7 + y * y * 13 + x * y * 3 + u * 91) % 251) / 100 - 1.25;
  });
}

describe('resampleGrid', () => {
  it.each(cases.map((each) => [each.kind, each.stored, each.wanted, each] as const))(
    "is torch's %s from %o to %o",
    (kind, [height, width], [rows, columns], { values }) => {
      const resampled = resampleGrid(draw(height, width, 2), { height, width }, { height: rows, width: columns }, kind);
      expect(resampled.length).toBe(values.length);
      const differences = [...resampled].map((value, index) => Math.abs(value - (values[index] as number)));
      expect(Math.max(...differences)).toBeLessThan(1e-5);
    },
  );

  it('keeps what has the same value everywhere', () => {
    for (const kind of ['bicubic', 'bicubic-offset', 'bicubic-antialias'] as const)
      for (const value of resampleGrid(
        new Float32Array(12).fill(2.5),
        { height: 3, width: 4 },
        { height: 8, width: 2 },
        kind,
      ))
        expect(value).toBeCloseTo(2.5, 6);
  });
});
