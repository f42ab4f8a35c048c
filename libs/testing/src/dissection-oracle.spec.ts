import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dissectPlainly } from './dissection-oracle.ts';
import type { DissectionWorld, OraclePreset } from './dissection-world.ts';
import { randomWorlds } from './random-worlds.ts';

const preset: OraclePreset = {
  ...{ level: 0.5, rule: 'hazen', values: 'upsampled', compare: '>', ignoredPixels: 'unlabelled' },
  ...{ padding: 'zeros', alignment: 'half-pixel', labelGrid: { width: 2, height: 2 }, score: 'iou' },
  ...{ areaScope: 'category-in-image', epsilon: 0, matchScope: 'global', gate: 0.5, compareGate: '>=' },
  ...{ minimumQuality: 0, minimumImages: 0, minimumCoverage: 0 },
};
const world: DissectionWorld = {
  ...{ units: 1, mapHeight: 2, mapWidth: 2, labelHeight: 2, labelWidth: 2, ignore: 255, preset },
  vocabulary: [
    { number: 1, name: 'sky', category: 'object' },
    { number: 2, name: 'red', category: 'color' },
  ],
  images: [
    {
      maps: [[0, 1, 2, 7]],
      planes: [
        [0, 0, 1, 1],
        [2, 2, 2, 255],
      ],
    },
    {
      maps: [[3, 4, 5, 6]],
      planes: [
        [0, 0, 0, 0],
        [0, 2, 0, 2],
      ],
    },
  ],
};
const dissect = (changes: Partial<OraclePreset> = {}, others: Partial<DissectionWorld> = {}) =>
  dissectPlainly({ ...world, ...others, preset: { ...preset, ...changes } })[0];

describe(dissectPlainly, () => {
  it('gives what was computed by hand', () => {
    // Values 0..7: level 0.5 of 8 is position 3.5, between 3 and 4; active are 4, 5, 6 and 7.
    expect(dissect()).toEqual({
      threshold: 3.5,
      condition: 'ordinary',
      activeFraction: 0.5,
      pairs: [
        { concept: 'sky', category: 'object', intersection: 1, unitArea: 1, conceptArea: 2, pixels: 4, iou: 0.5 },
        { concept: 'red', category: 'color', intersection: 2, unitArea: 4, conceptArea: 5, pixels: 8, iou: 2 / 7 },
      ],
      best: { concept: 'sky', category: 'object', iou: 0.5 },
      detected: true,
      bestPerCategory: [
        { concept: 'red', category: 'color', iou: 2 / 7 },
        { concept: 'sky', category: 'object', iou: 0.5 },
      ],
    });
  });

  it('changes with each choice as that choice says', () => {
    expect(dissect({ compareGate: '>' })?.detected).toBe(false);
    expect(dissect({ areaScope: 'all' })?.best.iou).toBe(2 / 7);
    expect(dissect({ epsilon: 1 })?.best.iou).toBe(1 / 3);
    expect(dissect({ rule: 'linear', level: 3 / 7 })?.threshold).toBe(3);
    expect(dissect({ rule: 'linear', level: 3 / 7, compare: '>=' })?.activeFraction).toBe(5 / 8);
    expect(dissect({ rule: 'inverted-cdf' })?.threshold).toBe(3);
    // The pixel of the 7 is not judged, so that sky has one pixel and none of it active.
    expect(dissect({ ignoredPixels: 'left-out' })?.pairs[0]).toMatchObject({
      intersection: 0,
      conceptArea: 1,
      pixels: 3,
    });
    expect(dissect({ minimumImages: 2 })?.best.concept).toBe('red');
    expect(dissect({ minimumCoverage: 1 })?.pairs.map(({ concept }) => concept)).toEqual(['red']);
    // "Sky" tells half of the pixels of its image: I = 0.2158, H = 1.0397 nats.
    expect(dissect({ minimumQuality: 0.207 })?.best.concept).toBe('sky');
    expect(dissect({ minimumQuality: 0.208 })?.best).toEqual({ concept: '', category: '', iou: 0 });
  });

  it('fades maps at their border, or repeats it', () => {
    // Centres of the columns at -0.25, 0.25, 0.75 and 1.25 of the map.
    const wide = { mapHeight: 1, labelHeight: 1, labelWidth: 4, images: [{ maps: [[8, 16]], planes: [] }] };
    const last = { rule: 'linear', level: 1 } as const;
    const first = { rule: 'linear', level: 0 } as const;
    expect([dissect(first, wide)?.threshold, dissect(last, wide)?.threshold]).toEqual([6, 14]);
    const padding = 'clamp';
    expect(dissect({ ...first, padding }, wide)?.threshold).toBe(8);
    expect(dissect({ ...last, padding }, wide)?.threshold).toBe(16);
  });

  it('breaks a tie by number, or by the later category', () => {
    const tie = {
      images: [
        {
          maps: [[0, 0, 1, 1]],
          planes: [
            [0, 0, 1, 1],
            [0, 0, 2, 2],
          ],
        },
      ],
    };
    expect(dissect({}, tie)?.best.concept).toBe('sky');
    expect(dissect({ matchScope: 'per-category' }, tie)?.best.concept).toBe('red');
  });
});

describe(randomWorlds, () => {
  it('draws units of every condition, ties, concepts too rare, images without labels, and IoU at the gate', () => {
    const drawn = fc.sample(randomWorlds([preset, { ...preset, minimumImages: 10 }]), { numRuns: 400, seed: 1 });
    const units = drawn.flatMap((each) => dissectPlainly(each).map((unit) => ({ ...unit, preset: each.preset })));
    expect(new Set(units.map(({ condition }) => condition)).size).toBe(4);
    const best = ({ pairs }: (typeof units)[number]) => Math.max(0, ...pairs.map(({ iou }) => iou));
    expect(units.some((unit) => unit.pairs.filter(({ iou }) => iou > 0 && iou === best(unit)).length > 1)).toBe(true);
    expect(units.some((unit) => unit.best.iou === unit.preset.gate && best(unit) > 0)).toBe(true);
    expect(units.some(({ pairs }) => pairs.length === 0)).toBe(true);
    expect(units.some(({ detected }) => detected)).toBe(true);
    expect(drawn.some(({ images }) => images.some(({ planes }) => planes.length === 0))).toBe(true);
  });
});
