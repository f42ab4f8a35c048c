import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptMaps } from './kept-maps.ts';
import { quantilePosition } from './quantile-position.ts';
import type { SelectionOptions } from './selection-state.ts';
import { packState, unpackState } from './state-bytes.ts';
import { ShardJoin } from './selection-shards.ts';
import { ThresholdSelection } from './threshold-selection.ts';
import type { SelectionState } from './selection-state.ts';
import { planUpsampling, upsampleMap } from './upsampling.ts';

const noLabels = new Uint16Array([0]);

describe('ThresholdSelection', () => {
  it('equals sorting all upsampled values, whatever the sizes, values, rule and level', () => {
    fc.assert(
      fc.property(cases, ({ options, images }) => {
        const want = sortAll(options, images);
        expect(select(options, [images]).thresholds).toEqual(want);
        expect(select(options, [images], false).thresholds).toEqual(want);
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same bytes for any order of images and any shards, each seeing only its own part', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 2, max: 4 }), ({ options, images }, parts) => {
        const whole = select(options, [images]).thresholds;
        expect(select(options, [[...images].reverse()]).thresholds).toEqual(whole);
        const shards = Array.from({ length: parts }, (_, part) => images.filter((__, index) => index % parts === part));
        for (const mayGather of [true, false]) expect(select(options, shards, mayGather).thresholds).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('stays exact when fewer images come than were announced, or when none were', () => {
    fc.assert(
      fc.property(cases, ({ options, images }) => {
        const want = sortAll(options, images);
        expect(select({ ...options, maximumImages: images.length * 3 }, [images]).thresholds).toEqual(want);
        expect(select({ ...options, maximumImages: Infinity }, [images]).thresholds).toEqual(want);
      }),
      { numRuns: 40 },
    );
  });

  it('drops what cannot matter any more: the bound only rises, and stays under the threshold', () => {
    const options = { units: 1, height: 2, width: 2, targetHeight: 8, targetWidth: 8, maximumImages: 200 };
    const images = Array.from({ length: 200 }, (_, index) => new Float32Array(4).fill((index * 73) % 199));
    const selection = new ThresholdSelection(options);
    let [kept, bound] = [0, -Infinity];
    for (const image of images) {
      kept += selection.add(image).units.length;
      const now = selection.bounds()[0] as number;
      expect(now).toBeGreaterThanOrEqual(bound);
      bound = now;
    }
    expect(kept).toBeLessThan(60);
    const [threshold] = sortAll(options, images);
    expect(bound).toBeLessThanOrEqual(threshold as number);
    expect(bound).toBeGreaterThan((threshold as number) * 0.8);
  });

  it('knows hand-computed thresholds', () => {
    // Raw values 1..200, level 0.99: Hazen 197.5 -> between the 198th and the 199th; numpy 197.01.
    const images = Array.from({ length: 50 }, (_, image) =>
      Float32Array.from([1, 2, 3, 4], (step) => image * 4 + step),
    );
    const options = {
      units: 1,
      height: 2,
      width: 2,
      targetHeight: 2,
      targetWidth: 2,
      values: 'raw',
      maximumImages: 50,
    } as const;
    expect([...select(options, [images]).thresholds]).toEqual([198.5]);
    expect([...select({ ...options, rule: 'linear' }, [images]).thresholds]).toEqual([Math.fround(198.01)]);
    expect([...select({ ...options, level: 0.5 }, [images]).thresholds]).toEqual([100.5]);
  });

  it('finds the plateau of a saturated unit and the zero of a rarely active one', () => {
    const options = {
      units: 2,
      height: 1,
      width: 1,
      targetHeight: 1,
      targetWidth: 1,
      padding: 'clamp',
      maximumImages: 1000,
    } as const;
    const images = Array.from({ length: 1000 }, (_, index) =>
      Float32Array.from([Math.min(index / 100, 6), index === 500 ? 3 : 0]),
    );
    const { thresholds, survivors } = select(options, [images]);
    expect([...thresholds]).toEqual([6, 0]);
    // Once 11 zeros bound the second unit, only its one active map is kept.
    expect(survivors[1]).toBeLessThanOrEqual(12);
  });

  it('gathers the values of the decisive bin where they are few, and counts twice more where not', () => {
    const options = {
      units: 2,
      height: 1,
      width: 1,
      targetHeight: 32,
      targetWidth: 32,
      padding: 'clamp',
      maximumImages: 300,
    } as const;
    const rounds = (images: readonly Float32Array[]) => {
      const selection = new ThresholdSelection(options);
      const kept = images.map((image) => ({ ...selection.add(image), maps: image }));
      const seen: string[] = [];
      selection.advance();
      while (selection.round !== 'done') {
        seen.push(selection.round);
        for (const { units, maxima } of kept)
          selection.refine(
            Uint32Array.of(0, 1),
            Float32Array.from([0, 1], (unit) => maxima[units.indexOf(unit)] ?? Infinity),
            images[kept.findIndex((each) => each.units === units)] as Float32Array,
          );
        selection.advance();
      }
      expect(selection.thresholds().thresholds).toEqual(sortAll(options, images));
      return seen;
    };
    // 1,024 values an image: those of each image have a bin of their own, or all share one. 6 x 1,024 need more memory
    // than the counts had.
    expect(
      rounds(Array.from({ length: 40 }, (_, index) => Float32Array.of(2 ** (index / 8), 2 ** ((index * 7) % 40)))),
    ).toEqual(['gather']);
    const close = (length: number) =>
      Array.from({ length }, (_, index) => Float32Array.of(1 + index / 400, 1 + ((index * 7) % 40) / 400));
    expect(rounds(close(6))).toEqual(['gather']);
    expect(rounds(close(40))).toEqual(['middle', 'fine']);
  });

  it('says which units are dead, constant or invalid, and gives invalid ones no threshold', () => {
    const options = { units: 5, height: 1, width: 2, targetHeight: 2, targetWidth: 4, maximumImages: 3 };
    const image = Float32Array.from([0, -0, 2, 2, NaN, 1, 1, -Infinity, 0, 1]);
    const fine = Float32Array.from([0, 0, 2, 2, 1, 1, 1, 1, 0, 1]);
    for (const mayGather of [true, false]) {
      const selection = new ThresholdSelection(options);
      for (const each of [fine, image, fine]) selection.add(each);
      expect(selection.bounds()[2]).toBe(Infinity);
      expect([...selection.toState().faults]).toEqual([0, 0, 1, 1, 0]);
      while (selection.round !== 'done') selection.advance(mayGather);
      const { thresholds, conditions } = selection.thresholds();
      expect(conditions).toEqual(['dead', 'constant', 'invalid', 'invalid', 'ordinary']);
      expect([thresholds[0], thresholds[2], thresholds[3]]).toEqual([0, NaN, NaN]);
    }
  });

  it('keeps maps that just reach the bound when equal values will count as active', () => {
    const options = {
      units: 1,
      height: 1,
      width: 1,
      targetHeight: 1,
      targetWidth: 1,
      padding: 'clamp',
      level: 0.5,
      maximumImages: 10,
    } as const;
    const images = Array.from({ length: 10 }, () => Float32Array.of(2));
    expect(select(options, [images]).survivors[0]).toBeLessThan(10);
    expect(select({ ...options, compare: '>=' }, [images]).survivors[0]).toBe(10);
  });

  it('gives NaN when no image came', () => {
    const selection = new ThresholdSelection({ units: 1, height: 1, width: 1, targetHeight: 1, targetWidth: 1 });
    for (let round = 0; round < 3; round++) selection.advance();
    expect([...selection.thresholds().thresholds]).toEqual([NaN]);
  });

  it('refuses misuse', () => {
    const options = { units: 1, height: 1, width: 2, targetHeight: 1, targetWidth: 2, maximumImages: 1 };
    const selection = new ThresholdSelection(options);
    expect(() => selection.add(new Float32Array(3))).toThrow('expected 1 maps of 1 x 2, got 3 values');
    expect(() => selection.thresholds()).toThrow('belongs to round "done"');
    expect(() => {
      selection.refine(new Uint32Array(), new Float32Array(), new Float32Array());
    }).toThrow('belongs to round "gather" or "middle" or "fine"');
    selection.add(new Float32Array(2));
    expect(() => selection.add(new Float32Array(2))).toThrow('more than the 1 images announced');
    expect(() => {
      selection.merge(new ThresholdSelection({ ...options, level: 0.5 }));
    }).toThrow('differ in their options');
    selection.advance();
    expect(() => {
      selection.merge(new ThresholdSelection(options));
    }).toThrow('one is in round "gather", the other in "coarse"');
    for (const bad of [{ units: 0 }, { level: 1 }, { maximumImages: 0.5 }, { level: 0.1, maximumImages: 2 ** 33 }])
      expect(() => new ThresholdSelection({ ...options, ...bad })).toThrow(RangeError);
  });

  it('checks states', () => {
    const state = new ThresholdSelection({ units: 2, height: 1, width: 2, targetHeight: 1, targetWidth: 2 }).toState();
    expect(ThresholdSelection.fromState(state).toState()).toEqual(state);
    expect(() => ThresholdSelection.fromState({ ...state, kind: 'Other/1' } as unknown as SelectionState)).toThrow(
      'expected a state of kind ThresholdSelection/1, got Other/1',
    );
    expect(() => ThresholdSelection.fromState({ ...state, minima: new Float32Array(1) })).toThrow(
      'minima has 1 entries for 2 units',
    );
    expect(() => ThresholdSelection.fromState({ ...state, filled: Uint32Array.of(1, 0) })).toThrow(
      '1 filled bins are announced',
    );
    expect(() =>
      ThresholdSelection.fromState({
        ...state,
        filled: Uint32Array.of(1, 0),
        bins: Uint16Array.of(4096),
        counts: Uint32Array.of(1),
      }),
    ).toThrow('beyond the 4096');
  });
});

describe(ShardJoin, () => {
  it('adds up images and maps with values that are not finite, and takes the extremes of all', () => {
    const options = { units: 2, height: 1, width: 1, targetHeight: 1, targetWidth: 1, maximumImages: 5 };
    const selection = new ThresholdSelection(options);
    const shards = [
      [Float32Array.of(NaN, 3), Float32Array.of(2, -4)],
      [Float32Array.of(Infinity, 5), Float32Array.of(NaN, 1), Float32Array.of(-7, 0)],
    ].map((images) => runShard(selection, images).state);
    const { images, faults, minima, maxima } = joinOf(shards).finish().state;
    expect([images, [...faults], [...minima], [...maxima]]).toEqual([5, [3, 0], [-7, -4], [2, 5]]);
  });

  it('equals sorting all values, also after shards have come and gone, and names those that dropped too much', () => {
    let reruns = 0;
    fc.assert(
      fc.property(
        cases,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 40 }),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        fc.boolean(),
        ({ options, images }, places, gone, tight, mayGather) => {
          const parts = [0, 1, 2, 3]
            .map((part) => images.filter((_, index) => places[index] === part))
            .filter((part) => part.length > 0);
          const announced = tight ? images.length : Math.ceil(images.length * 1.1) + 1;
          const first = new ThresholdSelection({ ...options, maximumImages: announced });
          const shards = parts.map((part) => runShard(first, part));
          // Half of the shards go; their images come back in other shards, all of them or a part.
          const staying = shards.filter((_, index) => gone[index] !== true);
          const coming = parts.filter((_, index) => gone[index] === true && gone[index + 4] === true);
          const count = [...staying, ...coming.map((part) => ({ images: part }))].reduce(
            (sum, shard) => sum + shard.images.length,
            0,
          );
          if (count === 0) return;
          const all = [...staying];
          for (const part of coming) all.push(...runMore(all, [part], options, count));
          let joined = joinOf(all.map(({ state }) => state)).finish(mayGather);
          if (joined.short.length > 0) {
            reruns++;
            const fine = all.filter((_, index) => !joined.short.includes(index));
            all.splice(
              0,
              all.length,
              ...fine,
              ...runMore(
                fine,
                joined.short.map((index) => all[index]?.images ?? []),
                options,
                count,
              ),
            );
            joined = joinOf(all.map(({ state }) => state)).finish(mayGather);
            expect(joined.short).toEqual([]);
          }
          const selection = ThresholdSelection.fromState(unpackState(packState(joined.state)) as SelectionState);
          while (selection.round !== 'done') {
            for (const { maps } of all)
              for (const { units, maxima, maps: values } of maps.images) selection.refine(units, maxima, values);
            selection.advance();
          }
          expect(selection.thresholds().thresholds).toEqual(
            sortAll(
              options,
              all.flatMap((shard) => shard.images),
            ),
          );
        },
      ),
      { numRuns: 300 },
    );
    expect(reruns).toBeGreaterThan(0);
  });

  it('holds no more than the bounds of many shards', () => {
    const options = { units: 2, height: 1, width: 2, targetHeight: 2, targetWidth: 4, maximumImages: 40 };
    const images = Array.from({ length: 40 }, (_, index) => Float32Array.from([index, 1, (index * 7) % 40, 3]));
    const selection = new ThresholdSelection(options);
    const shards = images.map((image) => runShard(selection, [image]));
    const { state, short } = joinOf(shards.map((shard) => shard.state)).finish();
    expect([short, state.images]).toEqual([[], 40]);
    const refined = ThresholdSelection.fromState(state);
    while (refined.round !== 'done') {
      for (const { maps } of shards)
        for (const { units, maxima, maps: values } of maps.images) refined.refine(units, maxima, values);
      refined.advance();
    }
    expect(refined.thresholds().thresholds).toEqual(sortAll(options, images));
  });

  it('refuses what does not belong together', () => {
    const options = { units: 1, height: 1, width: 1, targetHeight: 1, targetWidth: 1 };
    const one = new ThresholdSelection(options).takeShard();
    const other = new ThresholdSelection({ ...options, level: 0.5 }).takeShard();
    expect(() => joinOf([]).finish()).toThrow('there is none');
    expect(() => joinOf([one, other]).finish()).toThrow('they differ in their options');
    expect(() => joinOf([joinOf([one]).finish().state]).finish()).toThrow('one is in round "gather"');
  });
});

function joinOf(states: readonly SelectionState[]): ShardJoin {
  const join = new ShardJoin();
  for (const state of states) join.add(state);
  return join;
}

/** A shard: its images, what was counted of them, and the maps that were kept under the bounds of its end. */
function runShard(selection: ThresholdSelection, images: readonly Float32Array[]) {
  const maps = new KeptMaps(selection.options.height * selection.options.width);
  images.forEach((image, index) => {
    maps.add(index, noLabels, selection.add(image), image);
  });
  const state = selection.takeShard();
  maps.compact(selection.bounds(), selection.options.compare === '>=');
  return { images, state, maps };
}

/** Runs shards after others, whose counts already bound the thresholds. */
function runMore(
  before: readonly { readonly state: SelectionState }[],
  parts: readonly (readonly Float32Array[])[],
  options: SelectionOptions,
  maximumImages: number,
) {
  const selection =
    before.length === 0
      ? new ThresholdSelection({ ...options, maximumImages })
      : ThresholdSelection.afterShards(joinOf(before.map(({ state }) => state)).seed(maximumImages));
  return parts.map((part) => runShard(selection, part));
}

const cases = fc
  .record({
    ...{
      height: fc.integer({ min: 1, max: 8 }),
      width: fc.integer({ min: 1, max: 8 }),
      targetHeight: fc.integer({ min: 1, max: 20 }),
      targetWidth: fc.integer({ min: 1, max: 20 }),
    },
    ...{
      units: fc.integer({ min: 1, max: 4 }),
      padding: fc.constantFrom('zeros' as const, 'clamp' as const),
      alignment: fc.constantFrom('half-pixel' as const, 'corners' as const),
    },
    ...{
      level: fc.oneof(fc.constant(0.99), fc.double({ min: 0.05, max: 0.999, noNaN: true })),
      rule: fc.constantFrom('hazen' as const, 'linear' as const, 'inverted-cdf' as const),
      values: fc.constantFrom('upsampled' as const, 'raw' as const),
    },
    ...{
      count: fc.integer({ min: 1, max: 30 }),
      seed: fc.nat(),
      zeros: fc.double({ min: 0, max: 1, noNaN: true }),
      kind: fc.constantFrom<Kind>('dense', 'saturated', 'negative', 'steps'),
    },
  })
  .map(({ count, seed, zeros, kind, ...options }) => ({
    options: { ...options, maximumImages: count } satisfies SelectionOptions,
    images: Array.from({ length: count }, (_, index) =>
      randomMaps(options.units * options.height * options.width, seed + index * 7919, zeros, kind),
    ),
  }));

type Kind = 'dense' | 'saturated' | 'negative' | 'steps';

function randomMaps(length: number, seed: number, zeros: number, kind: Kind): Float32Array {
  let state = seed >>> 0;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const draw = {
    dense: () => random() * 6 - 3,
    saturated: () => Math.min(random() * 7, 6),
    negative: () => -random() * 1e-3,
    steps: () => Math.round(random() * 4),
  }[kind];
  return Float32Array.from({ length }, () => (random() < zeros ? 0 : draw()));
}

/** Runs the selection over shards, with packed states between them as between machines. */
function select(
  options: SelectionOptions,
  shards: readonly (readonly Float32Array[])[],
  mayGather = true,
): { thresholds: Float32Array; survivors: number[] } {
  const survivors = new Array<number>(options.units).fill(0);
  const kept = shards.map((images) => {
    const maps = new KeptMaps(options.height * options.width);
    const selection = new ThresholdSelection(options);
    images.forEach((image, index) => {
      const surviving = selection.add(image);
      surviving.units.forEach((unit) => (survivors[unit] = (survivors[unit] as number) + 1));
      maps.add(index, noLabels, surviving, image);
    });
    maps.compact(selection.bounds(), options.compare === '>=');
    return { maps, state: packState(selection.toState()) };
  });
  const mergeAll = (states: readonly Uint8Array[]) => {
    const [first, ...others] = states.map((state) =>
      ThresholdSelection.fromState(unpackState(state) as SelectionState),
    );
    for (const other of others) first?.merge(other);
    first?.advance(mayGather);
    return first as ThresholdSelection;
  };
  let merged = mergeAll(kept.map(({ state }) => state));
  while (merged.round !== 'done') {
    const common = merged.toState();
    merged = mergeAll(
      kept.map(({ maps }) => {
        const selection = ThresholdSelection.fromState(common);
        for (const { units, maxima, maps: values } of maps.images) selection.refine(units, maxima, values);
        return packState(selection.toState());
      }),
    );
  }
  return { thresholds: merged.thresholds().thresholds, survivors };
}

function sortAll(options: SelectionOptions, images: readonly Float32Array[]): Float32Array {
  const { units, height, width, level = 0.99, rule = 'hazen', values } = options;
  const plan = planUpsampling(options);
  return Float32Array.from({ length: units }, (_, unit) => {
    const all = images.flatMap((image) => {
      const map = image.subarray(unit * height * width, (unit + 1) * height * width);
      return values === 'raw' ? [...map] : [...upsampleMap(plan, map)];
    });
    all.sort((one, other) => one - other);
    const { lower, fraction } = quantilePosition(level, all.length, rule);
    const low = all[lower] as number;
    const high = all[Math.min(lower + 1, all.length - 1)] as number;
    return low + fraction * (high - low) + 0;
  });
}
