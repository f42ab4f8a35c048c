import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlineMask } from './outline-mask.ts';
import { packState, unpackState } from './state-bytes.ts';
import { ThresholdSelection } from './threshold-selection.ts';
import { TopActivations, type TopActivationsState } from './top-activations.ts';

describe(TopActivations, () => {
  it('tells images at a ceiling apart by the mean of their maps, and counts them', () => {
    const top = new TopActivations({ units: 1, mapSize: 3, images: 2 });
    const maps = [
      [6, 0, 0],
      [6, 6, 1],
      [5, 5, 5],
      [6, 2, 0],
      [6, 6, 1],
    ];
    maps.forEach((map, image) => {
      top.add(image, Float32Array.from(map));
    });
    expect(top.read(0).map(({ image }) => image)).toEqual([1, 4]);
    expect(top.tied(0)).toBe(4);
    // In shards of their own likewise, those that no shard keeps too.
    const shards = [maps.slice(0, 4), maps.slice(4)].map((own) => {
      const shard = new TopActivations({ units: 1, mapSize: 3, images: 2 });
      own.forEach((map, image) => {
        shard.add(image, Float32Array.from(map));
      });
      return shard;
    });
    const joined = new TopActivations({ units: 1, mapSize: 3, images: 2 });
    shards.forEach((shard, index) => {
      joined.merge(shard, index * 4);
    });
    expect(joined.read(0)).toEqual(top.read(0));
    expect(joined.tied(0)).toBe(4);
    joined.insert(0, { image: 9, score: 7, map: Float32Array.of(7, 0, 0) });
    expect(joined.tied(0)).toBe(1);
  });

  it('keeps the images with the largest maps, of equals the first, with their maps', () => {
    const top = new TopActivations({ units: 2, mapSize: 2, images: 2 });
    [
      [1, 0, 5, 5],
      [0, 3, 5, 0],
      [2, 2, 0, 6],
      [0, 3, Number.NaN, 0],
    ].forEach((maps, image) => {
      top.add(image, Float32Array.from(maps));
    });
    expect(top.read(0).map(({ image, score }) => [image, score])).toEqual([
      [1, 3],
      [3, 3],
    ]);
    expect(top.read(1).map(({ image, score, map }) => [image, score, [...map]])).toEqual([
      [2, 6, [0, 6]],
      [0, 5, [5, 5]],
    ]);
    const mean = new TopActivations({ units: 1, mapSize: 2, images: 1, pool: 'mean' });
    mean.add(0, Float32Array.of(9, 0));
    mean.add(1, Float32Array.of(5, 5));
    expect(mean.read(0)[0]?.image).toBe(1);
  });

  it('is the same in any order and in shards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 }), { maxLength: 12 }),
        (images) => {
          const options = { units: 2, mapSize: 3, images: 3 };
          const [whole, reversed, even, odd] = Array.from({ length: 4 }, () => new TopActivations(options)) as [
            TopActivations,
            TopActivations,
            TopActivations,
            TopActivations,
          ];
          images.forEach((maps, image) => {
            whole.add(image, Float32Array.from(maps));
            (image % 2 === 0 ? even : odd).add(image, Float32Array.from(maps));
          });
          [...images.entries()].reverse().forEach(([image, maps]) => {
            reversed.add(image, Float32Array.from(maps));
          });
          odd.merge(TopActivations.fromState(unpackState(packState(even.toState())) as TopActivationsState));
          for (const unit of [0, 1])
            for (const other of [reversed, odd])
              expect([other.read(unit), other.tied(unit)]).toEqual([whole.read(unit), whole.tied(unit)]);
        },
      ),
    );
  });

  it('is what sorting the scores of all maps gives, whatever the size of a map', () => {
    const value = fc.oneof(fc.integer({ min: -2, max: 4 }), fc.constantFrom(Number.NaN, -0, 1e30, Infinity, -Infinity));
    const sized = fc.integer({ min: 1, max: 11 }).chain((mapSize) =>
      fc.record({
        mapSize: fc.constant(mapSize),
        images: fc.array(fc.array(value, { minLength: 2 * mapSize, maxLength: 2 * mapSize }), { maxLength: 9 }),
      }),
    );
    fc.assert(
      fc.property(sized, fc.constantFrom('max', 'mean'), fc.boolean(), ({ mapSize, images }, pool, known) => {
        const top = new TopActivations({ units: 2, mapSize, images: 3, pool });
        const selection = new ThresholdSelection({
          units: 2,
          height: 1,
          width: mapSize,
          targetHeight: 1,
          targetWidth: mapSize,
          maximumImages: Math.max(1, images.length),
        });
        images.forEach((maps, image) => {
          const activations = Float32Array.from(maps);
          top.add(image, activations, known ? selection.add(activations).greatest : undefined);
        });
        const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
        const sum = (map: Float32Array): number => {
          const total = map.reduce((sofar, one) => sofar + one, 0);
          return Number.isNaN(total) ? -Infinity : total;
        };
        for (const unit of [0, 1]) {
          const all = images.map((maps, image) => {
            const map = Float32Array.from(maps.slice(unit * mapSize, (unit + 1) * mapSize));
            const score =
              pool === 'mean'
                ? map.reduce((mean, one) => mean + one / mapSize, 0)
                : map.reduce((most, one) => (one > most ? one : most), -Infinity);
            return { image, score: score + 0, map };
          });
          const sorted = all
            .filter(({ score }) => score > -Infinity)
            .sort(
              (one, other) =>
                compare(other.score, one.score) || compare(sum(other.map), sum(one.map)) || one.image - other.image,
            );
          expect(top.read(unit)).toEqual(sorted.slice(0, 3));
        }
      }),
    );
  });

  it('refuses maps of another size', () => {
    expect(() => {
      new TopActivations({ units: 2, mapSize: 3 }).add(0, new Float32Array(5));
    }).toThrow('expected 2 maps of 3 values, got 5');
  });
});

describe(outlineMask, () => {
  it('traces a square, and a hole as a ring of its own', () => {
    expect(outlineMask([0, 0, 0, 0, 1, 1, 0, 1, 1], 3, 3)).toEqual([[1 / 3, 1 / 3, 1, 1 / 3, 1, 1, 1 / 3, 1]]);
    expect(outlineMask([1, 1, 1, 1, 0, 1, 1, 1, 1], 3, 3)).toHaveLength(2);
    expect(outlineMask([0, 0], 1, 2)).toEqual([]);
  });

  it('gives the mask back when filled by the even-odd rule', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 30, maxLength: 30 }), (mask) => {
        const rings = outlineMask(mask, 5, 6);
        const filled = mask.map((_, pixel) => {
          const x = ((pixel % 6) + 0.5) / 6;
          const y = (Math.floor(pixel / 6) + 0.5) / 5;
          let crossings = 0;
          for (const ring of rings)
            for (let at = 0; at < ring.length; at += 2) {
              const x1 = ring[at] ?? 0;
              const y1 = ring[at + 1] ?? 0;
              const x2 = ring[(at + 2) % ring.length] ?? 0;
              const y2 = ring[(at + 3) % ring.length] ?? 0;
              if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) crossings++;
            }
          return crossings % 2;
        });
        expect(filled).toEqual(mask);
      }),
    );
  });
});
