import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineLabels } from './label-combinations.ts';
import { OverlapTally } from './overlap-tally.ts';
import type { OverlapOptions, OverlapState } from './overlap-state.ts';
import { packState, unpackState } from './state-bytes.ts';
import { planUpsampling, upsampleMap } from './upsampling.ts';

interface Image {
  readonly maps: Float32Array;
  readonly planes: Uint16Array;
  readonly wholeImage: readonly number[];
}

describe('OverlapTally', () => {
  it('equals counting every pixel of every map, whatever the sizes, values and scope', () => {
    fc.assert(
      fc.property(cases, ({ options, thresholds, images }) => {
        expect(tallyOf(options, thresholds, images).read()).toEqual(countAll(options, thresholds, images));
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same counts for any shards and order', () => {
    fc.assert(
      fc.property(cases, ({ options, thresholds, images }) => {
        const whole = tallyOf(options, thresholds, images).read();
        const odd = tallyOf(
          options,
          thresholds,
          images.filter((_, index) => index % 2 === 1),
        );
        const even = tallyOf(options, thresholds, images.filter((_, index) => index % 2 === 0).reverse());
        const merged = OverlapTally.fromState(unpackState(packState(odd.toState())) as OverlapState);
        merged.merge(even);
        expect(merged.read()).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('counts a case done by hand', () => {
    // One unit, active on the right half; concept 3 covers the top row, concept 4 the pixel at the lower right.
    const tally = new OverlapTally({ ...shape, units: 1, concepts: [3, 4], categories: [0, 1] }, Float32Array.of(0.5));
    tally.add(combineLabels({ planes: Uint16Array.from([3, 3, 0, 4]) }, 4), image(Float32Array.from([0, 1, 0, 1])));
    const { intersections, unitAreas, conceptAreas, conceptImages, categoryPixels, images, pixels } = tally.read();
    expect([
      [...intersections],
      [...unitAreas],
      [...conceptAreas],
      [...conceptImages],
      [...categoryPixels],
      images,
      pixels,
    ]).toEqual([[1, 1], [2], [2, 1], [1, 1], [4, 4], 1, 4]);
  });

  it('is strict unless told otherwise', () => {
    const labels = combineLabels({ planes: new Uint16Array(4).fill(3) }, 4);
    const area = (compare: '>' | '>=') => {
      const tally = new OverlapTally(
        { ...shape, units: 1, concepts: [3], categories: [0], compare },
        Float32Array.of(6),
      );
      tally.add(labels, image(Float32Array.from([6, 6, 1, 7])));
      return tally.read().unitAreas[0];
    };
    expect([area('>'), area('>=')]).toEqual([1, 3]);
  });

  it('counts the area of a unit within its scope', () => {
    const scoped = (areaScope: OverlapOptions['areaScope']) => {
      const tally = new OverlapTally(
        { ...shape, units: 1, concepts: [3, 4], categories: [0, 1], ...(areaScope && { areaScope }) },
        Float32Array.of(0.5),
      );
      tally.add(combineLabels({ planes: Uint16Array.from([3, 4, 0, 0]) }, 4), image(Float32Array.from([1, 0, 0, 0])));
      tally.add(combineLabels({ planes: Uint16Array.from([0, 0, 0, 0]) }, 4), image(Float32Array.from([1, 1, 1, 1])));
      return [[...tally.read().unitAreas], [...tally.read().scopedAreas]];
    };
    expect(scoped('all')).toEqual([[5], []]);
    expect(scoped('category-in-image')).toEqual([[5], [1, 1]]);
    expect(scoped('category-under-mask')).toEqual([[5], [1, 0]]);
  });

  it('leaves ignored pixels out of every count', () => {
    const tally = new OverlapTally(
      { ...shape, units: 1, concepts: [3], categories: [0], ignore: 255 },
      Float32Array.of(0.5),
    );
    tally.add(
      combineLabels({ planes: Uint16Array.from([3, 3, 0, 0, 0, 255, 255, 0]) }, 4),
      image(Float32Array.from([1, 1, 1, 1])),
    );
    const { intersections, unitAreas, conceptAreas, pixels } = tally.read();
    expect([intersections[0], unitAreas[0], conceptAreas[0], pixels]).toEqual([1, 2, 1, 2]);
    expect(
      () => new OverlapTally({ ...shape, units: 1, concepts: [3], categories: [0], ignore: 3 }, new Float32Array(1)),
    ).toThrow('both a concept and ignored');
  });

  it('looks only at the cells that can be active', () => {
    const options = {
      height: 7,
      width: 7,
      targetHeight: 56,
      targetWidth: 56,
      units: 3,
      concepts: [1],
      categories: [0],
    };
    const maps = new Float32Array(3 * 49);
    maps[24] = 1;
    maps[49 + 24] = 0.4;
    const tally = new OverlapTally(options, Float32Array.of(0.5, 0.5, NaN));
    tally.add(combineLabels({ planes: new Uint16Array(3136).fill(1) }, 3136), {
      units: Uint32Array.of(0, 1, 2),
      maxima: Float32Array.of(1, 0.4, 1),
      maps,
    });
    // Of three maps one exceeds its threshold; of its 56 x 14 groups of four pixels, the two beside the peak in 16
    // rows.
    expect(tally.evaluated).toEqual({ maps: 1, groups: 2 * 16 });
    expect(tally.read().unitAreas[0]).toBeGreaterThan(0);
  });

  it('holds counts beyond 32 bits', () => {
    const options = { ...shape, units: 1, concepts: [3], categories: [0] };
    const tally = tallyOf(options, Float32Array.of(0), [
      { maps: new Float32Array(4).fill(1), planes: new Uint16Array(4).fill(3), wholeImage: [] },
    ]);
    const state = tally.toState();
    for (const name of ['intersections', 'unitAreas', 'conceptAreas'] as const) state[name][0] = 2 ** 33 + 1;
    tally.merge(OverlapTally.fromState(state));
    expect([tally.read().intersections[0], tally.read().unitAreas[0], tally.read().conceptAreas[0]]).toEqual(
      new Array(3).fill(2 ** 33 + 5),
    );
  });

  it('refuses what does not fit', () => {
    const options = { ...shape, units: 1, concepts: [3, 4], categories: [0, 0] };
    const tally = new OverlapTally(options, new Float32Array(1));
    const none = { units: new Uint32Array(), maxima: new Float32Array(), maps: new Float32Array() };
    expect(() => {
      tally.add(combineLabels({ planes: Uint16Array.from([0, 9, 0, 0]) }, 4), none);
    }).toThrow('label number 9 is none of the 2 concepts');
    expect(() => {
      tally.add(combineLabels({ planes: new Uint16Array(9) }, 9), none);
    }).toThrow('labels of 9 pixels, expected 4');
    expect(() => {
      tally.add(combineLabels({ planes: new Uint16Array(4) }, 4), { ...none, units: Uint32Array.of(0) });
    }).toThrow('do not belong together');
    expect(() => {
      tally.merge(new OverlapTally({ ...options, compare: '>=' }, new Float32Array(1)));
    }).toThrow('differ in their options');
    expect(() => new OverlapTally(options, new Float32Array(2))).toThrow('2 thresholds for 1 units');
    expect(() => new OverlapTally({ ...options, concepts: [4, 3] }, new Float32Array(1))).toThrow('must ascend');
    expect(() => new OverlapTally({ ...options, concepts: [0, 3] }, new Float32Array(1))).toThrow('1..65535');
    expect(() => new OverlapTally({ ...options, categories: [0] }, new Float32Array(1))).toThrow(
      '2 concepts have 1 categories',
    );
    expect(() => OverlapTally.fromState({ ...tally.toState(), unitAreas: new Float64Array(2) })).toThrow(
      'unitAreas has 2 entries instead of 1',
    );
    expect(() => OverlapTally.fromState({ ...tally.toState(), kind: 'Else' } as unknown as OverlapState)).toThrow(
      'got Else',
    );
  });

  it('leaves nothing of an image that it refused', () => {
    const tally = new OverlapTally({ ...shape, units: 1, concepts: [3], categories: [0] }, new Float32Array(1));
    const before = tally.read();
    expect(() => {
      tally.add(combineLabels({ planes: Uint16Array.from([3, 3, 3, 9]) }, 4), image(new Float32Array(4)));
    }).toThrow(RangeError);
    expect(tally.read()).toEqual(before);
  });
});

const IGNORED = -1;
const shape = { height: 2, width: 2, targetHeight: 2, targetWidth: 2 };

function image(maps: Float32Array): { units: Uint32Array; maxima: Float32Array; maps: Float32Array } {
  return { units: Uint32Array.of(0), maxima: Float32Array.of(Math.max(0, ...maps)), maps };
}

const cases = fc
  .record({
    ...{
      height: fc.integer({ min: 1, max: 8 }),
      width: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 8 }) },
        { weight: 1, arbitrary: fc.integer({ min: 62, max: 90 }) },
      ),
      targetHeight: fc.integer({ min: 1, max: 20 }),
      targetWidth: fc.integer({ min: 1, max: 20 }),
    },
    ...{
      units: fc.integer({ min: 1, max: 4 }),
      padding: fc.constantFrom('zeros' as const, 'clamp' as const),
      alignment: fc.constantFrom('half-pixel' as const, 'corners' as const),
    },
    ...{
      areaScope: fc.constantFrom('all' as const, 'category-in-image' as const, 'category-under-mask' as const),
      compare: fc.constantFrom('>' as const, '>=' as const),
      ignore: fc.constantFrom(0, 999),
      categories: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 }),
    },
    ...{
      count: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
      zeros: fc.double({ min: 0, max: 1, noNaN: true }),
      steps: fc.boolean(),
    },
  })
  .map(({ count, seed, zeros, steps, ...given }) => {
    let state = seed >>> 0;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const below = (limit: number) => Math.floor(random() * limit);
    const options = { ...given, concepts: given.categories.map((_, index) => 3 + index * 7) };
    const { units, height, width, targetHeight, targetWidth, concepts } = options;
    const images = Array.from({ length: count }, (): Image => {
      let current = 0;
      const stay = random();
      return {
        maps: Float32Array.from({ length: units * height * width }, () =>
          random() < zeros ? 0 : steps ? below(5) : random() * 4 - 1,
        ),
        planes: Uint16Array.from(
          { length: below(4) * targetHeight * targetWidth },
          () =>
            (current =
              random() < stay
                ? current
                : random() < 0.4
                  ? 0
                  : given.ignore > 0 && random() < 0.2
                    ? given.ignore
                    : (concepts[below(concepts.length)] as number)),
        ),
        wholeImage: random() < 0.3 ? [concepts[below(concepts.length)] as number] : [],
      };
    });
    return {
      options,
      thresholds: Float32Array.from({ length: units }, () => (steps ? below(4) : random() * 3 - 0.5)),
      images,
    };
  });

function tallyOf(options: OverlapOptions, thresholds: Float32Array, images: readonly Image[]): OverlapTally {
  const { units, height, width, targetHeight, targetWidth, padding } = options;
  const tally = new OverlapTally(options, thresholds);
  for (const { maps, ...labels } of images) {
    const highest = (unit: number) => Math.max(...maps.subarray(unit * height * width, (unit + 1) * height * width));
    const maxima = Float32Array.from({ length: units }, (_, unit) =>
      padding === 'clamp' ? highest(unit) : Math.max(highest(unit), 0),
    );
    tally.add(combineLabels(labels, targetHeight * targetWidth), {
      units: Uint32Array.from({ length: units }, (_, unit) => unit),
      maxima,
      maps,
    });
  }
  return tally;
}

/** The plain way: every pixel of every map against every concept. */
function countAll(options: OverlapOptions, thresholds: Float32Array, images: readonly Image[]): object {
  const { units, height, width, targetHeight, targetWidth, areaScope, compare, ignore } = options;
  const concepts = Array.from(options.concepts);
  const categories = Array.from(options.categories);
  const [pixels, categoryCount] = [targetHeight * targetWidth, Math.max(...categories) + 1];
  const zeros = (length: number): number[] => new Array<number>(length).fill(0);
  const add = (list: number[], index: number, count = 1) => (list[index] = (list[index] as number) + count);
  const counts = {
    intersections: zeros(units * concepts.length),
    unitAreas: zeros(units),
    scopedAreas: zeros(areaScope === 'all' ? 0 : units * categoryCount),
    conceptAreas: zeros(concepts.length),
    conceptImages: zeros(concepts.length),
    categoryPixels: zeros(categoryCount),
  };
  const plan = planUpsampling(options);
  let allPixels = 0;
  for (const { maps, planes, wholeImage } of images) {
    const at = Array.from({ length: pixels }, (_, pixel) => {
      const numbers = new Set(wholeImage);
      for (let plane = 0; plane * pixels < planes.length; plane++)
        numbers.add(planes[plane * pixels + pixel] as number);
      numbers.delete(0);
      return numbers.has(ignore ?? -1) ? [IGNORED] : [...numbers].map((number) => concepts.indexOf(number));
    });
    const judged = [...at.keys()].filter((pixel) => (at[pixel] as number[])[0] !== IGNORED);
    const labelled = judged.map((pixel) => at[pixel] as number[]);
    allPixels += judged.length;
    labelled.flat().forEach((concept) => add(counts.conceptAreas, concept));
    const present = new Set(labelled.flat());
    const inImage = new Set([...present].map((concept) => categories[concept] as number));
    present.forEach((concept) => add(counts.conceptImages, concept));
    inImage.forEach((category) => add(counts.categoryPixels, category, judged.length));
    for (let unit = 0; unit < units; unit++) {
      const values = upsampleMap(plan, maps.subarray(unit * height * width, (unit + 1) * height * width));
      const threshold = thresholds[unit] as number;
      const active = judged.filter((pixel) =>
        compare === '>=' ? (values[pixel] as number) >= threshold : (values[pixel] as number) > threshold,
      );
      const touched = active.flatMap((pixel) => at[pixel] as number[]);
      touched.forEach((concept) => add(counts.intersections, unit * concepts.length + concept));
      add(counts.unitAreas, unit, active.length);
      const within = {
        all: [],
        'category-in-image': [...inImage],
        'category-under-mask': [...new Set(touched.map((concept) => categories[concept] as number))],
      }[areaScope ?? 'all'];
      within.forEach((category) => add(counts.scopedAreas, unit * categoryCount + category, active.length));
    }
  }
  return {
    ...Object.fromEntries(Object.entries(counts).map(([name, list]) => [name, Float64Array.from(list)])),
    images: images.length,
    pixels: allPixels,
  };
}
