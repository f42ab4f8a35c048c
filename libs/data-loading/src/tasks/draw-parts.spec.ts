import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSplit, drawParts, partCounts } from './draw-parts.ts';

const shares = [
  { part: 'train', share: 0.7 },
  { part: 'test', share: 0.2 },
  { part: 'val', share: 0.1 },
] as const;
const named = (count: number, stratum = '') =>
  Array.from({ length: count }, (_, index) => ({ image: `${stratum}${String(index)}`, stratum }));

describe('partCounts', () => {
  it.each([
    [0, [0, 0, 0]],
    [1, [1, 0, 0]],
    [2, [1, 1, 0]],
    [3, [1, 1, 1]],
    // 2.8, 0.8, 0.4: the two largest remainders; the third part takes one of the largest.
    [4, [2, 1, 1]],
    // 3.5, 1, 0.5: the first of equal remainders, then one of the largest for the third part.
    [5, [3, 1, 1]],
    [10, [7, 2, 1]],
    [1000, [700, 200, 100]],
  ])('of %i images', (images, expected) => {
    expect(
      partCounts(
        images,
        shares.map(({ share }) => share),
      ),
    ).toEqual(expected);
  });

  it('is within one image of the shares unless a part would stay empty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 3 }),
        (images, weights) => {
          const sum = weights.reduce((a, b) => a + b, 0);
          const wanted = weights.map((weight) => weight / sum);
          const counts = partCounts(images, wanted);
          expect(counts.reduce((a, b) => a + b, 0)).toBe(images);
          if (images >= wanted.length) expect(Math.min(...counts)).toBeGreaterThan(0);
          if (wanted.every((share) => share * images >= 1))
            counts.forEach((count, index) => {
              expect(Math.abs(count - (wanted[index] ?? 0) * images)).toBeLessThan(1 + 1e-9);
            });
        },
      ),
    );
  });
});

describe('drawParts', () => {
  it('keeps the shares of each stratum, whatever the order of the images', () => {
    const images = [...named(10, 'a'), ...named(30, 'b'), ...named(1, 'c')];
    const drawn = drawParts(images, shares, 0);
    const count = (stratum: string, part: string) =>
      images.filter((one) => one.stratum === stratum && drawn.get(one.image) === part).length;
    expect(['a', 'b', 'c'].map((name) => shares.map(({ part }) => count(name, part)))).toEqual([
      [7, 2, 1],
      [21, 6, 3],
      [1, 0, 0],
    ]);
    expect([...drawParts(images.toReversed(), shares, 0)].sort()).toEqual([...drawn].sort());
    expect([...drawParts(images, shares, 1)].sort()).not.toEqual([...drawn].sort());
  });

  it('moves at most one image across each cut, of the same stratum, where one is added', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), fc.nat(), fc.string({ minLength: 1 }), (count, seed, name) => {
        const images = [...named(count, 'a'), ...named(20, 'b')];
        const before = drawParts(images, shares, seed);
        const after = drawParts([...images, { image: `new ${name}`, stratum: 'a' }], shares, seed);
        const moved = images.filter(({ image }) => before.get(image) !== after.get(image));
        expect(moved.length).toBeLessThanOrEqual(shares.length - 1);
        expect(moved.every(({ stratum }) => stratum === 'a')).toBe(true);
      }),
    );
  });
});

describe('checkSplit', () => {
  it('fills in what is not given', () => {
    expect(checkSplit()).toEqual({ train: 0.7, val: 0.1, test: 0.2, seed: 0 });
    expect(checkSplit({ train: 0.5, val: 0.2, test: 0.3, seed: 7 })).toEqual({
      ...{ train: 0.5, val: 0.2, test: 0.3, seed: 7 },
    });
  });

  it.each([
    ['shares that do not sum to 1', { train: 0.8, val: 0.1, test: 0.2 }, 'split', /sum to 1\.1/u],
    ['one share alone', { train: 0.8 }, 'split', /sum to 1\.1/u],
    ['a share of 0', { train: 0.8, val: 0, test: 0.2 }, 'split.val', /0 is no share/u],
    ['a negative share', { train: 1.1, val: -0.3, test: 0.2 }, 'split.train', /1\.1 is no share/u],
    ['no number', { train: Number.NaN, val: 0.1, test: 0.2 }, 'split.train', /NaN is no share/u],
    ['a broken seed', { seed: 0.5 }, 'split.seed', /0\.5 is no seed/u],
    ['a negative seed', { seed: -1 }, 'split.seed', /-1 is no seed/u],
  ])('refuses %s', (_, split, column, message) => {
    expect(() => checkSplit(split)).toThrow(
      expect.objectContaining({
        code: 'SPLIT_SHARES',
        details: expect.objectContaining({ column }) as object,
      }) as Error,
    );
    expect(() => checkSplit(split)).toThrow(message);
  });
});
