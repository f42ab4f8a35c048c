import {
  activationSchema,
  type ActivationBatch,
  type UnitConceptOverlapBatch,
  type UnitHistogramBatch,
  type LabelPlanesBatch,
  type SelectedThresholdBatch,
  type OverlapCountBatch,
} from '@intermodel/schemas';
import { combineLabels } from '@intermodel/numerics';
import { buildBatch } from '@intermodel/streams';
import { dissectPlainly, randomWorlds, type DissectionWorld, type OracleUnit } from '@intermodel/testing';
import fc from 'fast-check';
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bestPerCategory,
  blankNumber,
  concludeDissection,
  countShards,
  dissectActivations,
  dissectionPresets,
  estimateThresholds,
  indexConcepts,
  labelPlanesBatch,
  matchConcepts,
  mergeOverlaps,
  packTable,
  packKeptMaps,
  passesGate,
  recountShard,
  selectThresholds,
  ShardsFallShort,
  tallyOverlaps,
  unpackTable,
  unpackKeptMaps,
  UnitThreads,
  type DissectionPreset,
  type DissectionResult,
  type KeptMaps,
} from './index.ts';

const worlds = randomWorlds(Object.values(dissectionPresets).map((preset) => ({ ...preset, score: 'iou' })));
const cuts = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });

// What the operators make of a world: the only places that know how they are called.
const thresholdsOf = (world: DissectionWorld, batches: readonly ActivationBatch[]) =>
  lastValueFrom(from(batches).pipe(estimateThresholds({ preset: world.preset, maximumImages: world.images.length })));
const matchesOf = ({ preset, vocabulary }: DissectionWorld, overlaps: readonly UnitConceptOverlapBatch[]) =>
  lastValueFrom(from(overlaps).pipe(matchConcepts({ preset, categories: indexConcepts(vocabulary).categoryNames })));
const dissectionOf = ({ preset, vocabulary, ignore, images }: DissectionWorld, batches: readonly ActivationBatch[]) =>
  lastValueFrom(from(batches).pipe(dissectActivations({ preset, vocabulary, ignore, maximumImages: images.length })));

describe('a dissection is what its definition says', () => {
  it('in one stream, however it is cut into batches', async () => {
    await hold(async (world, sizes) => {
      expectDefined(world, await dissectionOf(world, batchesOf(world, sizes)));
    });
  });

  it('stage by stage: thresholds, overlaps, matches, and the best of each category', async () => {
    await hold(async (world, sizes) => {
      const batches = batchesOf(world, sizes);
      const units = dissectPlainly(world);
      const thresholds = (await thresholdsOf(world, batches)).toArray();
      expect(thresholds.map(({ threshold }) => threshold)).toEqual(units.map(({ threshold }) => threshold));
      const { overlaps } = await dissectionOf(world, batches);
      expect(rowsOf(overlaps)).toEqual(units.flatMap(overlapRowsOf));
      const middle = Math.floor(overlaps.numRows / 2);
      for (const parts of [[overlaps], [overlaps.slice(0, middle), overlaps.slice(middle)]])
        expect(matchRowsOf(await matchesOf(world, parts))).toEqual(units.map(({ best }) => best));
      expect(
        bestPerCategory(overlaps, world.preset).map(({ unit, concept, category, iou }) => ({
          ...{ unit, concept, category },
          iou,
        })),
      ).toEqual(units.flatMap((each, unit) => each.bestPerCategory.map((best) => ({ unit, ...best }))));
    });
  });

  describe('by shards', () => {
    let threads: readonly UnitThreads[];
    beforeAll(() => {
      threads = [1, 2, 3].map((count) => new UnitThreads(count));
    });
    afterAll(async () => {
      await Promise.all(threads.map((each) => each.close()));
    });

    it('on any number of threads', async () => {
      await hold(async (world, sizes) => {
        for (const each of threads) expectDefined(world, await dissectShards(world, sizes, { threads: each }));
      }, 40);
    });

    it('through what is stored between the stages', async () => {
      await hold(async (world, sizes) => {
        expectDefined(world, await dissectShards(world, sizes, { stored: true }));
      });
    });

    it('for two presets at once, from the same maps', async () => {
      const others = fc.constantFrom(...Object.values(dissectionPresets));
      await fc.assert(
        fc.asyncProperty(worlds, cuts, others, fc.boolean(), async (world, sizes, other, first) => {
          fc.pre(dissectPlainly(world).every(({ pairs }) => pairs.length > 0));
          const beside = { ...other, level: 0.7 };
          expectDefined(
            world,
            await dissectShards(world, sizes, { beside: first ? [beside, 'own'] : ['own', beside] }),
          );
        }),
        { numRuns: 150 },
      );
    });

    it('from maps that were kept for another preset, or says which shards do not suffice', async () => {
      let [enough, short] = [0, 0];
      await fc.assert(
        fc.asyncProperty(worlds, cuts, async (world, sizes) => {
          fc.pre(dissectPlainly(world).every(({ pairs }) => pairs.length > 0));
          const { 'dissect-2020': fading, gandissect: clamped } = dissectionPresets;
          for (const keptFor of [fading, { ...clamped, level: 0.6 }, { ...world.preset, level: 0.99 }]) {
            try {
              expectDefined(world, await dissectShards(world, sizes, { keptFor, stored: true }));
              enough++;
            } catch (error) {
              if (!(error instanceof ShardsFallShort)) throw error;
              expect(error.shards.length).toBeGreaterThan(0);
              short++;
            }
          }
        }),
        { numRuns: 150 },
      );
      expect([enough > 20, short > 20]).toEqual([true, true]);
    });
  });
});

/** Holds a check over random worlds, and the error for those in which every concept is too rare. */
async function hold(check: (world: DissectionWorld, sizes: readonly number[]) => void | Promise<void>, numRuns = 150) {
  await fc.assert(
    fc.asyncProperty(worlds, cuts, async (world, sizes) => {
      if (dissectPlainly(world).every(({ pairs }) => pairs.length > 0)) await check(world, sizes);
      else await expect((async () => check(world, sizes))()).rejects.toMatchObject({ code: 'CONCEPTS_TOO_RARE' });
    }),
    { numRuns },
  );
}

function expectDefined(world: DissectionWorld, result: DissectionResult): void {
  const units = dissectPlainly(world);
  expect(result.thresholds.toArray().map(({ threshold, activeFraction }) => ({ threshold, activeFraction }))).toEqual(
    units.map(({ threshold, activeFraction }) => ({ threshold, activeFraction })),
  );
  expect(rowsOf(result.overlaps)).toEqual(units.flatMap(overlapRowsOf));
  expect(matchRowsOf(result.matches)).toEqual(units.map(({ best }) => best));
  expect(result.matches.toArray().map(({ iou, concept }) => concept !== '' && passesGate(iou, world.preset))).toEqual(
    units.map(({ detected }) => detected),
  );
  const count = (isCounted: (unit: OracleUnit) => boolean) => units.filter(isCounted).length;
  expect(result.conditions).toEqual(units.map(({ condition }) => condition));
  expect(result.images).toBe(world.images.length);
  expect(result.summary).toEqual({
    units: units.length,
    dead: count(({ condition }) => condition === 'dead'),
    constant: count(({ condition }) => condition === 'constant'),
    invalid: count(({ condition }) => condition === 'invalid'),
    neverActive: count(({ activeFraction }) => activeFraction === 0),
    detected: count(({ detected }) => detected),
  });
}

/** Rows that the table of overlaps has for a unit: pairs that overlap, or the first of all. */
function overlapRowsOf({ pairs }: OracleUnit, unit: number) {
  const overlapping = pairs.filter(({ intersection }) => intersection > 0);
  return (overlapping.length > 0 ? overlapping : pairs.slice(0, 1)).map(({ iou: _, ...counts }) => ({
    unit,
    ...counts,
  }));
}

function rowsOf(overlaps: UnitConceptOverlapBatch) {
  return overlaps.toArray().map(({ unit, concept, category, intersection, unitArea, conceptArea, pixels }) => ({
    ...{ unit, concept, category, intersection },
    ...{ unitArea, conceptArea, pixels },
  }));
}

function matchRowsOf(matches: DissectionResult['matches']) {
  return matches.toArray().map(({ concept, category, iou }) => ({ concept, category, iou }));
}

function shapeOf({ units, mapHeight, mapWidth, labelHeight, labelWidth }: DissectionWorld) {
  return { model: 'm', layer: 'l', units, mapHeight, mapWidth, labelHeight, labelWidth };
}

function planesOf({ planes }: DissectionWorld['images'][number]): Uint16Array {
  return Uint16Array.from(planes.flat());
}

/** Batches of the sizes given, in turn; also empty ones, as long as some are not. */
function batchesOf(world: DissectionWorld, sizes: readonly number[]): ActivationBatch[] {
  return cut(world.images, sizes).map((images) => {
    const offsets = [0];
    for (const { planes } of images) offsets.push((offsets.at(-1) as number) + planes.length);
    return buildBatch(activationSchema(shapeOf(world)), {
      image: images.map((_, index) => `i${String(index)}`),
      activations: Float32Array.from(images.flatMap(({ maps }) => maps.flat())),
      labels: {
        offsets: Int32Array.from(offsets),
        values: Uint16Array.from(images.flatMap(({ planes }) => planes.flat())),
      },
    });
  });
}

function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const parts: T[][] = [];
  for (let [at, turn] = [0, 0]; at < items.length; turn++) {
    const size = sizes.some((each) => each > 0) ? (sizes[turn % sizes.length] as number) : items.length;
    parts.push(items.slice(at, at + size));
    at += size;
  }
  return parts;
}

interface ShardRun {
  /** Threads that count. */
  readonly threads?: UnitThreads;
  /** Whether tables go through bytes between the stages. */
  readonly stored?: boolean;
  /** Preset that the maps are kept for; the counts of the world's own are then made from them. */
  readonly keptFor?: DissectionPreset;
  /** Presets that are counted at once, among them the world's own. */
  readonly beside?: readonly (DissectionPreset | 'own')[];
}

/** As a run does it: shards are counted, then thresholds and overlaps found from what was kept of them. */
async function dissectShards(
  world: DissectionWorld,
  sizes: readonly number[],
  { threads = new UnitThreads(1), stored = false, keptFor, beside = ['own'] }: ShardRun,
): Promise<DissectionResult> {
  const { preset, vocabulary, ignore, images } = world;
  const shape = shapeOf(world);
  const blank = blankNumber(preset, ignore);
  const cutUp = cut(images, sizes).filter((shard) => shard.length > 0);
  const shards = cutUp.map((shard) => from(batchesOf({ ...world, images: shard }, [1, 3])));
  const presets = beside.map((each) => (each === 'own' ? (keptFor ?? preset) : each));
  const counted = await lastValueFrom(
    from(shards).pipe(countShards({ presets, maximumImages: images.length }), toArray()),
  );
  const ready = await Promise.all(
    counted.map(async ({ histograms, kept: own }, place) => {
      const kept = stored ? await throughBytes(own) : own;
      const histogram =
        keptFor === undefined
          ? (histograms[beside.indexOf('own')] as (typeof histograms)[number])
          : recountShard(kept, preset);
      const labels = (cutUp[place] ?? []).map((image) =>
        combineLabels({ planes: planesOf(image), blank }, world.labelHeight * world.labelWidth),
      );
      const planes = labelPlanesBatch(shape, labels.map(String), labels);
      return {
        histogram: stored ? unpackTable<UnitHistogramBatch>(packTable(histogram)) : histogram,
        kept: () => Promise.resolve(kept),
        labels: () => Promise.resolve(stored ? unpackTable<LabelPlanesBatch>(packTable(planes)) : planes),
      };
    }),
  );
  const selected = await lastValueFrom(from(ready).pipe(selectThresholds({ preset, threads })));
  const thresholds = stored ? unpackTable<SelectedThresholdBatch>(packTable(selected)) : selected;
  return lastValueFrom(
    from(ready.reverse()).pipe(
      tallyOverlaps({ thresholds, vocabulary, ignore, preset, threads }),
      map((counts) => (stored ? unpackTable<OverlapCountBatch>(packTable(counts)) : counts)),
      mergeOverlaps(),
      concludeDissection({ thresholds, vocabulary, preset }),
    ),
  );
}

async function throughBytes(kept: KeptMaps): Promise<KeptMaps> {
  const { units, maps: pieces } = packKeptMaps(kept);
  const maps: Uint8Array[] = [];
  for await (const piece of pieces) maps.push(piece);
  return unpackKeptMaps({ units, maps: Buffer.concat(maps) });
}
