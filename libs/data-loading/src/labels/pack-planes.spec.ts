import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packedPlanes, packPlanes } from './pack-planes.ts';
import { rasteriseShapes, type LabelShape } from './rasterise-shapes.ts';

const planesOf = (planes: readonly (readonly number[])[]) => planes.map((plane) => Uint16Array.from(plane));
const numbersOf = (planes: readonly Uint16Array[]) => planes.map((plane) => [...plane]);
/** Numbers that each cell bears, sorted. */
const bornBy = (planes: readonly Uint16Array[], cells: number) =>
  Array.from({ length: cells }, (_, cell) =>
    [...new Set(planes.map((plane) => plane[cell] ?? 0))].filter((number) => number > 0).sort((a, b) => a - b),
  );

describe(packPlanes, () => {
  it('takes away what earlier planes bear, and empty planes, and leaves few planes as they are', () => {
    expect(
      numbersOf(
        packPlanes(
          planesOf([
            [1, 2, 0],
            [1, 3, 3],
            [0, 2, 3],
            [4, 0, 0],
          ]),
        ),
      ),
    ).toEqual([
      [1, 2, 0],
      [0, 3, 3],
      [4, 0, 0],
    ]);
    expect(packPlanes([])).toEqual([]);
    expect(packPlanes(planesOf([[0, 0]]))).toEqual([]);
  });

  it('puts many planes that share no cell into one, each whole', () => {
    const apart = (count: number) =>
      Array.from({ length: count }, (_, plane) =>
        Array.from({ length: 100 }, (__, cell) => (cell === plane ? plane + 1 : 0)),
      );
    expect(packPlanes(planesOf(apart(packedPlanes)))).toHaveLength(packedPlanes);
    expect(numbersOf(packPlanes(planesOf(apart(100))))).toEqual([Array.from({ length: 100 }, (_, cell) => cell + 1)]);
    // The last plane meets the first at one cell, so that no part of it joins it.
    const meeting = [...apart(40), Array.from({ length: 100 }, (_, cell) => (cell === 0 || cell > 90 ? 777 : 0))];
    expect(packPlanes(planesOf(meeting)).map((plane) => plane.filter((number) => number === 777).length)).toEqual([
      0, 10,
    ]);
  });

  it('keeps what every cell bears, and bears no number twice at a cell', () => {
    const image = fc
      .integer({ min: 1, max: 70 })
      .chain((cells) =>
        fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: cells, maxLength: cells }), { maxLength: 80 }),
      );
    fc.assert(
      fc.property(image, (numbers) => {
        const cells = numbers[0]?.length ?? 0;
        const packed = packPlanes(planesOf(numbers));
        expect(bornBy(packed, cells)).toEqual(bornBy(planesOf(numbers), cells));
        for (let cell = 0; cell < cells; cell++) {
          const borne = packed.map((plane) => plane[cell] ?? 0).filter((number) => number > 0);
          expect(new Set(borne).size).toBe(borne.length);
        }
        expect(packed.every((plane) => plane.some((number) => number > 0))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe(rasteriseShapes, () => {
  it('puts each shape into the first plane that is free at a cell, and no number twice', () => {
    const positions = Int32Array.from({ length: 12 }, (_, index) => index);
    const box = fc.record({
      number: fc.integer({ min: 1, max: 9 }),
      left: fc.integer({ min: 0, max: 11 }),
      top: fc.integer({ min: 0, max: 11 }),
      size: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(fc.array(box, { maxLength: 40 }), (boxes) => {
        const shapes = boxes.map(({ number, left, top, size }): LabelShape => ({
          number,
          polygons: [[left, top, left + size, top, left + size, top + size, left, top + size]],
        }));
        const expected = Array.from({ length: 144 }, (): number[] => []);
        for (const { number, left, top, size } of boxes) {
          for (let y = top; y < Math.min(12, top + size); y++)
            for (let x = left; x < Math.min(12, left + size); x++)
              if (expected[12 * y + x]?.includes(number) === false) expected[12 * y + x]?.push(number);
        }
        const planes = rasteriseShapes(shapes, 12, positions, positions);
        expect(planes).toHaveLength(Math.max(0, ...expected.map(({ length }) => length)));
        expect(
          Array.from({ length: 144 }, (_, cell) =>
            planes.map((plane) => plane[cell] ?? 0).filter((number) => number > 0),
          ),
        ).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
