import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignCells, backgroundCell, decodeBox, encodeBox, ignoredCell, selectBoxes } from './cell-boxes.ts';

const frame = { x: 10, y: 0, width: 40, height: 20 };
const box = (x: number, y: number, width: number, height: number, isIgnored = false) => ({
  ...{ x, y, width, height, isIgnored },
  class: 0,
});

describe(assignCells, () => {
  it('gives each cell the smallest box around its centre', () => {
    // Centres at x = 15, 25, 35, 45 and y = 5, 15.
    const boxes = [box(10, 0, 30, 20), box(20, 0, 10, 10), box(31, 11, 8, 8, true)];
    expect([...assignCells({ boxes, frame }, { height: 2, width: 4 })]).toEqual([
      ...[0, 1, 0, backgroundCell],
      ...[0, 0, ignoredCell, backgroundCell],
    ]);
  });

  it('gives a box between the centres the cell around its own, if that is free, and none to a box outside', () => {
    const boxes = [box(16, 6, 3, 3), box(12, 6, 2, 2), box(0, 0, 9, 9), box(40, 0, 9, 3), box(46, 6, 3, 3, true)];
    expect([...assignCells({ boxes, frame }, { height: 2, width: 4 })]).toEqual([
      ...[0, backgroundCell, backgroundCell, 3],
      ...Array<number>(4).fill(backgroundCell),
    ]);
  });
});

describe(decodeBox, () => {
  it('undoes the encoding', () => {
    const side = fc.double({ min: 0.5, max: 500, noNaN: true });
    const place = fc.double({ min: -100, max: 500, noNaN: true });
    fc.assert(
      fc.property(place, place, side, side, fc.integer({ min: 0, max: 7 }), (x, y, width, height, cell) => {
        const grid = { height: 2, width: 4 };
        const decoded = decodeBox(encodeBox(box(x, y, width, height), cell, grid, { frame }), 0, cell, grid, { frame });
        [x, y, width, height].forEach((value, index) => {
          expect(decoded[index]).toBeCloseTo(value, 6);
        });
      }),
    );
  });

  it('tells centre and size in cells, by hand', () => {
    // Cell 5 is in the second row and column: centre (25, 15), 10 x 10.
    expect(encodeBox(box(20, 0, 20, 10), 5, { height: 2, width: 4 }, { frame })).toEqual([0.5, -1, Math.log(2), 0]);
    const [x, y, width] = decodeBox([0, 0, 900, 0], 0, 5, { height: 2, width: 4 }, { frame });
    expect([Number.isFinite(x), y, Number.isFinite(width)]).toEqual([true, 10, true]);
  });
});

describe(selectBoxes, () => {
  it('leaves out what overlaps a surer box of its class by half', () => {
    const boxes = Float64Array.of(...[0, 0, 10, 10], ...[0, 0, 10, 5], ...[0, 0, 10, 4]);
    const probabilities = Float32Array.of(0.5, 0.25, 0.75, 0.125, 0.0625, 0.375);
    const { classes, scores, boxes: kept } = selectBoxes(probabilities, 2, boxes);
    expect([...classes]).toEqual([0, 1, 1]);
    // Class 0: the second cell is the surest, and of the others the first overlaps it by half, the third by 0.8.
    expect([...scores]).toEqual([0.75, 0.375, 0.25]);
    expect([...kept.subarray(0, 4)]).toEqual([0, 0, 10, 5]);
  });

  it('gives the hundred surest', () => {
    const probabilities = Float32Array.from({ length: 1500 }, (_, cell) => ((cell * 7) % 1500) / 1500);
    const boxes = Float64Array.from({ length: 6000 }, (_, index) => (index % 4 < 2 ? index * 5 : 3));
    const { scores } = selectBoxes(probabilities, 1, boxes);
    expect(scores).toHaveLength(100);
    expect(scores.every((score, index) => score === Math.fround((1499 - index) / 1500))).toBe(true);
  });
});
