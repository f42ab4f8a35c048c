import { embeddingPointSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { compareEmbeddings } from './index.ts';

const points = (models: Readonly<Record<string, readonly number[]>>) => {
  const rows = Object.values(models);
  return buildBatch(embeddingPointSchema(rows[0]?.length ?? 1), {
    model: Object.keys(models),
    components: rows.flat(),
    cluster: rows.map(() => 0),
  });
};

describe(compareEmbeddings, () => {
  it('turns the earlier points onto the present ones, and tells who moved and by how much', () => {
    // The earlier points are the present ones mirrored in component 1 and shifted, with two arms of the cross longer by
    // 1.
    const present = points({ east: [1, 0], west: [-1, 0], north: [0, 1], south: [0, -1], late: [5, 5] });
    const earlier = points({ gone: [9, 9], south: [7, 2], north: [7, 4], west: [9, 3], east: [5, 3] });
    const change = compareEmbeddings(earlier, present);
    expect([change.added, change.removed, change.components, change.isDetermined]).toEqual([
      ['late'],
      ['gone'],
      2,
      true,
    ]);
    expect(change.moved.map(({ model, distance }) => [model, distance])).toEqual([
      ['east', expect.closeTo(1, 12)],
      ['west', expect.closeTo(1, 12)],
      ['north', expect.closeTo(0, 12)],
      ['south', expect.closeTo(0, 12)],
    ]);
    expect(change.moved[0]).toMatchObject({ from: [expect.closeTo(2, 12), expect.closeTo(0, 12)], to: [1, 0] });
    expect(change.meanDistance).toBeCloseTo(Math.sqrt(2 / 4), 12);
    expect(change.spread).toBe(1);
    expect(change.correlation).toBeCloseTo(6 / Math.sqrt(40), 12);
  });

  it('finds nothing moved where only signs and order differ', () => {
    const { moved, added, removed, correlation, meanDistance } = compareEmbeddings(
      points({ b: [-3, 1], a: [-1, 2], c: [0, -5], d: [2, 2] }),
      points({ a: [1, 2], b: [3, 1], c: [0, -5], d: [-2, 2] }),
    );
    expect([added, removed]).toEqual([[], []]);
    expect(moved.map(({ distance }) => distance)).toEqual([0, 0, 0, 0].map(() => expect.closeTo(0, 12) as number));
    expect([correlation, meanDistance]).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12)]);
  });

  it('judges by the distance of the shared models from their own centre, wherever that lies', () => {
    const square = { a: [10, 20], b: [14, 20], c: [10, 26], d: [14, 26] };
    // All four lie 2 and 3 from the centre; the fifth is not shared.
    expect(compareEmbeddings(points(square), points({ ...square, e: [99, 99] })).spread).toBeCloseTo(
      Math.sqrt(4 + 9),
      12,
    );
  });

  it('compares as many components as both have', () => {
    const { components, moved } = compareEmbeddings(
      points({ a: [1, 7, 7], b: [2, 8, 9], c: [4, 0, 0] }),
      points({ a: [1], b: [2], c: [4] }),
    );
    expect([components, moved.map(({ to }) => to.length)]).toEqual([1, [1, 1, 1]]);
    expect(moved.map(({ distance }) => distance)).toEqual([0, 0, 0].map(() => expect.closeTo(0, 12) as number));
  });

  it('says where too few models are shared for a comparison', () => {
    expect(compareEmbeddings(points({ a: [1, 2] }), points({ b: [1, 2] }))).toEqual({
      added: ['b'],
      removed: ['a'],
      moved: [],
      components: 2,
      meanDistance: Number.NaN,
      spread: Number.NaN,
      correlation: Number.NaN,
      isDetermined: false,
    });
    expect(
      compareEmbeddings(points({ a: [1, 2], b: [0, 0], c: [4, 4] }), points({ a: [1, 2], b: [0, 0], c: [4, 4] }))
        .isDetermined,
    ).toBe(false);
  });
});
