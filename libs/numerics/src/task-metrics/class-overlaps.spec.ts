import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countClassAreas, scoreClassOverlaps } from './class-overlaps.ts';

const plane = (values: readonly number[]) => Int32Array.from(values);

describe(scoreClassOverlaps, () => {
  it('adds areas up over the images, by hand', () => {
    const images = [
      countClassAreas(plane([0, 0, 2, -1]), plane([0, 2, 2, 0])),
      countClassAreas(plane([2, 2]), plane([5, 2])),
    ];
    // Class 0: 1 of 2; class 2: 2 of 4; class 5: predicted alone; classes 1, 3, 4 nowhere.
    expect(scoreClassOverlaps(images)).toEqual({ meanIou: (1 / 2 + 2 / 4 + 0) / 3, pixelAccuracy: 3 / 5 });
    expect(scoreClassOverlaps(images, [1, 0])).toEqual({ meanIou: (1 / 2 + 1 / 2) / 2, pixelAccuracy: 2 / 3 });
  });

  it('is undefined where nobody judged', () => {
    const unjudged = countClassAreas(plane([-1, -1]), plane([0, 1]));
    const nothing = { meanIou: Number.NaN, pixelAccuracy: Number.NaN };
    expect(scoreClassOverlaps([unjudged])).toEqual(nothing);
    expect(scoreClassOverlaps([])).toEqual(nothing);
    expect(() => countClassAreas(plane([1]), plane([1, 2]))).toThrow(RangeError);
  });

  it('agrees with counting pixel by pixel, for images that are there several times', () => {
    const pixels = fc.array(fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: 0, max: 4 })), {
      maxLength: 9,
    });
    const images = fc.array(fc.tuple(pixels, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(images, (drawn) => {
        const all = drawn.flatMap(([pairs, times]) => Array.from({ length: times }, () => pairs).flat());
        const judged = all.filter(([truth]) => truth >= 0);
        const ious = [0, 1, 2, 3, 4].flatMap((category) => {
          const either = judged.filter((pair) => pair.includes(category));
          const both = judged.filter((pair) => pair.every((value) => value === category));
          return either.length === 0 ? [] : [both.length / either.length];
        });
        const expected = ious.reduce((sum, value) => sum + value, 0) / ious.length;
        const { meanIou, pixelAccuracy } = scoreClassOverlaps(
          drawn.map(([pairs]) =>
            countClassAreas(plane(pairs.map(([truth]) => truth)), plane(pairs.map(([, said]) => said))),
          ),
          drawn.map(([, times]) => times),
        );
        if (judged.length === 0) expect(meanIou).toBeNaN();
        else expect(meanIou).toBeCloseTo(expected, 12);
        expect(pixelAccuracy).toEqual(judged.filter(([truth, said]) => truth === said).length / judged.length);
      }),
    );
  });
});
