import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterOrder } from './cluster-order.ts';

const order = (values: readonly number[]): readonly number[] =>
  clusterOrder(
    values.length,
    (a, b) => Math.abs((values[a] as number) - (values[b] as number)),
    (row) => values[row] as number,
  );

describe('clusterOrder', () => {
  it('keeps the members of far groups together, the heavier group first', () => {
    expect(order([0, 100, 1, 101, 2])).toEqual([3, 1, 4, 2, 0]);
  });

  it('handles none, one and equal rows', () => {
    expect(order([])).toEqual([]);
    expect(order([5])).toEqual([0]);
    expect([...order([1, 1, 1, 1])].sort()).toEqual([0, 1, 2, 3]);
  });

  it('gives each row once, and never mixes two groups whose distance exceeds all distances within', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ high: fc.boolean(), value: fc.integer({ min: 0, max: 50 }) }), {
          minLength: 1,
          maxLength: 40,
        }),
        (rows) => {
          const values = rows.map(({ high, value }) => value + (high ? 1000 : 0));
          const found = order(values);
          expect([...found].sort((a, b) => a - b)).toEqual([...values.keys()]);
          const sides = found.map((row) => rows[row]?.high === true);
          expect(sides.filter((side, at) => at > 0 && side !== sides[at - 1]).length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
