import { assert, constantFrom, integer, property, record, array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLine,
  isPlain,
  placeAxis,
  plainAxis,
  reshapeAxes,
  sharedAxis,
  tokenAxis,
  tokenGrid,
  type Axes,
} from './axis-parts.ts';

/** A tensor of which every value says the place that it stands for. */
interface Places {
  readonly shape: readonly number[];
  readonly places: readonly number[];
}

const strides = (shape: readonly number[]) =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
const coordinates = (index: number, shape: readonly number[]) =>
  strides(shape).map((stride, axis) => Math.floor(index / stride) % (shape[axis] ?? 1));

function transpose({ shape, places }: Places, order: readonly number[]): Places {
  const turned = order.map((axis) => shape[axis] ?? 1);
  const [from, count] = [strides(shape), places.length];
  return {
    shape: turned,
    places: Array.from(
      { length: count },
      (_, index) =>
        places[coordinates(index, turned).reduce((sum, at, axis) => sum + at * (from[order[axis] ?? 0] ?? 0), 0)] ?? -1,
    ),
  };
}

/** Cuts or joins axes at random: `seeds` decide where. */
function otherShape(count: number, seeds: readonly number[]): number[] {
  const shape: number[] = [];
  let rest = count;
  for (const seed of seeds) {
    const divisors = Array.from({ length: rest }, (_, index) => index + 1).filter((size) => rest % size === 0);
    const size = divisors[seed % divisors.length] ?? 1;
    shape.push(size);
    rest /= size;
  }
  return [...shape, rest];
}

describe('axes of a tensor', () => {
  it('claim rows, columns, grids and units only where the values lie so, whatever was cut, joined and turned', () => {
    const step = record({
      turn: array(integer({ min: 0, max: 1000 }), { minLength: 6, maxLength: 6 }),
      cut: array(integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 4 }),
    });
    let claims = 0;
    assert(
      property(
        constantFrom(2, 3, 4, 6),
        constantFrom(2, 4, 6),
        constantFrom(1, 2, 6),
        array(step, { minLength: 1, maxLength: 4 }),
        (height, width, units, steps) => {
          const shape = [units, height, width];
          let tensor: Places = {
            shape,
            places: Array.from({ length: units * height * width }, (_, index) => index % (height * width)),
          };
          let axes: Axes = [plainAxis(units), placeAxis('row', height), placeAxis('column', width)];
          for (const { turn, cut } of steps) {
            const order = tensor.shape.map((_, axis) => axis).sort((a, b) => (turn[a] ?? 0) - (turn[b] ?? 0) || a - b);
            tensor = transpose(tensor, order);
            axes = order.map((axis) => axes[axis] ?? []);
            const next = otherShape(tensor.places.length, cut);
            tensor = { ...tensor, shape: next };
            axes = reshapeAxes(axes, next);
          }
          axes.forEach((axis, at) => {
            expect(axis.reduce((product, { size }) => product * size, 1)).toBe(tensor.shape[at]);
            if ((tensor.shape[at] ?? 1) === 1) return;
            const grid = tokenGrid(axis);
            tensor.places.forEach((place, index) => {
              const position = coordinates(index, tensor.shape)[at] ?? 0;
              if (isPlain(axis)) expect(place).toBe(tensor.places[index - position * (strides(tensor.shape)[at] ?? 0)]);
              else if (isLine(axis, 'row')) expect(position).toBe(Math.floor(place / width));
              else if (isLine(axis, 'column')) expect(position).toBe(place % width);
              else if (grid !== undefined) expect([position, grid.height, grid.width]).toEqual([place, height, width]);
              else return;
              claims++;
            });
          });
        },
      ),
      { numRuns: 300, seed: 1 },
    );
    expect(claims).toBeGreaterThan(1000);
  });

  it('come back after windows were cut and joined again', () => {
    const map = [[], placeAxis('row', 6), placeAxis('column', 8), plainAxis(5)];
    const cut = reshapeAxes(map, [1, 2, 3, 2, 4, 5]);
    const windows = reshapeAxes(
      [0, 1, 3, 2, 4, 5].map((axis) => cut[axis] ?? []),
      [4, 12, 5],
    );
    expect(windows.map((axis) => tokenGrid(axis))).toEqual([undefined, undefined, undefined]);
    const apart = reshapeAxes(windows, [1, 2, 2, 3, 4, 5]);
    expect(
      reshapeAxes(
        [0, 1, 3, 2, 4, 5].map((axis) => apart[axis] ?? []),
        [1, 6, 8, 5],
      ),
    ).toEqual(map);
  });

  it('of a sum are those of the map in it', () => {
    const row = placeAxis('row', 4);
    expect(sharedAxis([row, plainAxis(4)], 4)).toEqual(row);
    expect(sharedAxis([row, row], 4)).toEqual(row);
    expect(sharedAxis([plainAxis(4)], 4)).toEqual(plainAxis(4));
    expect(sharedAxis([row, placeAxis('column', 4)], 4)).toEqual([{ kind: 'mixed', size: 4 }]);
  });

  it('of tokens are a grid again without what stands before it', () => {
    expect(tokenAxis({ before: 0, behind: 0, height: 2, width: 3 })).toEqual([
      ...placeAxis('row', 2),
      ...placeAxis('column', 3),
    ]);
    expect(tokenGrid(tokenAxis({ before: 1, behind: 0, height: 2, width: 3 }))).toMatchObject({
      size: 7,
      before: 1,
      height: 2,
      width: 3,
    });
  });
});
