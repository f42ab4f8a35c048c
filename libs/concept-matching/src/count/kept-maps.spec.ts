import { activationSchema, type UnitHistogramBatch, type StrongestImageBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import fc from 'fast-check';
import { from, lastValueFrom, map, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { estimateThresholds } from '../estimate-thresholds.ts';
import { selectThresholds, ShardsFallShort } from '../thresholds/select-thresholds.ts';
import { selectedThresholds } from '../thresholds/selected-thresholds.ts';
import { countShards } from './count-shards.ts';
import { keptBytes, keptImages, shrinkKeptMaps, type KeptMaps, type MapBounds } from './kept-maps.ts';
import { coversThresholds, recountShard } from './recount-shard.ts';
import { KnownCounts } from './known-counts.ts';
import { packTable, unpackTable } from '../stored-tables.ts';
import { JoinedStrongest } from './strongest-images.ts';
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
    padding: 'clamp',
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

describe('maps that just reach a bound', () => {
  /** A unit of which all values are 1.5, which is then its threshold and the bound that its images prove. */
  const count = async (compare: DissectionPreset['compare']) => {
    const preset = { ...(presets[1] as DissectionPreset), compare };
    const [counted] = await lastValueFrom(
      of(of(batchOf([new Array<number>(12).fill(1.5)]))).pipe(
        countShards({ presets: [preset], maximumImages: 1 }),
        toArray(),
      ),
    );
    if (counted === undefined) throw new Error('a shard was counted');
    return { preset, ...counted };
  };
  const thresholds = selectedThresholds({
    ...{ shape, thresholds: new Float32Array(3).fill(1.5), conditions: ['constant', 'constant', 'constant'] },
  });

  it('are asked for where equal values are active, and do not suffice where they were dropped', async () => {
    const [strict, inclusive] = [await count('>'), await count('>=')];
    expect([keptImages(strict.kept.maps).length, keptImages(inclusive.kept.maps).length]).toEqual([0, 1]);
    expect(coversThresholds(strict.kept, thresholds, strict.preset)).toBe(true);
    expect(coversThresholds(strict.kept, thresholds, inclusive.preset)).toBe(false);
    expect(coversThresholds(inclusive.kept, thresholds, inclusive.preset)).toBe(true);
    const shard = {
      histogram: recountShard(strict.kept, inclusive.preset),
      kept: () => Promise.resolve(strict.kept),
    };
    await expect(lastValueFrom(of(shard).pipe(selectThresholds({ preset: inclusive.preset })))).rejects.toThrow(
      ShardsFallShort,
    );
  });

  it('are known to be gone once a shard was shrunk without them', async () => {
    const { kept, preset } = await count('>=');
    const shrunk = shrinkKeptMaps(kept, { bounds: new Float32Array(3).fill(1.5), keepEqual: false });
    expect(keptImages(shrunk.maps)).toEqual([]);
    expect(coversThresholds(shrunk, thresholds, preset)).toBe(false);
    const whole = shrinkKeptMaps(kept, { bounds: new Float32Array(3).fill(1.5), keepEqual: true });
    expect(coversThresholds(whole, thresholds, preset)).toBe(true);
  });
});

describe('maps that were kept without zeros around', () => {
  it('do not suffice where zeros may raise those that were dropped', async () => {
    // All values are negative, so that under zeros the thresholds lie near the border, where maps fade.
    const [clamped, fading] = (['clamp', 'zeros'] as const).map((padding) => ({
      ...dissectionPresets['dissect-2020'],
      ...{ level: 0.8, padding },
    })) as [DissectionPreset, DissectionPreset];
    const images = Array.from({ length: 9 }, (_, image) => new Array<number>(12).fill(-1 - image));
    const [counted] = await lastValueFrom(
      of(of(batchOf(images))).pipe(countShards({ presets: [clamped], maximumImages: 9 }), toArray()),
    );
    if (counted === undefined) throw new Error('a shard was counted');
    expect(keptImages(counted.kept.maps).length).toBeLessThan(9);
    const exact = await lastValueFrom(of(batchOf(images)).pipe(estimateThresholds({ preset: fading })));
    expect(coversThresholds(counted.kept, exact, fading)).toBe(false);
    const shard = { histogram: recountShard(counted.kept, fading), kept: () => Promise.resolve(counted.kept) };
    await expect(lastValueFrom(of(shard).pipe(selectThresholds({ preset: fading })))).rejects.toThrow(ShardsFallShort);
  });
});

describe(countShards, () => {
  it('keeps fewer maps where shards are known already, and finds the same', async () => {
    let [less, more] = [0, 0];
    await fc.assert(
      fc.asyncProperty(shards, async (drawn) => {
        const [preset] = presets as [DissectionPreset];
        const maximumImages = drawn.flat().length;
        const count = (parts: typeof drawn, others: UnitHistogramBatch[] = []) =>
          lastValueFrom(
            from(parts.map((images) => of(batchOf(images)))).pipe(
              countShards({
                presets: [preset],
                maximumImages,
                others: [others.reduce((known, histogram) => known.add(histogram), new KnownCounts())],
              }),
              toArray(),
            ),
            { defaultValue: [] },
          );
        const known = await count(drawn.slice(0, 1));
        const after = await count(
          drawn.slice(1),
          known.flatMap(({ histograms }) => histograms),
        );
        const alone = await count(drawn.slice(1));
        const select = (counted: typeof known) =>
          lastValueFrom(
            from(counted).pipe(
              map(({ histograms: [histogram], kept }) => ({
                histogram: histogram as UnitHistogramBatch,
                kept: () => Promise.resolve(kept),
              })),
              selectThresholds({ preset }),
            ),
          );
        const rows = (batch: { toArray(): unknown[] }) => batch.toArray().map((row) => JSON.stringify(row));
        expect(rows(await select([...known, ...after]))).toEqual(rows(await select([...known, ...alone])));
        const bytes = (counted: typeof known) => counted.reduce((sum, { kept }) => sum + keptBytes(kept), 0);
        less += bytes(after);
        more += bytes(alone);
        expect(bytes(after)).toBeLessThanOrEqual(bytes(alone));
      }),
      { numRuns: 60 },
    );
    expect(less).toBeLessThan(more);
  });
});

describe(JoinedStrongest, () => {
  it('finds over shards, through bytes, what one look at all images finds', async () => {
    await fc.assert(
      fc.asyncProperty(shards, fc.constantFrom('max' as const, 'mean' as const), async (drawn, pool) => {
        const strongest = { images: 2, pool };
        const counted = await lastValueFrom(
          from(drawn.map((images) => of(batchOf(images)))).pipe(countShards({ strongest }), toArray()),
        );
        const joined = new JoinedStrongest();
        counted.forEach((shard, place) => {
          const bytes = packTable(shard.strongest as NonNullable<typeof shard.strongest>);
          joined.add(unpackTable<StrongestImageBatch>(bytes), drawn[place]?.length ?? 0);
        });
        const whole = new TopActivations({ units: 3, mapSize: 4, ...strongest });
        drawn.flat().forEach((values, image) => {
          whole.add(image, Float32Array.from(values));
        });
        for (let unit = 0; unit < 3; unit++) expect(joined.top?.read(unit)).toEqual(whole.read(unit));
      }),
      { numRuns: 60 },
    );
  });
});
