import { activationSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import fc from 'fast-check';
import { from, lastValueFrom, map, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { selectThresholds } from '../thresholds/select-thresholds.ts';
import { countShards } from './count-shards.ts';
import { keptBytes, keptImages, shrinkKeptMaps, type KeptMaps, type MapBounds } from './kept-maps.ts';
import { joinStrongest, packStrongest, unpackStrongest } from './strongest-images.ts';
import { TopActivations } from '@intermodel/numerics';

const shape = { model: 'm', layer: 'l', units: 3, mapHeight: 2, mapWidth: 2, labelHeight: 4, labelWidth: 4 };
const shards = fc.array(
  fc.array(fc.array(fc.constantFrom(0, 0, 0.5, 1, 2, -1, 3.25), { minLength: 12, maxLength: 12 }), {
    minLength: 1,
    maxLength: 5,
  }),
  { minLength: 1, maxLength: 4 },
);
const presets: readonly DissectionPreset[] = [
  { ...dissectionPresets['dissect-2020'], level: 0.9 },
  {
    ...dissectionPresets['dissect-2020'],
    level: 0.7,
    compare: '>=',
    upsampling: { ...dissectionPresets['dissect-2020'].upsampling, padding: 'clamp' },
  },
];
const batchOf = (images: readonly (readonly number[])[]) =>
  buildBatch(activationSchema(shape), {
    image: images.map(String),
    activations: Float32Array.from(images.flat()),
    labels: { offsets: new Int32Array(images.length + 1), values: new Uint16Array() },
  });

describe(shrinkKeptMaps, () => {
  it('drops maps under bounds that were proven since, and none that matters under any of the presets', async () => {
    await fc.assert(
      fc.asyncProperty(shards, async (drawn) => {
        let bounds: () => MapBounds = () => ({ bounds: new Float32Array(), keepEqual: false });
        const counted = await lastValueFrom(
          from(drawn.map((images) => of(batchOf(images)))).pipe(
            countShards({ presets, maximumImages: drawn.flat().length, onBounds: (now) => (bounds = now) }),
            toArray(),
          ),
        );
        for (const [place, preset] of presets.entries()) {
          const select = (kept: (own: KeptMaps) => KeptMaps) =>
            lastValueFrom(
              from(counted).pipe(
                map((shard) => ({
                  histogram: shard.histograms[place] as (typeof shard.histograms)[number],
                  kept: () => Promise.resolve(kept(shard.kept)),
                })),
                selectThresholds({ preset }),
              ),
            );
          const rows = (batch: { toArray(): unknown[] }) => batch.toArray().map((row) => JSON.stringify(row));
          expect(rows(await select((own) => shrinkKeptMaps(own, bounds())))).toEqual(rows(await select((own) => own)));
        }
        for (const { kept } of counted) {
          const shrunk = shrinkKeptMaps(kept, bounds());
          expect(keptBytes(shrunk)).toBeLessThanOrEqual(keptBytes(kept));
          const reached = keptImages(shrunk.maps).every(({ units, maxima }) =>
            units.every((unit, index) => (maxima[index] as number) >= (bounds().bounds[unit] as number)),
          );
          expect(reached).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe(joinStrongest, () => {
  it('finds over shards, through bytes, what one look at all images finds', async () => {
    await fc.assert(
      fc.asyncProperty(shards, fc.constantFrom('max' as const, 'mean' as const), async (drawn, pool) => {
        const strongest = { images: 2, pool };
        const counted = await lastValueFrom(
          from(drawn.map((images) => of(batchOf(images)))).pipe(countShards({ strongest }), toArray()),
        );
        const joined = joinStrongest(
          counted.map((shard, place) => ({
            strongest: unpackStrongest(packStrongest(shard.strongest as NonNullable<typeof shard.strongest>)),
            images: drawn[place]?.length ?? 0,
          })),
        );
        const whole = new TopActivations({ units: 3, mapSize: 4, ...strongest });
        drawn.flat().forEach((values, image) => {
          whole.add(image, Float32Array.from(values));
        });
        for (let unit = 0; unit < 3; unit++) expect(joined?.read(unit)).toEqual(whole.read(unit));
      }),
      { numRuns: 60 },
    );
  });
});
