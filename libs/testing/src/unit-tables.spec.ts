import { describe, expect, it } from 'vitest';
import { cutBatch, syntheticUnitMatches, tinyUnitMatches } from './unit-tables.ts';

describe(tinyUnitMatches, () => {
  it('numbers units by model, with a null IoU for a dead unit', () => {
    const batch = tinyUnitMatches({
      a: [
        ['sky', 'object', 0.2],
        ['sky', 'object', Number.NaN],
      ],
      b: [['red', 'color', 0.1]],
    });
    expect(batch.toArray().map(({ model, unit, iou }) => [model, unit, iou])).toEqual([
      ['a', 0, 0.2],
      ['a', 1, null],
      ['b', 0, 0.1],
    ]);
    expect(
      cutBatch(batch, 2).map((part) => part.toArray().map(({ model, unit }) => `${model}${String(unit)}`)),
    ).toEqual([['a0', 'a1'], ['b0']]);
  });
});

describe(syntheticUnitMatches, () => {
  it('is the same for the same size, and its models differ', () => {
    const [first, second] = syntheticUnitMatches(2, 50);
    expect(first?.getChild('iou')?.toArray()).toEqual(syntheticUnitMatches(2, 50)[0]?.getChild('iou')?.toArray());
    expect([...(first?.getChild('concept') ?? [])]).not.toEqual([...(second?.getChild('concept') ?? [])]);
  });
});
