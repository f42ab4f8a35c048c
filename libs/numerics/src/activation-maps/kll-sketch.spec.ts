import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../random.ts';
import { KllSketch, kllErrorModel, kllRankError } from './kll-sketch.ts';
import { quantilePosition, type QuantileRule } from './quantile-position.ts';

const COUNT = 100_000;
const levels = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.995, 0.999];
const distributions: Readonly<Record<string, (random: Random, index: number) => number>> = {
  uniform: (random) => random.uniform(),
  normal: (random) => random.normal(),
  'heavy-tailed': (random) => Math.exp(3 * random.normal()),
  'half zeros': (random) => Math.max(0, random.normal()),
  ascending: (_, index) => index,
  descending: (_, index) => -index,
  sawtooth: (_, index) => (index * 7919) % 1000,
};

const draw = (make: (random: Random, index: number) => number, seed: number) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: COUNT }, (_, index) => make(random, index));
};
const sketchOf = (values: Float32Array, k: number, seed = 0) => {
  const sketch = new KllSketch({ k, seed });
  sketch.add(values);
  return sketch;
};
/** Distance of a level to the ranks that a value has among the sorted ones, as a share of their number. */
const rankDistance = (sorted: Float32Array, value: number, level: number): number => {
  const below = sorted.findIndex((each) => each >= value);
  const upTo = sorted.findLastIndex((each) => each <= value) + 1;
  return Math.max(0, below / sorted.length - level, level - upTo / sorted.length);
};

describe(KllSketch, () => {
  it.each(Object.entries(distributions))(
    'keeps 99 of 100 quantiles of %s values within the stated rank error',
    (_, make) => {
      for (const k of [64, 200, 1000]) {
        const distances: number[] = [];
        for (let seed = 0; seed < 5; seed++) {
          const values = draw(make, seed);
          const sketch = sketchOf(values, k, seed);
          expect([sketch.rankError(), sketch.count]).toEqual([kllRankError(k), COUNT]);
          const sorted = values.sort();
          for (const level of levels) distances.push(rankDistance(sorted, sketch.quantile(level), level));
        }
        // Of 50 quantiles at 99 % confidence more than 3 outside the bound would come less than once in 500 times.
        expect(distances.filter((distance) => distance > kllRankError(k)).length).toBeLessThanOrEqual(3);
        expect(Math.max(...distances)).toBeLessThan(1.5 * kllRankError(k));
      }
    },
  );

  it('stays within the bound when shards are merged, and knows the extremes exactly', () => {
    const values = draw(distributions['normal'] as (random: Random) => number, 7);
    const merged = new KllSketch({ k: 500, seed: 1 });
    for (const [shard, end] of [1000, 1001, 40_000, 90_000, COUNT].entries()) {
      merged.merge(sketchOf(values.subarray([0, 1000, 1001, 40_000, 90_000][shard], end), 500, shard));
    }
    const sorted = values.sort();
    expect(merged.count).toBe(COUNT);
    expect([merged.quantile(0), merged.quantile(1)]).toEqual([sorted[0], sorted[COUNT - 1]]);
    expect(levels.filter((level) => rankDistance(sorted, merged.quantile(level), level) > merged.rankError())).toEqual(
      [],
    );
    expect(() => {
      merged.merge(new KllSketch({ k: 501 }));
    }).toThrow('differ in k, 500 and 501');
  });

  it('is exact for few values, by every rule', () => {
    const rules = fc.constantFrom<QuantileRule>('hazen', 'linear', 'inverted-cdf');
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, maxLength: 64, noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        rules,
        (values, level, rule) => {
          const sketch = sketchOf(values, 64);
          const sorted = values.slice().sort();
          const { lower, fraction } = quantilePosition(level, values.length, rule);
          const from = sorted[lower] as number;
          expect(sketch.quantile(level, rule)).toBeCloseTo(from + fraction * ((sorted[lower + 1] ?? from) - from), 10);
          expect(sketch.rankError()).toBe(0);
        },
      ),
    );
    expect(new KllSketch().quantile(0.5)).toBeNaN();
  });

  it('keeps at most about 3 k values however many come', () => {
    const sketch = new KllSketch({ k: 100 });
    const values = draw(distributions['uniform'] as (random: Random) => number, 3);
    for (let round = 0; round < 20; round++) {
      sketch.add(values);
      expect(sketch.kept).toBeLessThan(3 * 100 + 8 * 20);
    }
    expect(sketch.count).toBe(20 * COUNT);
  });

  it('depends on nothing but the values, their order and the seed', () => {
    const values = draw(distributions['uniform'] as (random: Random) => number, 4);
    const cut = new KllSketch({ k: 64 });
    for (let from = 0; from < COUNT; from += 777) cut.add(values.subarray(from, from + 777));
    const quantiles = (sketch: KllSketch) => levels.map((level) => sketch.quantile(level));
    expect(quantiles(cut)).toEqual(quantiles(sketchOf(values, 64)));
    expect(quantiles(sketchOf(values, 64, 1))).not.toEqual(quantiles(cut));
  });

  it('states the error of Apache DataSketches, 1.33 % for k = 200, and refuses what has no rank', () => {
    expect(kllRankError(200)).toBeCloseTo(0.0133, 4);
    expect(kllErrorModel.confidence).toBe(0.99);
    expect(() => new KllSketch({ k: 7 })).toThrow('from 8 to 65535, got 7');
    expect(() => {
      new KllSketch().add(Float32Array.of(1, NaN));
    }).toThrow('NaN has no rank');
    expect(() => new KllSketch().quantile(1.1)).toThrow('level must lie from 0 to 1');
  });
});
