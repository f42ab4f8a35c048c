import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinePlanes, LabelCounts, labelSets } from './label-counts.ts';

const concepts = Array.from({ length: 6 }, (_, index) => ({
  number: index + 1,
  name: `c${String(index + 1)}`,
  category: index % 2 === 0 ? 'object' : 'part',
}));
const vocabulary = { concepts, ignore: 7 };
const cells = 12;

/** Planes of an image on which no number stands twice at a cell. */
const image = fc
  .array(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: cells, maxLength: cells }), { maxLength: 6 })
  .map((planes) =>
    planes.map((plane, place) =>
      Uint16Array.from(plane, (number, cell) =>
        planes.slice(0, place).some((earlier) => earlier[cell] === number) ? 0 : number,
      ),
    ),
  );

describe(LabelCounts, () => {
  it('counts what a walk over all pixels counts, by planes and by sets alike', () => {
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), (images) => {
        const all = images.length * cells;
        const pixels = images.flatMap((planes) =>
          Array.from({ length: cells }, (_, cell) =>
            planes.map((plane) => plane[cell] ?? 0).filter((number) => number > 0),
          ),
        );
        const share = (holds: (numbers: readonly number[]) => boolean) => pixels.filter(holds).length / all;
        const counts = images.reduce((sum, planes) => sum.add(planes), new LabelCounts(vocabulary, cells)).shares();
        expect(counts.concepts.map(({ pixelShare }) => pixelShare)).toEqual(
          concepts.map(({ number }) => share((numbers) => numbers.includes(number))),
        );
        expect(counts.concepts.map((concept) => concept.images)).toEqual(
          concepts.map(
            ({ number }) => images.filter((planes) => planes.some((plane) => plane.includes(number))).length,
          ),
        );
        expect(counts.ignoredShare).toBe(share((numbers) => numbers.length === 1 && numbers[0] === 7));
        expect(counts.unlabelledShare).toBeCloseTo(
          share((numbers) => numbers.length === 0),
          12,
        );
        expect(counts.categories.map(({ pixelShare }) => pixelShare)).toEqual(
          [0, 1].map((rest) => share((numbers) => numbers.some((number) => number < 7 && (number - 1) % 2 === rest))),
        );
        const pairs = concepts.flatMap(({ number: first }) =>
          concepts
            .filter(({ number }) => number > first)
            .map(({ number: second }) => ({
              first,
              second,
              pixelShare: share((numbers) => numbers.includes(first) && numbers.includes(second)),
            })),
        );
        expect(counts.overlaps).toEqual(pairs.filter(({ pixelShare }) => pixelShare > 0));
        const sets = images.reduce(
          (sum, planes) =>
            sum.addSets(labelSets(combinePlanes(Uint16Array.from(planes.flatMap((plane) => [...plane])), cells))),
          new LabelCounts(vocabulary, cells),
        );
        expect(sets.shares()).toEqual(counts);
      }),
      { numRuns: 60 },
    );
  });

  it('counts a thousand concepts that all share every pixel, and not which of many thousands overlap', () => {
    const many = (count: number) => {
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const counts = new LabelCounts(
        { concepts: numbers.map((number) => ({ number, name: `c${String(number)}`, category: 'object' })) },
        4,
      ).addSets([{ numbers, pixels: 4 }]);
      return [
        counts.shares().overlaps.length,
        counts.hasTooManyPairs,
        counts.shares().concepts.every(({ pixelShare }) => pixelShare === 1),
      ];
    };
    expect(many(1000)).toEqual([499_500, false, true]);
    expect(many(5000)).toEqual([0, true, true]);
  });

  it('says what can be done where labels overlap in too many ways', () => {
    const size = 65_537;
    const planes = Uint16Array.from({ length: 2 * size }, (_, at) =>
      at < size ? (at % 65_535) + 1 : at - size < 65_535 ? 0 : 1 + ((at - size) % 7),
    );
    expect(() => combinePlanes(planes, size)).toThrow(
      expect.objectContaining({
        code: 'LABELS_TOO_VARIED',
        message: expect.stringMatching(/data\.labelGrid/u) as string,
      }),
    );
  });
});
