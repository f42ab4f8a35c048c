import {
  activationSchema,
  unitConceptOverlapSchema,
  type ActivationShape,
  type UnitConceptOverlapBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, emptyBatch, InputError } from '@intermodel/streams';
import { unitMatchSchema } from '@intermodel/schemas';
import fc from 'fast-check';
import { EMPTY, from, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  bestPerCategory,
  dissectActivations,
  dissectionPreset,
  dissectionPresetNames,
  dissectionPresets,
  matchConcepts,
  passesGate,
  type DissectActivationsOptions,
  type DissectionPreset,
  type DissectionResult,
} from './index.ts';

const vocabulary = [
  { number: 1, name: 'sky', category: 'object' },
  { number: 2, name: 'red', category: 'color' },
  { number: 3, name: 'dog', category: 'object' },
];
const shape: ActivationShape = {
  model: 'm',
  layer: 'l',
  units: 4,
  mapHeight: 2,
  mapWidth: 3,
  labelHeight: 8,
  labelWidth: 9,
};
const pixels = shape.labelHeight * shape.labelWidth;

interface Image {
  readonly activations: Float32Array;
  readonly planes: Uint16Array;
}
const imageOf = fc.record({
  activations: fc
    .array(fc.constantFrom(0, 0, 0, 0.25, 0.5, 1, 2, -1, 3.3), { minLength: 24, maxLength: 24 })
    .map((values) => Float32Array.from(values)),
  planes: fc
    .array(fc.constantFrom(0, 0, 1, 2, 3), { minLength: pixels, maxLength: 2 * pixels })
    .map((values) => Uint16Array.from(values.slice(0, values.length < 2 * pixels ? pixels : 2 * pixels))),
});
const images = fc.array(imageOf, { minLength: 1, maxLength: 12 });

const dissect = (all: readonly Image[], options: Partial<DissectActivationsOptions> = {}, layer = shape) =>
  lastValueFrom(
    from(all.map((image) => batchOf(image, layer))).pipe(
      dissectActivations({ vocabulary, maximumImages: all.length, ...options }),
    ),
  );
const batchOf = ({ activations, planes }: Image, layer: ActivationShape) =>
  buildBatch(activationSchema(layer), {
    image: ['i'],
    activations,
    labels: { offsets: Int32Array.of(0, planes.length / (layer.labelHeight * layer.labelWidth)), values: planes },
  });
const rows = ({ thresholds, overlaps, matches }: DissectionResult) =>
  [thresholds, overlaps, matches].map((batch) => batch.toArray().map((row) => JSON.stringify(row)));

describe(dissectActivations, () => {
  it('gives the same bytes for any order, and whatever number of images was announced', async () => {
    await fc.assert(
      fc.asyncProperty(images, async (all) => {
        const expected = rows(await dissect(all));
        expect(rows(await dissect([...all].reverse()))).toEqual(expected);
        expect(rows(await dissect(all, { maximumImages: all.length + 5 }))).toEqual(expected);
        expect(rows(await dissect(all, { maximumImages: Infinity }))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('tells dead, constant, saturated and invalid units apart, and matches none of them', async () => {
    const flat: ActivationShape = { ...shape, mapHeight: 1, mapWidth: 2, labelHeight: 1, labelWidth: 2 };
    const preset = {
      ...dissectionPresets['dissect-2020'],
      level: 0.5,
      padding: 'clamp' as const,
    };
    const all = [0, 6, 6].map((last) => ({
      activations: Float32Array.of(0, 0, 5, 5, Number.NaN, 1, last, 6),
      planes: Uint16Array.of(1, 2),
    }));
    const { conditions, summary, thresholds, matches } = await dissect(all, { preset }, flat);
    expect(conditions).toEqual(['dead', 'constant', 'invalid', 'ordinary']);
    expect(summary).toEqual({ units: 4, dead: 1, constant: 1, invalid: 1, neverActive: 4, detected: 0 });
    expect(thresholds.get(2)?.threshold).toBeNaN();
    expect(matches.toArray().map(({ concept, iou }) => [concept, iou])).toEqual(
      Array.from({ length: 4 }, () => ['', null]),
    );
  });

  it('leaves ignored pixels out of every area only where the preset says so', async () => {
    const image = {
      activations: Float32Array.from({ length: 24 }, (_, index) => index % 6),
      planes: Uint16Array.from({ length: pixels }, (_, pixel) => (pixel % 3 === 0 ? 255 : 1)),
    };
    const counted = async (ignoredPixels: DissectionPreset['ignoredPixels']) => {
      const preset = { ...dissectionPresets['dissect-2020'], level: 0.5, ignoredPixels };
      return (await dissect([image], { ignore: 255, preset })).overlaps.get(0)?.pixels;
    };
    expect(await counted('unlabelled')).toBe(pixels);
    expect(await counted('left-out')).toBe((pixels * 2) / 3);
  });

  it('refuses an empty vocabulary, and concepts that are all too rare', async () => {
    const image = { activations: new Float32Array(24).fill(1), planes: new Uint16Array(pixels).fill(1) };
    await expect(dissect([image], { vocabulary: [] })).rejects.toThrow(InputError);
    await expect(dissect([image], { preset: dissectionPresets['netdissect-2017'] })).rejects.toThrow(
      /no concept is as frequent/u,
    );
  });
});

describe(matchConcepts, () => {
  const overlaps = (
    counts: readonly (readonly [
      unit: number,
      concept: string,
      category: string,
      intersection: number,
      unitArea: number,
      conceptArea: number,
    ])[],
  ): UnitConceptOverlapBatch =>
    buildBatch(unitConceptOverlapSchema, {
      model: counts.map(() => 'm'),
      layer: counts.map(() => 'l'),
      unit: counts.map(([unit]) => unit),
      concept: counts.map(([, concept]) => concept),
      category: counts.map(([, , category]) => category),
      intersection: counts.map((row) => row[3]),
      unitArea: counts.map((row) => row[4]),
      conceptArea: counts.map((row) => row[5]),
      pixels: counts.map(() => 100),
    });
  const match = async (batches: readonly UnitConceptOverlapBatch[], preset: Partial<DissectionPreset> = {}) =>
    (
      await lastValueFrom(
        from(batches).pipe(matchConcepts({ preset: { ...dissectionPresets['dissect-2020'], ...preset } })),
      )
    )
      .toArray()
      .map(({ unit, concept, iou }) => [unit, concept, iou]);

  it('takes the greatest IoU, of equals the first, and none for units that are never active or overlap nothing', async () => {
    const batch = overlaps([
      [0, 'sky', 'object', 4, 10, 10],
      [0, 'red', 'color', 5, 10, 10],
      [1, 'sky', 'object', 5, 10, 10],
      [1, 'red', 'color', 5, 10, 10],
      [2, 'sky', 'object', 0, 0, 10],
      [3, 'sky', 'object', 0, 7, 10],
    ]);
    const expected = [
      [0, 'red', 5 / 15],
      [1, 'sky', 5 / 15],
      [2, '', null],
      [3, '', 0],
    ];
    expect(await match([batch])).toEqual(expected);
    expect(await match([batch.slice(0, 3), emptyBatch(unitConceptOverlapSchema), batch.slice(3)])).toEqual(expected);
  });

  it('breaks ties as the preset says: the later category wins under per-category', async () => {
    expect(
      await match(
        [
          overlaps([
            [0, 'sky', 'object', 5, 10, 10],
            [0, 'red', 'color', 5, 10, 10],
          ]),
        ],
        { matchScope: 'per-category' },
      ),
    ).toEqual([[0, 'red', 5 / 15]]);
  });

  it('emits one empty batch for an empty source, and refuses another table', async () => {
    expect((await lastValueFrom(EMPTY.pipe(matchConcepts()))).numRows).toBe(0);
    await expect(
      lastValueFrom(of(emptyBatch(unitMatchSchema) as unknown as UnitConceptOverlapBatch).pipe(matchConcepts())),
    ).rejects.toThrow(BatchSchemaError);
  });
});

describe('presets', () => {
  it('fix every choice, and name the nearest for an unknown one', () => {
    expect(dissectionPresetNames).toEqual(['dissect-2020', 'netdissect-2017', 'netdissect-lite', 'gandissect']);
    expect(dissectionPreset('gandissect')).toMatchObject({
      level: 0.995,
      score: 'iou',
      gate: 0.05,
      minimumQuality: 0.01,
    });
    expect(() => dissectionPreset('netdissect')).toThrow(/Did you mean "netdissect-2017"/u);
  });

  it('gate strictly or not, and never pass a unit without IoU or concept', () => {
    expect(passesGate(0.04, dissectionPresets['dissect-2020'])).toBe(false);
    expect(passesGate(0.04, dissectionPresets['netdissect-2017'])).toBe(true);
    const open = { gate: 0, compareGate: '>=' as const };
    expect([null, NaN, 0, 1e-9].map((iou) => passesGate(iou, open))).toEqual([false, false, false, true]);
  });
});

describe(bestPerCategory, () => {
  const table = (
    pairs: readonly (readonly [unit: number, concept: string, category: string, intersection: number])[],
  ): UnitConceptOverlapBatch =>
    buildBatch(unitConceptOverlapSchema, {
      ...{ model: pairs.map(() => 'm'), layer: pairs.map(() => 'l'), unit: Int32Array.from(pairs, ([unit]) => unit) },
      ...{
        concept: pairs.map(([, concept]) => concept),
        category: pairs.map(([, , category]) => category),
        intersection: Float64Array.from(pairs, ([, , , intersection]) => intersection),
      },
      ...{
        unitArea: new Float64Array(pairs.length).fill(10),
        conceptArea: new Float64Array(pairs.length).fill(20),
        pixels: new Float64Array(pairs.length).fill(1000),
      },
    });

  it('takes the first of the best within each category, by unit and name of the category', () => {
    const overlaps = table([
      [0, 'sky', 'object', 5],
      [0, 'red', 'color', 1],
      [0, 'dog', 'object', 5],
      [0, 'cat', 'object', 2],
      [1, 'sky', 'object', 0],
      [2, 'dog', 'object', 10],
    ]);
    expect(
      bestPerCategory(overlaps, dissectionPresets['dissect-2020']).map(({ unit, category, concept, iou }) => [
        unit,
        category,
        concept,
        iou,
      ]),
    ).toEqual([
      [0, 'color', 'red', 1 / 29],
      [0, 'object', 'sky', 5 / 25],
      [2, 'object', 'dog', 10 / 20],
    ]);
  });

  it('leaves out what lacks the quality that the preset demands, and agrees with the best of all', async () => {
    const overlaps = table([
      [0, 'sky', 'object', 1],
      [0, 'red', 'color', 9],
    ]);
    expect(
      bestPerCategory(overlaps, { ...dissectionPresets.gandissect, minimumQuality: 0.05 }).map(
        ({ concept }) => concept,
      ),
    ).toEqual(['red']);
    await fc.assert(
      fc.asyncProperty(images, async (all) => {
        const { overlaps: counted, matches } = await dissect(all);
        const best = bestPerCategory(counted, dissectionPresets['dissect-2020']);
        matches.toArray().forEach(({ unit, concept, iou }) => {
          const own = best.filter((match) => match.unit === unit);
          if (concept === '') expect(own).toEqual([]);
          else expect(own.find((match) => match.concept === concept)?.iou).toBe(iou);
          for (const match of own) expect(match.iou).toBeLessThanOrEqual(iou);
        });
      }),
      { numRuns: 40 },
    );
  });
});
