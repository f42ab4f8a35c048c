import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelMemory } from './kernel-memory.ts';
import { planUpsampling, samePlan, upsampleMap, type UpsamplingOptions } from './upsampling.ts';

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 12 }),
  width: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 80 })),
  targetHeight: fc.integer({ min: 1, max: 30 }),
  targetWidth: fc.integer({ min: 1, max: 30 }),
  padding: fc.constantFrom('zeros' as const, 'clamp' as const),
  alignment: fc.constantFrom('half-pixel' as const, 'corners' as const),
});
const withMap = sizes.chain((options) => {
  const length = options.height * options.width;
  return fc.tuple(
    fc.constant(options),
    fc.float32Array({ minLength: length, maxLength: length, noNaN: true, min: -(2 ** 100), max: 2 ** 100 }),
  );
});

function neighbours(options: UpsamplingOptions, map: Float32Array, row: number, column: number): number[] {
  const plan = planUpsampling(options);
  const top = (plan.rows.starts[row] as number) - 1;
  const left = (plan.columns.starts[column] as number) - 1;
  return [top, top + 1].flatMap((y) =>
    [left, left + 1].map((x) => {
      const inside = y >= 0 && x >= 0 && y < options.height && x < options.width;
      if (!inside && options.padding === 'zeros') return 0;
      return map[
        Math.min(Math.max(y, 0), options.height - 1) * options.width + Math.min(Math.max(x, 0), options.width - 1)
      ] as number;
    }),
  );
}

describe('upsampleMap', () => {
  it('interpolates at half-pixel centres, fading to zero at the border', () => {
    const plan = planUpsampling({ height: 1, width: 2, targetHeight: 1, targetWidth: 4 });
    // Centres of the target at -0.25, 0.25, 0.75, 1.25 of the map, whose own are at 0 and 1.
    expect([...upsampleMap(plan, [8, 16])]).toEqual([6, 10, 14, 12]);
  });

  it('repeats the border when clamped', () => {
    const plan = planUpsampling({ height: 1, width: 2, targetHeight: 1, targetWidth: 4, padding: 'clamp' });
    expect([...upsampleMap(plan, [8, 16])]).toEqual([8, 10, 14, 16]);
  });

  it('lets the outer pixels coincide when corners are aligned', () => {
    const plan = planUpsampling({ height: 2, width: 2, targetHeight: 3, targetWidth: 3, alignment: 'corners' });
    expect([...upsampleMap(plan, [0, 2, 4, 6])]).toEqual([0, 1, 2, 2, 3, 4, 4, 5, 6]);
  });

  it('scales the corner of a 7 x 7 map by 0.5625 an axis', () => {
    const pixels = upsampleMap(
      planUpsampling({ height: 7, width: 7, targetHeight: 56, targetWidth: 56 }),
      new Float32Array(49).fill(1),
    );
    expect([pixels[0], pixels[3], pixels[56 * 28 + 28], pixels.at(-1)]).toEqual([
      0.5625 ** 2,
      0.5625 * 0.9375,
      1,
      0.5625 ** 2,
    ]);
  });

  it('never leaves the interval of the four neighbours', () => {
    fc.assert(
      fc.property(withMap, ([options, map]) => {
        const pixels = upsampleMap(planUpsampling(options), map);
        pixels.forEach((pixel, index) => {
          const around = neighbours(options, map, Math.floor(index / options.targetWidth), index % options.targetWidth);
          if (pixel < Math.min(...around) || pixel > Math.max(...around))
            throw new Error(`${String(pixel)} outside ${String(around)}`);
        });
      }),
    );
  });

  it('is what the compiled kernel computes, bit for bit', () => {
    fc.assert(
      fc.property(withMap, ([options, map]) => {
        const memory = new KernelMemory();
        const plan = planUpsampling(options);
        const groups = memory.usePlan(plan);
        const from = memory.allocate(map.byteLength + 16);
        const to = memory.allocate(groups * 16 * options.targetHeight);
        memory.floats(from, map.length).set(map);
        memory.kernels.upsampleAll(from, to);
        const rows = memory.floats(to, groups * 4 * options.targetHeight);
        const got = Array.from(
          { length: options.targetHeight * options.targetWidth },
          (_, pixel) => rows[Math.floor(pixel / options.targetWidth) * groups * 4 + (pixel % options.targetWidth)],
        );
        // The kernel turns -0 into 0, so compare after the same.
        expect(got).toEqual(
          Array.from(
            upsampleMap(
              plan,
              map.map((value) => value + 0),
            ),
          ),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('planUpsampling', () => {
  it('refuses sizes that are no whole numbers of at least 1', () => {
    expect(() => planUpsampling({ height: 0, width: 7, targetHeight: 56, targetWidth: 56 })).toThrow(
      'height must be a whole number from 1 to 65535, got 0',
    );
    expect(() => planUpsampling({ height: 7, width: 7, targetHeight: 56, targetWidth: 5.5 })).toThrow('targetWidth');
  });

  it('tells plans apart', () => {
    const options = { height: 7, width: 7, targetHeight: 56, targetWidth: 56 };
    expect(samePlan(planUpsampling(options), planUpsampling({ ...options, padding: 'zeros' }))).toBe(true);
    expect(samePlan(planUpsampling(options), planUpsampling({ ...options, padding: 'clamp' }))).toBe(false);
  });
});
