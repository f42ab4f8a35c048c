import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutShards } from './image-shards.ts';

const named = (count: number, step = 1) =>
  Array.from({ length: count }, (_, index) => ({ image: `${String(index * step).padStart(6, '0')}.jpg` }));

describe('cutShards', () => {
  it('keeps all images in order, in shards of half the size to the size but for the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 40 }), (count, size) => {
        const images = named(count);
        const shards = cutShards(images, size);
        expect(shards.flat()).toEqual(images);
        for (const shard of shards) expect(shard.length).toBeLessThanOrEqual(size);
        for (const shard of shards.slice(0, -1)) expect(shard.length).toBeGreaterThanOrEqual(size / 2);
      }),
    );
  });

  it('changes few shards where an image comes or goes', () => {
    const images = named(2000, 2);
    const before = new Set(cutShards(images, 32).map((shard) => JSON.stringify(shard)));
    let changed = 0;
    for (let at = 50; at < 2000; at += 100) {
      const fewer = cutShards(images.toSpliced(at, 1), 32).map((shard) => JSON.stringify(shard));
      const more = cutShards(images.toSpliced(at, 0, { image: `${String(at * 2 - 1).padStart(6, '0')}.jpg` }), 32).map(
        (shard) => JSON.stringify(shard),
      );
      changed += [...fewer, ...more].filter((shard) => !before.has(shard)).length;
    }
    // 40 changes, one shard each at the least.
    expect(changed).toBeLessThan(40 * 4);
  });
});
