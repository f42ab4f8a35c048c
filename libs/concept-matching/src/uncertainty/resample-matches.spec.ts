import { drawBlockWeights, jackknifeAcceleration } from '@intermodel/numerics';
import { unitMatchSchema, unitReplicateFacts, type UnitReplicateBatch } from '@intermodel/schemas';
import { arrowFileBytes, BatchSchemaError, emptyBatch } from '@intermodel/streams';
import { dissectPlainly, randomWorlds, type DissectionWorld, type WorldImage } from '@intermodel/testing';
import fc from 'fast-check';
import { EMPTY, from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dissectWorld } from '../fixtures/dissect-world.ts';
import { dissectionPresets, UnitThreads, type LabelledShard } from '../index.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { BlockWeights } from './block-weights.ts';
import { cutBlocks, groupByBlock } from './image-blocks.ts';
import { candidateCount, redrawThresholds } from './redrawn-thresholds.ts';
import { resampleMatches, type ResampleMatchesOptions } from './resample-matches.ts';

const worlds = randomWorlds(Object.values(dissectionPresets).map((preset) => ({ ...preset, score: 'iou' }))).filter(
  (world) => dissectPlainly(world).every(({ pairs }) => pairs.length > 0),
);
const seeds = fc.nat({ max: 1000 });

const resample = (shards: readonly LabelledShard[], options: ResampleMatchesOptions): Promise<UnitReplicateBatch[]> =>
  lastValueFrom(from(shards).pipe(resampleMatches(options), toArray()));

/** Rows with the names of concepts. */
const rowsOf = (batch: UnitReplicateBatch) => {
  const names = unitReplicateFacts(batch.schema)?.concepts ?? [];
  return batch.toArray().map(({ iou, acceleration, ious, concepts, scores }) => ({
    iou,
    acceleration,
    ious: [...ious] as number[],
    best: ([...concepts] as number[]).map((place, replicate) => ({
      concept: names[place]?.concept ?? '',
      category: names[place]?.category ?? '',
      iou: scores.get(replicate) as number,
    })),
  }));
};

const namesOf = ({ images }: DissectionWorld) => images.map((_, index) => `i${String(index)}`);

/** The world with the images of a replicate, each as often as its block is drawn. */
function redrawnImages(world: DissectionWorld, weights: Uint32Array, blocks: number): DissectionWorld {
  const { of } = cutBlocks(namesOf(world), blocks);
  return {
    ...world,
    images: world.images.flatMap((image, index) =>
      Array<WorldImage>(weights[of.get(`i${String(index)}`) as number] as number).fill(image),
    ),
  };
}

/** Share of the values of each unit that thresholds are quantiles of, which is above one. */
function sharesAbove(world: DissectionWorld, thresholds: readonly number[]): number[] {
  const { preset, mapHeight, mapWidth, images } = world;
  const grid = preset.values === 'raw' ? { labelHeight: mapHeight, labelWidth: mapWidth } : {};
  const unlabelled = images.map(({ maps }) => ({ maps, planes: [] }));
  return dissectPlainly({ ...world, ...grid, images: unlabelled }, thresholds).map(
    ({ activeFraction }) => activeFraction,
  );
}

describe(resampleMatches, () => {
  let threads: readonly UnitThreads[];
  beforeAll(() => {
    threads = [new UnitThreads(1), new UnitThreads(3)];
  });
  afterAll(async () => {
    await Promise.all(threads.map((each) => each.close()));
  });

  it('finds what dissecting the images of every replicate under the same thresholds finds', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, seeds, fc.integer({ min: 1, max: 14 }), async (world, seed, most) => {
        const { shards, options } = await dissectWorld(world, 5);
        const whole = dissectPlainly(world);
        const thresholds = whole.map(({ threshold }) => threshold);
        const [batch] = await resample(shards, { ...options, rounds: [{ first: 0, count: 4 }], blocks: most, seed });
        if (batch === undefined) throw new Error('no replicates');
        const rows = rowsOf(batch);
        const blocks = Math.min(most, world.images.length);
        expect(unitReplicateFacts(batch.schema)).toMatchObject({ blocks, images: world.images.length, first: 0 });
        const drawn = drawBlockWeights({ blocks, first: 0, count: 4, seed });
        const pairOf = (units: typeof whole, unit: number) => {
          const best = whole[unit]?.best;
          return units[unit]?.pairs.find(
            ({ concept, category }) => concept === best?.concept && category === best.category,
          );
        };
        for (let replicate = 0; replicate < 4; replicate++) {
          const weights = drawn.subarray(replicate * blocks, (replicate + 1) * blocks);
          const again = dissectPlainly(redrawnImages(world, weights, most), thresholds);
          expect(rows.map(({ best }) => best[replicate])).toEqual(
            again.map(({ best }) => ({ ...best, iou: best.iou ?? 0 })),
          );
          rows.forEach(({ ious }, unit) => {
            const pair = pairOf(again, unit);
            // A concept that became too rare is no pair any more; its IoU is asked for all the same.
            if (pair !== undefined)
              expect(ious[replicate]).toBe(pair.unitArea + pair.conceptArea === 0 ? Number.NaN : pair.iou);
          });
        }
        rows.forEach(({ iou, ious, acceleration }, unit) => {
          const { best } = whole[unit] ?? {};
          expect(iou).toBe(best?.concept === '' ? null : best?.iou);
          if (best?.concept === '') expect([acceleration, ...ious]).toEqual([null, NaN, NaN, NaN, NaN]);
        });
      }),
      { numRuns: 120 },
    );
  });

  it('finds, above thresholds of its own, what dissecting the images of every replicate finds', async () => {
    let [rounded, moved] = [0, 0];
    await fc.assert(
      fc.asyncProperty(worlds, seeds, fc.integer({ min: 2, max: 14 }), async (world, seed, most) => {
        const { shards, options, nearby } = await dissectWorld(world, 5);
        const count = 6;
        const [batch] = await resample(shards, {
          ...options,
          nearby,
          rounds: [{ first: 0, count }],
          blocks: most,
          seed,
        });
        if (batch === undefined) throw new Error('no replicates');
        const blocks = cutBlocks(namesOf(world), most);
        const weights = drawBlockWeights({ blocks: blocks.count, first: 0, count, seed });
        const redrawn = await redrawThresholds(shards, {
          ...{ ...options, nearby, blocks, threads: new UnitThreads(1), megabytes: 64 },
          onPass: () => undefined,
        });
        const chosen = redrawn.choose(new BlockWeights(weights, blocks.count));
        const candidates = Array.from(
          { length: candidateCount },
          (_, at) =>
            readSelectedThresholds(
              '',
              redrawn.candidate(at, () => true),
            ).thresholds,
        );
        const rows = rowsOf(batch);
        for (let replicate = 0; replicate < count; replicate++) {
          const own = redrawnImages(
            world,
            weights.subarray(replicate * blocks.count, (replicate + 1) * blocks.count),
            most,
          );
          const thresholds = rows.map(
            (_, unit) => candidates[chosen[unit * count + replicate] as number]?.[unit] as number,
          );
          expect(rows.map(({ best }) => best[replicate])).toEqual(
            dissectPlainly(own, thresholds).map(({ best }) => ({ ...best, iou: best.iou ?? 0 })),
          );
          // Above no other candidate lies a share of the values that is nearer to the wanted one.
          const away = (each: ArrayLike<number>) =>
            sharesAbove(own, Array.from(each)).map((share) => Math.abs(share - (1 - world.preset.level)));
          const all = candidates.map(away);
          expect(away(thresholds)).toEqual(
            rows.map((_, unit) => Math.min(...all.map((shares) => shares[unit] as number))),
          );
          rounded += rows.length;
          moved += rows.filter((_, unit) => chosen[unit * count + replicate] !== 0).length;
        }
      }),
      { numRuns: 60 },
    );
    expect([moved > 0, moved < rounded]).toEqual([true, true]);
  });

  it('counts a case done by hand', async () => {
    // Above its threshold the unit covers a whole of the first image, where sky is on half, and nothing of the second,
    // which is half sky and half red; the third is active on one pixel of four, which is red.
    const world: DissectionWorld = {
      ...{ units: 1, mapHeight: 2, mapWidth: 2, labelHeight: 2, labelWidth: 2, ignore: 0 },
      vocabulary: [
        { number: 1, name: 'sky', category: 'object' },
        { number: 2, name: 'red', category: 'color' },
      ],
      preset: {
        ...dissectionPresets['dissect-2020'],
        ...{ score: 'iou', level: 0.5, rule: 'linear', minimumImages: 0, minimumCoverage: 0 },
        labelGrid: { width: 2, height: 2 },
      },
      images: [
        { maps: [[5, 5, 5, 5]], planes: [[1, 1, 0, 0]] },
        { maps: [[0, 0, 0, 0]], planes: [[1, 1, 2, 2]] },
        { maps: [[0, 0, 0, 5]], planes: [[0, 0, 0, 2]] },
      ],
    };
    const { shards, options } = await dissectWorld(world, 2);
    const [batch] = await resample(shards, { ...options, rounds: [{ first: 0, count: 200 }] });
    if (batch === undefined) throw new Error('no replicates');
    const [row] = rowsOf(batch);
    // All: active 5, sky 4, both 2; red 3, both 1.
    expect(row?.iou).toBe(2 / (5 + 4 - 2));
    const { of } = cutBlocks(namesOf(world), 200);
    const drawn = drawBlockWeights({ blocks: 3, first: 0, count: 200, seed: 0 });
    const places = ['i0', 'i1', 'i2'].map((name) => of.get(name) as number);
    for (let replicate = 0; replicate < 200; replicate++) {
      const [a, b, c] = places.map((place) => drawn[replicate * 3 + place] as number) as [number, number, number];
      const sky = (2 * a) / (4 * a + c + (2 * a + 2 * b) - 2 * a);
      const red = c / (4 * a + c + (2 * b + c) - c);
      expect(row?.ious[replicate]).toBe(sky);
      expect(row?.best[replicate]).toEqual(
        a === 0 && c === 0
          ? { concept: '', category: '', iou: 0 }
          : red > sky
            ? { concept: 'red', category: 'color', iou: red }
            : { concept: 'sky', category: 'object', iou: sky },
      );
    }
    // Each of them happens.
    expect(new Set(row?.best.map(({ concept }) => concept))).toEqual(new Set(['sky', 'red', '']));
    const jackknife = [0, 2 / (5 + 2 - 2), 2 / (4 + 4 - 2)];
    expect(row?.acceleration).toBeCloseTo(jackknifeAcceleration(Float64Array.from(jackknife)), 12);
  });

  it('leaves out one block after the other for the acceleration', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer({ min: 2, max: 14 }), async (world, most) => {
        const lenient = { ...world, preset: { ...world.preset, minimumImages: 0, minimumCoverage: 0 } };
        const { shards, options } = await dissectWorld(lenient, 4);
        const [batch] = await resample(shards, { ...options, rounds: [{ first: 0, count: 1 }], blocks: most });
        if (batch === undefined) throw new Error('no replicates');
        const whole = dissectPlainly(lenient);
        const thresholds = whole.map(({ threshold }) => threshold);
        const blocks = Math.min(most, world.images.length);
        fc.pre(blocks > 1);
        const without = Array.from({ length: blocks }, (_, left) =>
          dissectPlainly(
            redrawnImages(
              lenient,
              Uint32Array.from({ length: blocks }, (_each, block) => Number(block !== left)),
              most,
            ),
            thresholds,
          ),
        );
        rowsOf(batch).forEach(({ acceleration }, unit) => {
          const { best } = whole[unit] ?? {};
          if (best === undefined || best.concept === '') return;
          const jackknife = without.map((units) => {
            const pair = units[unit]?.pairs.find(
              ({ concept, category }) => concept === best.concept && category === best.category,
            );
            return pair === undefined || pair.unitArea + pair.conceptArea === 0 ? Number.NaN : pair.iou;
          });
          expect(acceleration).toBe(jackknifeAcceleration(Float64Array.from(jackknife)));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bytes for any shards, in any order, on any number of threads, in any memory', async () => {
    const bytes = (batches: readonly UnitReplicateBatch[]) =>
      batches.map((batch) => Buffer.from(arrowFileBytes(batch.schema, [batch])).toString('base64'));
    await fc.assert(
      fc.asyncProperty(worlds, seeds, fc.boolean(), async (world, seed, redraws) => {
        const { shards, nearby, ...whole } = await dissectWorld(world, 64);
        const options = { ...whole.options, rounds: [{ first: 0, count: 5 }], seed, ...(redraws ? { nearby } : {}) };
        const expected = bytes(await resample(shards, options));
        for (const each of threads)
          expect(bytes(await resample(shards, { ...options, threads: each, megabytes: 1e-5 }))).toEqual(expected);
        const cut = await dissectWorld(world, 2);
        expect(bytes(await resample(cut.shards.toReversed(), options))).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('draws further replicates without those before, and others for another seed', async () => {
    const [world] = fc.sample(
      worlds.filter(({ images, units }) => images.length > 8 && units > 2),
      { numRuns: 1, seed: 3 },
    );
    if (world === undefined) throw new Error('no world');
    const { shards, options } = await dissectWorld(world, 16);
    const drawn = async (rounds: ResampleMatchesOptions['rounds'], seed = 0) =>
      (await resample(shards, { ...options, rounds, seed })).map((batch) => rowsOf(batch).map(({ best }) => best));
    const [whole] = await drawn([{ first: 0, count: 20 }]);
    const [start, rest] = await drawn([
      { first: 0, count: 13 },
      { first: 13, count: 7 },
    ]);
    expect(start?.map((unit, index) => [...unit, ...(rest?.[index] ?? [])])).toEqual(whole);
    expect(await drawn([{ first: 13, count: 7 }])).toEqual([rest]);
    expect(await drawn([{ first: 0, count: 20 }], 1)).not.toEqual([whole]);
  });

  it('gives nothing for an empty source, and refuses matches of other units', async () => {
    const [world] = fc.sample(worlds, { numRuns: 1, seed: 1 });
    if (world === undefined) throw new Error('no world');
    const { shards, options } = await dissectWorld(world, 16);
    const rounds = [{ first: 0, count: 1 }];
    expect(await lastValueFrom(EMPTY.pipe(resampleMatches({ ...options, rounds }), toArray()))).toEqual([]);
    await expect(resample(shards, { ...options, rounds, matches: emptyBatch(unitMatchSchema) })).rejects.toThrow(
      BatchSchemaError,
    );
  });
});

describe(cutBlocks, () => {
  it('cuts images into blocks of one size, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        (names, most) => {
          const { count, of } = cutBlocks(names, most);
          expect(count).toBe(Math.min(most, names.length));
          const sizes = Array.from(
            { length: count },
            (_, block) => [...of.values()].filter((each) => each === block).length,
          );
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
          expect(cutBlocks(names.toReversed(), most)).toEqual({ count, of });
        },
      ),
    );
  });

  it('groups the images of a shard by their blocks, no more than the kernel takes at a time', () => {
    const names = Array.from({ length: 300 }, (_, index) => String(index));
    const blocks = { count: 2, of: new Map(names.map((name, index) => [name, Number(index >= 290)])) };
    const groups = groupByBlock(
      names,
      names.map(() => new Uint16Array()),
      blocks,
    );
    expect(groups.map(({ images, chosen }) => [images.length, ...chosen])).toEqual([
      [128, 1, 0],
      [128, 1, 0],
      [34, 1, 0],
      [10, 0, 1],
    ]);
  });
});
