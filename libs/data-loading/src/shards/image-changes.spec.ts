import { describe, expect, it } from 'vitest';
import { describeImageChanges } from './image-changes.ts';

describe(describeImageChanges, () => {
  it('names images that changed, came or went, and those whose labels did', () => {
    const before = [
      ['a', '1', '1'],
      ['b', '2', '2'],
      ['c', '3', '3'],
      ['d', '4', '4'],
    ] as const;
    const after = [
      ['a', '1', '1'],
      ['b', '0', '2'],
      ['c', '3', '0'],
      ['e', '5', '5'],
      ['f', '6', '6'],
    ] as const;
    expect(describeImageChanges(before, after)).toEqual([
      '1 image changed: b',
      '1 image with other labels: c',
      '2 images new: e, f',
      '1 image gone: d',
    ]);
    expect(describeImageChanges(before, before)).toEqual([]);
  });

  it('lists few of many', () => {
    expect(
      describeImageChanges(
        [],
        Array.from({ length: 7 }, (_, index) => [String(index), '', ''] as const),
      ),
    ).toEqual(['7 images new: 0, 1, 2, 3, 4 and 2 more']);
  });
});
