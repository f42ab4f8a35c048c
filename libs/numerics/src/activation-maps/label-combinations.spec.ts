import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineLabels, readCombinations } from './label-combinations.ts';

describe('combineLabels', () => {
  it('keeps each set of numbers once, and runs of pixels', () => {
    const planes = Uint16Array.from([5, 5, 0, 0, 7, 0, 2, 0, 0, 5]);
    const { sets, runs } = readCombinations(combineLabels({ planes }, 5));
    expect(sets.map((set) => [...set])).toEqual([[5], [2, 5], [], [5, 7]]);
    expect([...runs]).toEqual([1, 0, 1, 1, 2, 2, 1, 3]);
  });

  it('counts a number once at a pixel, be it in two planes or for the whole image too', () => {
    const { sets } = readCombinations(
      combineLabels({ planes: Uint16Array.from([5, 0, 5, 0]), wholeImage: [9, 0, 9, 5] }, 2),
    );
    expect(sets.map((set) => [...set])).toEqual([[5, 9]]);
  });

  it('reads a second number as unlabelled', () => {
    const { sets } = readCombinations(combineLabels({ planes: Uint16Array.from([5, 255, 0]), blank: 255 }, 3));
    expect(sets.map((set) => [...set])).toEqual([[5], []]);
  });

  it('takes images without planes, and runs longer than 65,535 pixels', () => {
    expect([...readCombinations(combineLabels({ planes: new Uint16Array() }, 4)).runs]).toEqual([4, 0]);
    expect([...readCombinations(combineLabels({ planes: new Uint16Array(70_000) }, 70_000)).runs]).toEqual([
      65_535, 0, 4465, 0,
    ]);
  });

  it('refuses planes of another size', () => {
    expect(() => combineLabels({ planes: new Uint16Array(7) }, 4)).toThrow('7 values are no whole planes of 4 pixels');
  });

  it('tells the set of every pixel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 4 }),
        fc.infiniteStream(fc.constantFrom(0, 0, 1, 2, 300, 65_535)),
        (pixels, count, stream) => {
          const planes = Uint16Array.from({ length: pixels * count }, () => stream.next().value as number);
          const { sets, runs } = readCombinations(combineLabels({ planes }, pixels));
          const got: number[][] = [];
          for (let run = 0; run < runs.length; run += 2)
            for (let step = 0; step < (runs[run] as number); step++)
              got.push([...(sets[runs[run + 1] as number] as Uint16Array)]);
          const want = Array.from({ length: pixels }, (_, pixel) =>
            [...new Set(Array.from({ length: count }, (__, plane) => planes[plane * pixels + pixel] as number))]
              .filter((number) => number > 0)
              .sort((one, other) => one - other),
          );
          expect(got).toEqual(want);
        },
      ),
    );
  });
});
