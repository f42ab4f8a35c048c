import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideClasses } from './decide-classes.ts';
import type { HeadValues } from './head-values.ts';

/** Values of `classes` on one row of `width` pixels, class by class. */
const row = (...classes: readonly (readonly number[])[]): HeadValues => ({
  data: Float32Array.from(classes.flat()),
  classes: classes.length,
  height: 1,
  width: classes[0]?.length ?? 0,
  channelsLast: false,
});
const plain = (planes: readonly Uint16Array[]) => planes.map((plane) => [...plane]);

describe(decideClasses, () => {
  it('takes the class of the largest value, the first of equal ones', () => {
    expect(plain(decideClasses(row([1, 0, 2], [0, 3, 2])))).toEqual([[1, 2, 1]]);
  });

  it('upsamples before it decides: between two pixels a third class can win', () => {
    // Class 2 is second at both pixels; halfway between them the others are 0.5 and it is 0.6.
    const values = row([1, 0], [0, 1], [0.6, 0.6]);
    expect(plain(decideClasses(values))).toEqual([[1, 2]]);
    // Half-pixel centres of 6 columns over 2 lie at -1/3, 0, 1/3, 2/3, 1, 4/3: class 0 has 1, 1, 2/3, 1/3, 0, 0 there.
    expect(plain(decideClasses(values, { size: { height: 1, width: 6 } }))).toEqual([[1, 1, 1, 2, 2, 2]]);
    // Of 4 columns at -1/4, 1/4, 3/4, 5/4 class 0 has 1, 3/4, 1/4, 0; of 10 columns the middle ones have 0.6 and 0.4 or
    // less.
    expect(plain(decideClasses(row([1, 0], [0, 1], [0.61, 0.61]), { size: { height: 1, width: 10 } }))).toEqual([
      [1, 1, 1, 1, 3, 3, 2, 2, 2, 2],
    ]);
  });

  it('interpolates rows and columns, with either order of the axes', () => {
    // One class against a constant: values 0, 4 / 8, 12 at the corners of 2 x 2; to 4 x 4 the weights are 1, 3/4, 1/4,
    // 0.
    const one = [0, 4, 8, 12];
    const other = [5.5, 5.5, 5.5, 5.5];
    const expected = [
      [2, 2, 2, 2],
      [2, 2, 2, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ].flat();
    // Rows at 0, 1/4, 3/4, 1: 0..4, 2..6, 6..10, 8..12; of the second, columns give 2, 3, 5, 6.
    const size = { height: 4, width: 4 };
    expect(
      plain(
        decideClasses(
          { data: Float32Array.from([...one, ...other]), classes: 2, height: 2, width: 2, channelsLast: false },
          { size },
        ),
      ),
    ).toEqual([expected]);
    const interleaved = Float32Array.from(one.flatMap((value, index) => [value, other[index] ?? 0]));
    expect(
      plain(decideClasses({ data: interleaved, classes: 2, height: 2, width: 2, channelsLast: true }, { size })),
    ).toEqual([expected]);
  });

  it('gives the same whether it looks at all classes or first at which can win', () => {
    const head = fc.record({
      classes: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 5 }),
      channelsLast: fc.boolean(),
    });
    // Few different values make ties and crossings; thirds and large numbers make rounding matter.
    const value = fc.oneof(
      fc.integer({ min: -2, max: 2 }).map((third) => third / 3),
      fc.constantFrom(1e7, -1e7, 0.1, Infinity, -Infinity, NaN),
      fc.float({ noNaN: true }),
    );
    const filled = head.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        data: fc.array(value, {
          minLength: shape.classes * shape.height * shape.width,
          maxLength: shape.classes * shape.height * shape.width,
        }),
        growth: fc.integer({ min: 2, max: 7 }),
      }),
    );
    fc.assert(
      fc.property(filled, ({ shape, data, growth }) => {
        const values: HeadValues = { ...shape, data: Float32Array.from(data) };
        const size = { height: shape.height * growth + 1, width: shape.width * growth };
        // Where every class is a candidate everywhere, all of them are interpolated.
        const candidates = {
          owners: new Uint16Array(size.height * size.width),
          allowed: new Uint8Array(shape.classes).fill(1),
        };
        expect(plain(decideClasses(values, { size }))).toEqual(plain(decideClasses(values, { size, candidates })));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves pixels out whose winner has too small a share of the softmax', () => {
    // e^2 / (e^2 + 1) = 0.881, e^0.5 / (e^0.5 + 1) = 0.622.
    expect(plain(decideClasses(row([2, 0.5], [0, 0]), { confidence: 0.7 }))).toEqual([[1, 0]]);
  });

  it('gives every class above its threshold, in further planes where several are', () => {
    const thresholds = Float32Array.from([0.5, 0.2, Infinity]);
    expect(plain(decideClasses(row([0.6, 0.5, 0.9], [0.1, 0.3, 0.3], [9, 9, 9]), { thresholds }))).toEqual([
      [1, 2, 1],
      [0, 0, 2],
    ]);
  });

  it('decides among the candidates of what owns them only', () => {
    const candidates = { owners: Uint16Array.from([0, 1, 2]), allowed: Uint8Array.from([0, 0, 1, 0, 0, 1]) };
    expect(plain(decideClasses(row([5, 5, 5], [1, 1, 1]), { candidates }))).toEqual([[0, 1, 2]]);
    // The softmax is taken over the candidates: a single one has all of it.
    expect(plain(decideClasses(row([5, 5, 5], [1, 1, 1]), { candidates, confidence: 0.99 }))).toEqual([[0, 1, 2]]);
  });
});
