import { activationSchema, type ActivationBatch, type UnitConceptOverlapBatch } from '@intermodel/schemas';
import { combineLabels, OverlapTally, ShardJoin, type OverlapState } from '@intermodel/numerics';
import { buildBatch } from '@intermodel/streams';
import { dissectPlainly, randomWorlds, type DissectionWorld, type OracleUnit } from '@intermodel/testing';
import fc from 'fast-check';
import { from, lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivationDissection,
  bestPerCategory,
  dissectActivations,
  dissectionPresets,
  dissectionResult,
  estimateThresholds,
  indexConcepts,
  matchConcepts,
  overlapOptions,
  passesGate,
  selectionOptions,
  ShardCounter,
  tallyOverlaps,
  UnitThreads,
  type DissectionResult,
} from './index.ts';

const worlds = randomWorlds(Object.values(dissectionPresets));
const cuts = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });

// What the operators make of a world: the only places that know how they are called.
const thresholdsOf = (world: DissectionWorld, batches: readonly ActivationBatch[]) =>
  lastValueFrom(from(batches).pipe(estimateThresholds({ preset: world.preset, maximumImages: world.images.length })));
const overlapsOf = async (world: DissectionWorld, batches: readonly ActivationBatch[]) => {
  const { vocabulary, ignore, preset } = world;
  const thresholds = await thresholdsOf(world, batches);
  return lastValueFrom(from(batches).pipe(tallyOverlaps({ thresholds, vocabulary, ignore, preset })));
};
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
      const overlaps = await overlapsOf(world, batches);
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

  it('without any map kept, in passes', async () => {
    await hold((world) => {
      const { preset, vocabulary, ignore, images } = world;
      const dissection = new ActivationDissection({
        ...{ shape: shapeOf(world), preset, vocabulary, ignore },
        ...{ maximumImages: images.length, keep: 'forbid' },
      });
      do
        images.forEach((image, index) => {
          dissection.add(index, activationsOf(image), { planes: planesOf(image) });
        });
      while (dissection.endPass() === 'again');
      expectDefined(world, dissection.finish());
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
        for (const each of threads) expectDefined(world, await dissectShards(world, sizes, each));
      }, 40);
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

function activationsOf({ maps }: DissectionWorld['images'][number]): Float32Array {
  return Float32Array.from(maps.flat());
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

/** As a run does it: shards are counted, their counts joined, then thresholds and overlaps found on threads. */
async function dissectShards(
  world: DissectionWorld,
  sizes: readonly number[],
  threads: UnitThreads,
): Promise<DissectionResult> {
  const { preset, vocabulary, ignore, images } = world;
  const shape = shapeOf(world);
  const index = indexConcepts(vocabulary);
  const counter = new ShardCounter({ shape, selections: [selectionOptions(shape, preset, images.length)] });
  const shards = cut(images, sizes).map((shard) => {
    counter.add(shard.map(activationsOf));
    return { images: shard, ...counter.takeShard() };
  });
  const join = new ShardJoin();
  for (const { histograms } of shards) for (const histogram of histograms) join.add(histogram);
  let round = await threads.select(join.finish().state);
  while (round !== 'done') {
    for (const { kept } of shards) await threads.refine(kept.images);
    round = await threads.advance();
  }
  const selected = await threads.thresholds();
  const options = overlapOptions(shape, preset, index, ignore);
  await threads.open(options, selected.thresholds);
  const blank = preset.ignoredPixels === 'unlabelled' ? ignore : 0;
  const counts: OverlapState[] = [];
  for (const shard of shards) {
    const labels = shard.images.map((image) =>
      combineLabels({ planes: planesOf(image), blank }, world.labelHeight * world.labelWidth),
    );
    counts.push(await threads.tally(labels, shard.kept.images));
  }
  const tally = new OverlapTally(options, selected.thresholds);
  for (const state of counts) tally.merge(state);
  return dissectionResult(shape, preset, index, selected, tally.toState());
}
