import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { combineLabels } from './label-combinations.ts';
import { OverlapTally } from './overlap-tally.ts';
import { ReplicateTally, type LabelledGroup, type ReplicateOptions } from './replicate-tally.ts';
import { planUpsampling, upsampleMap } from './upsampling.ts';

const shape = { height: 2, width: 2, targetHeight: 2, targetWidth: 2 };

/** Planes of one image, and by how much they are shifted. */
interface ShiftedPlanes {
  readonly planes: Uint16Array;
  readonly down: number;
  readonly right: number;
}

/** A group with the planes that its labels are of. */
interface DrawnGroup extends LabelledGroup {
  readonly drawn: readonly ShiftedPlanes[];
}

const cases = fc
  .record({
    height: fc.integer({ min: 1, max: 8 }),
    width: fc.integer({ min: 1, max: 8 }),
    targetHeight: fc.integer({ min: 1, max: 12 }),
    targetWidth: fc.integer({ min: 1, max: 12 }),
    units: fc.integer({ min: 1, max: 4 }),
    padding: fc.constantFrom('zeros' as const, 'clamp' as const),
    areaScope: fc.constantFrom('all' as const, 'category-in-image' as const, 'category-under-mask' as const),
    compare: fc.constantFrom('>' as const, '>=' as const),
    ignore: fc.constantFrom(0, 999),
    categories: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5 }),
    replicates: fc.integer({ min: 1, max: 40 }),
    weighted: fc.boolean(),
    firing: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ seed, ...given }) => {
    const { below, uniform } = createRandom(seed);
    const options = { ...given, concepts: given.categories.map((_, index) => 5 + index * 3) };
    const numbers = [0, 0, ...options.concepts, given.ignore];
    const groups = Array.from({ length: 1 + below(3) }, () => drawGroup(options, numbers, below));
    return {
      options,
      thresholds: Float32Array.from({ length: given.units }, () => (uniform() < 0.1 ? NaN : below(4))),
      groups,
    };
  });

function drawGroup(
  options: ReplicateOptions,
  numbers: readonly number[],
  below: (bound: number) => number,
): DrawnGroup {
  const { units, height, width, targetHeight, targetWidth, padding, replicates, weighted = false } = options;
  const [images, labellings, labels] = [1 + below(4), 1 + below(5), 1 + below(4)];
  const drawn = Array.from({ length: labels }, () => ({
    planes: Uint16Array.from(
      { length: below(3) * targetHeight * targetWidth },
      () => numbers[below(numbers.length)] as number,
    ),
    down: below(targetHeight),
    right: below(targetWidth),
  }));
  return {
    drawn,
    labelled: drawn.map(({ planes, down, right }) => ({
      labels: combineLabels({ planes }, targetHeight * targetWidth),
      down,
      right,
    })),
    images: Array.from({ length: images }, () => {
      const kept = Uint32Array.from([...Array(units).keys()].filter(() => below(4) > 0));
      const maps = Float32Array.from({ length: kept.length * height * width }, () => below(7) - 1);
      const maxima = Float32Array.from(kept, (_, index) =>
        Math.max(
          padding === 'clamp' ? -Infinity : 0,
          ...maps.subarray(index * height * width, (index + 1) * height * width),
        ),
      );
      return { units: kept, maxima, maps };
    }),
    labelOf: Uint8Array.from({ length: images * labellings }, () => below(labels)),
    chosen: Uint32Array.from({ length: replicates }, () => below(weighted ? 4 : labellings)),
  };
}

/** Planes moved in a circle, pixel by pixel. */
function shifted({ planes, down, right }: ShiftedPlanes, { targetHeight, targetWidth }: ReplicateOptions): Uint16Array {
  const pixels = targetHeight * targetWidth;
  const moved = new Uint16Array(planes.length);
  planes.forEach((number, at) => {
    const [plane, pixel] = [Math.floor(at / pixels), at % pixels];
    const row = (Math.floor(pixel / targetWidth) + down) % targetHeight;
    moved[plane * pixels + row * targetWidth + (((pixel % targetWidth) + right) % targetWidth)] = number;
  });
  return moved;
}

/** The columns of one replicate as the tally of single images counts them. */
function countReplicate(
  options: ReplicateOptions,
  thresholds: Float32Array,
  groups: readonly DrawnGroup[],
  replicate: number,
) {
  const tally = new OverlapTally(options, thresholds);
  for (const { drawn, images, labelOf, chosen } of groups) {
    const draw = chosen[replicate] as number;
    const times = options.weighted === true ? draw : 1;
    for (let time = 0; time < times; time++)
      images.forEach((image, index) => {
        const labelling = options.weighted === true ? 0 : draw;
        const own = drawn[labelOf[index * (labelOf.length / images.length) + labelling] as number] as ShiftedPlanes;
        const pixels = options.targetHeight * options.targetWidth;
        tally.add(combineLabels({ planes: shifted(own, options) }, pixels), image);
      });
  }
  const { intersections, unitAreas, scopedAreas } = tally.read();
  const [concepts, categories] = [options.concepts.length, scopedAreas.length / options.units];
  return Array.from({ length: options.units }, (_, unit) => [
    ...intersections.subarray(unit * concepts, (unit + 1) * concepts),
    unitAreas[unit],
    ...scopedAreas.subarray(unit * categories, (unit + 1) * categories),
  ]).flat();
}

function countFiring(options: ReplicateOptions, thresholds: Float32Array, groups: readonly DrawnGroup[]): Uint32Array {
  const { units, height, width, targetHeight, targetWidth, compare } = options;
  const plan = planUpsampling(options);
  const firing = new Uint32Array(units * targetHeight * targetWidth);
  const size = height * width;
  for (const { images } of groups)
    for (const { units: kept, maps } of images)
      kept.forEach((unit, index) => {
        upsampleMap(plan, maps.subarray(index * size, (index + 1) * size)).forEach((value, pixel) => {
          const threshold = thresholds[unit] as number;
          const place = unit * targetHeight * targetWidth + pixel;
          if (compare === '>=' ? value >= threshold : value > threshold) firing[place] = (firing[place] as number) + 1;
        });
      });
  return firing;
}

describe(ReplicateTally, () => {
  it('gives for every replicate what counting its labelling image by image gives, and where units fire', () => {
    fc.assert(
      fc.property(cases, ({ options, thresholds, groups }) => {
        const tally = new ReplicateTally(options, thresholds);
        tally.add(groups.slice(1));
        tally.add(groups.slice(0, 1));
        const { sums, firing } = tally.take();
        for (let replicate = 0; replicate < options.replicates; replicate++)
          expect(sums.filter((_, at) => at % options.replicates === replicate)).toEqual(
            Uint32Array.from(countReplicate(options, thresholds, groups, replicate) as number[]),
          );
        expect(firing).toEqual(options.firing ? countFiring(options, thresholds, groups) : new Uint32Array());
        expect(tally.take().sums.every((sum) => sum === 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('counts a case done by hand', () => {
    // Two images whose labels can be exchanged; the unit is active at the right of the first alone.
    const tally = new ReplicateTally(
      { ...shape, units: 1, concepts: [3, 4], categories: [0, 0], replicates: 3 },
      Float32Array.of(0.5),
    );
    const labelled = [[0, 3, 0, 3] as const, [4, 4, 0, 3] as const].map((planes) => ({
      labels: combineLabels({ planes: Uint16Array.from(planes) }, 4),
      down: 0,
      right: 0,
    }));
    const image = { units: Uint32Array.of(0), maxima: Float32Array.of(1), maps: Float32Array.from([0, 1, 0, 1]) };
    const none = { units: new Uint32Array(), maxima: new Float32Array(), maps: new Float32Array() };
    tally.add([
      { images: [image, none], labelled, labelOf: Uint8Array.of(0, 1, 1, 0), chosen: Uint32Array.of(0, 1, 0) },
    ]);
    // Columns: concept 3, concept 4, all pixels; three replicates each.
    expect([...tally.take().sums]).toEqual([2, 1, 2, 0, 1, 0, 2, 2, 2]);
  });

  it('refuses what does not fit', () => {
    const options = { ...shape, units: 1, concepts: [3], categories: [0], replicates: 2 };
    const thresholds = new Float32Array(1);
    const tally = new ReplicateTally(options, thresholds);
    const none = { units: new Uint32Array(), maxima: new Float32Array(), maps: new Float32Array() };
    const labels = (...planes: number[]) => ({
      labels: combineLabels({ planes: Uint16Array.from(planes) }, planes.length),
      down: 0,
      right: 0,
    });
    const group = {
      images: [none],
      labelled: [labels(0, 0, 3, 3)],
      labelOf: Uint8Array.of(0),
      chosen: Uint32Array.of(0, 0),
    };
    expect(() => new ReplicateTally({ ...options, replicates: 0 }, thresholds)).toThrow('at least 1, got 0');
    expect(() => new ReplicateTally(options, new Float32Array(2))).toThrow('2 thresholds for 1 units');
    for (const wrong of [{ labelOf: Uint8Array.of(1) }, { labelOf: new Uint8Array(17) }, { chosen: Uint32Array.of(0) }])
      expect(() => {
        tally.add([{ ...group, ...wrong }]);
      }).toThrow('do not belong to these images');
    expect(() => {
      tally.add([{ ...group, labelled: [labels(9, 0, 0, 0)] }]);
    }).toThrow('label number 9 is none of the 1 concepts');
    expect(() => {
      tally.add([{ ...group, labelled: [labels(3, 3)] }]);
    }).toThrow('labels of 2 pixels, expected 4');
    expect(() => {
      tally.add([{ ...group, images: [{ ...none, units: Uint32Array.of(0) }] }]);
    }).toThrow('do not belong together');
    const many = new ReplicateTally({ ...options, weighted: true }, thresholds);
    expect(() => {
      many.add([{ ...group, chosen: Uint32Array.of(2 ** 30, 0) }]);
    }).toThrow('use fewer images');
    // Each replicate has 32 bits for itself.
    const apart = new ReplicateTally({ ...options, weighted: true }, thresholds);
    const most = 2 ** 30 - 1;
    apart.add([
      { ...group, chosen: Uint32Array.of(most, 0) },
      { ...group, chosen: Uint32Array.of(0, most) },
    ]);
    expect(() => {
      apart.add([{ ...group, chosen: Uint32Array.of(0, 1) }]);
    }).toThrow('use fewer images');
  });
});
