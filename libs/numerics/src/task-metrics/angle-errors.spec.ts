import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { AngleErrors, keptAngles } from './angle-errors.ts';
import { rootMeanSquaredError } from './squared-errors.ts';

const medianOf = (values: readonly number[]) => {
  const sorted = Float64Array.from(values).sort();
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return (low + high) / 2;
};
const errorsOf = (images: readonly (readonly number[])[]) => {
  const errors = new AngleErrors(images.length);
  for (const angles of images) errors.add(Float64Array.from(angles));
  return errors;
};

describe(AngleErrors, () => {
  it('puts the pixels of all images together, by hand', () => {
    const errors = errorsOf([[5, 11.25, 20], [], [29.9, 30, 180]]);
    const { mean, median, within } = errors.score();
    expect(mean).toBeCloseTo(276.15 / 6, 12);
    expect(median).toBe((20 + 29.9) / 2);
    expect(within).toEqual([1 / 6, 3 / 6, 4 / 6]);
    const twice = errors.score([2, 5, 0]);
    expect(twice.mean).toBeCloseTo(36.25 / 3, 12);
    expect(twice.within).toEqual([1 / 3, 1, 1]);
    expect(Math.abs(twice.median - 11.25)).toBeLessThan(0.1);
  });

  it('is undefined without pixels', () => {
    const nothing = { mean: Number.NaN, median: Number.NaN, within: [Number.NaN, Number.NaN, Number.NaN] };
    expect(errorsOf([[], []]).score()).toEqual(nothing);
    expect(errorsOf([[], [3]]).score([1, 0])).toEqual(nothing);
    expect(() => {
      errorsOf([[1]]).add(Float64Array.of(1));
    }).toThrow(RangeError);
  });

  it('has the very median of all images, and that of a sample within a bin', () => {
    const angles = fc.array(fc.double({ min: 0, max: 180, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(angles, { minLength: 3, maxLength: 3 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
        (images, weights) => {
          const errors = errorsOf(images);
          const all = images.flat();
          if (all.length > 0) expect(errors.score().median).toBe(medianOf(all));
          const drawn = images
            .flatMap((image, index) => Array.from({ length: weights[index] ?? 0 }, () => image))
            .flat();
          // Of an even number the median lies anywhere between the two in the middle.
          if (drawn.length % 2 === 1)
            expect(Math.abs(errors.score(weights).median - medianOf(drawn))).toBeLessThanOrEqual(0.1 + 1e-9);
        },
      ),
    );
  });

  it('stays within 0.00003 degrees where the pixels are too many to be kept', () => {
    const random = createRandom(1);
    const images = Array.from({ length: 3 }, () =>
      Array.from({ length: keptAngles / 2 }, () => Math.abs(random.normal()) * 20),
    );
    const errors = errorsOf(images);
    expect(Math.abs(errors.score().median - medianOf(images.flat()))).toBeLessThan(3e-5);
    expect(Math.abs(errors.score([1, 1, 1]).median - medianOf(images.flat()))).toBeLessThan(0.01);
  });
});

describe(rootMeanSquaredError, () => {
  it('weighs images by how many values they have', () => {
    const images = [
      { sum: 8, count: 2 },
      { sum: 0, count: 6 },
    ];
    expect(rootMeanSquaredError(images)).toBe(1);
    expect(rootMeanSquaredError(images, [3, 0])).toBe(2);
    expect(rootMeanSquaredError(images, [0, 0])).toBeNaN();
  });
});
