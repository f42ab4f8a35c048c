import { createRandom, kllRankError, planUpsampling, upsampleMap } from '@intermodel/numerics';
import { activationSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { EMPTY, from, lastValueFrom, map, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countShards, dissectionPresets, selectThresholds, sketchThresholds, type DissectionPreset } from '../index.ts';
import { upsamplingOptions } from '../presets/kernel-options.ts';
import { ThresholdSketches } from './threshold-sketches.ts';

const shape = { model: 'm', layer: 'l', units: 6, mapHeight: 3, mapWidth: 4, labelHeight: 9, labelWidth: 8 };
const perImage = shape.units * 12;

/** Normal activations; of the last units one is dead, one constant, and one NaN in the third image. */
const imagesOf = (count: number): Float32Array[] => {
  const random = createRandom(5);
  return Array.from({ length: count }, (_, image) =>
    Float32Array.from({ length: perImage }, (__, index) => {
      const value = random.normal();
      return [value, value, Math.max(0, value), 0, 1.5, image === 2 ? NaN : value][Math.floor(index / 12)] as number;
    }),
  );
};
/** Shards of five images; no image is announced, so that all their maps are kept. */
const shardsOf = (images: readonly Float32Array[], preset: DissectionPreset) => {
  const parts = Array.from({ length: Math.ceil(images.length / 5) }, (_, part) => images.slice(part * 5, part * 5 + 5));
  return from(
    parts.map((part) =>
      of(
        buildBatch(activationSchema(shape), {
          image: part.map(String),
          activations: Float32Array.from(part.flatMap((image) => [...image])),
          labels: { offsets: new Int32Array(part.length + 1), values: new Uint16Array() },
        }),
      ),
    ),
  ).pipe(
    countShards({ presets: [preset] }),
    map(({ histograms, kept }) => ({
      histogram: histograms[0] as (typeof histograms)[number],
      kept: () => Promise.resolve(kept),
    })),
  );
};
const rows = (batch: { toArray(): unknown[] }) => batch.toArray().map((row) => JSON.stringify(row));

describe(sketchThresholds, () => {
  it.each(Object.entries(dissectionPresets))(
    'equals the exact selection of %s while the sketch holds all values',
    async (_, published) => {
      const preset = { ...published, level: 0.9 };
      const shards = shardsOf(imagesOf(20), preset);
      const exact = await lastValueFrom(shards.pipe(selectThresholds({ preset })));
      const sketched = await lastValueFrom(shards.pipe(sketchThresholds({ preset, sketch: 4096 })));
      expect(rows(sketched)).toEqual(rows(exact));
      expect(sketched.toArray().map(({ condition }) => condition)).toEqual([
        ...['ordinary', 'ordinary', 'ordinary'],
        ...['dead', 'constant', 'invalid'],
      ]);
    },
  );

  it('keeps thresholds within the stated rank error of the level', async () => {
    const images = imagesOf(300);
    const preset = dissectionPresets['dissect-2020'];
    const thresholds = await lastValueFrom(shardsOf(images, preset).pipe(sketchThresholds({ preset, sketch: 200 })));
    const plan = planUpsampling(upsamplingOptions(shape, preset));
    for (let unit = 0; unit < 3; unit++) {
      const values = images.flatMap((image) => [...upsampleMap(plan, image.subarray(unit * 12, unit * 12 + 12))]);
      const threshold = thresholds.get(unit)?.threshold ?? NaN;
      const level = values.filter((value) => value <= threshold).length / values.length;
      expect(Math.abs(level - 0.99)).toBeLessThan(kllRankError(200));
    }
  });

  it('gives nothing without shards, and refuses maps of another size', async () => {
    const preset = dissectionPresets['dissect-2020'];
    expect(await lastValueFrom(EMPTY.pipe(sketchThresholds({ preset, sketch: 64 }), toArray()))).toEqual([]);
    expect(() => {
      new ThresholdSketches(shape, preset, 64).add(new Uint32Array(6), new Float32Array(5));
    }).toThrow(/expected 6 maps of 12 values/u);
  });
});
