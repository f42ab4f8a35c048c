import { combineLabels } from '@intermodel/numerics';
import { unitMatchSchema, unitNullFacts, type NullKind, type UnitNullBatch } from '@intermodel/schemas';
import { arrowFileBytes, BatchSchemaError, emptyBatch } from '@intermodel/streams';
import { dissectPlainly, randomWorlds, type DissectionWorld, type WorldImage } from '@intermodel/testing';
import fc from 'fast-check';
import { EMPTY, from, lastValueFrom, of, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  blankNumber,
  dissectionPresets,
  indexConcepts,
  replicateMatches,
  UnitThreads,
  type LabelledShard,
  type ReplicateMatchesOptions,
} from '../index.ts';
import { dissectWorld } from '../fixtures/dissect-world.ts';
import { groupImages } from './image-groups.ts';

const worlds = randomWorlds(Object.values(dissectionPresets).map((preset) => ({ ...preset, score: 'iou' }))).filter(
  (world) => dissectPlainly(world).every(({ pairs }) => pairs.length > 0),
);
const seeds = fc.nat({ max: 1000 });

const replicate = (shards: readonly LabelledShard[], options: ReplicateMatchesOptions): Promise<UnitNullBatch> =>
  lastValueFrom(from(shards).pipe(replicateMatches(options)));

const rowsOf = (batch: UnitNullBatch) =>
  batch.toArray().map(({ replicates, ...row }) => ({
    ...(row as Record<'unit' | 'observed' | 'overlap' | 'expectedOverlap' | 'expectedIou', number | null>),
    replicates: [...replicates] as number[],
  }));

/** The world with the labels that one replicate has. */
function relabelled(world: DissectionWorld, kind: NullKind, seed: number, replicateNumber: number): DissectionWorld {
  const { images, labelHeight, labelWidth, preset, ignore } = world;
  const blank = blankNumber(preset, ignore);
  const planes = images.map((image) => image.planes);
  const groups = groupImages(
    images.map((_, index) => `i${String(index)}`),
    images.map((image) =>
      combineLabels({ planes: Uint16Array.from(image.planes.flat()), blank }, labelHeight * labelWidth),
    ),
    { kind, seed, first: 0, count: replicateNumber + 1, grid: { labelHeight, labelWidth } },
  );
  for (const { images: places, labelled, labelOf, chosen } of groups) {
    const labellings = labelOf.length / places.length;
    const labelling = chosen[replicateNumber + 1] as number;
    places.forEach((place, index) => {
      const label = labelOf[index * labellings + labelling] as number;
      const { down, right } = labelled[label] ?? { down: 0, right: 0 };
      const source = images[places[kind === 'exchange' ? label : index] as number] as WorldImage;
      planes[place] = source.planes.map((plane) => rollPlane(plane, labelHeight, labelWidth, down, right));
    });
  }
  return { ...world, images: images.map((image, index) => ({ ...image, planes: planes[index] ?? [] })) };
}

function rollPlane(plane: readonly number[], height: number, width: number, down: number, right: number): number[] {
  const rolled: number[] = [];
  plane.forEach((number, at) => {
    const row = (Math.floor(at / width) + down) % height;
    rolled[row * width + (((at % width) + right) % width)] = number;
  });
  return rolled;
}

/** Best IoU of each unit over all concepts, by the definition. */
const bestOf = (world: DissectionWorld) =>
  dissectPlainly(world).map(({ pairs }) => Math.max(0, ...pairs.map(({ iou }) => iou)));

describe(replicateMatches, () => {
  let threads: readonly UnitThreads[];
  beforeAll(() => {
    threads = [new UnitThreads(1), new UnitThreads(3)];
  });
  afterAll(async () => {
    await Promise.all(threads.map((each) => each.close()));
  });

  it('gives the best score of every unit under every relabelling, as its definition says', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, seeds, fc.constantFrom<NullKind>('exchange', 'roll'), async (world, seed, kind) => {
        // Of at most 12 images all shards are joined, whatever their size.
        fc.pre(world.images.length < 16);
        const { shards, options } = await dissectWorld(world, 16);
        const rows = rowsOf(await replicate(shards, { ...options, replicates: 3, seed, kind }));
        expect(rows.map(({ observed }) => observed)).toEqual(
          dissectPlainly(world).map(({ activeFraction, pairs }) =>
            activeFraction === 0 ? null : Math.max(0, ...pairs.map(({ iou }) => iou)),
          ),
        );
        for (let number = 0; number < 3; number++)
          expect(rows.map(({ replicates }) => replicates[number])).toEqual(
            bestOf(relabelled(world, kind, seed, number)),
          );
      }),
      { numRuns: 120 },
    );
  });

  it('expects the overlap that the mean over all exchanges of labels has', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const { images, vocabulary } = world;
        const { shards, options } = await dissectWorld(world, 3);
        const rows = rowsOf(await replicate(shards, { ...options, replicates: 1 }));
        // Over all pairs of an image and labels: what each image has with the labels of every one.
        const turns = images.map((_, turn) =>
          dissectPlainly({
            ...world,
            images: images.map(({ maps }, index) => ({
              maps,
              planes: images[(index + turn) % images.length]?.planes ?? [],
            })),
          }),
        );
        rows.forEach(({ overlap, expectedOverlap, expectedIou }, unit) => {
          const match = options.matches.get(unit);
          const pairsOf = (turn: (typeof turns)[number] | undefined) =>
            turn?.[unit]?.pairs.find(
              ({ concept, category }) => concept === match?.concept && category === match.category,
            );
          const own = pairsOf(turns[0]);
          if (own === undefined || match?.concept === '') {
            expect([overlap, expectedOverlap, expectedIou]).toEqual([null, null, null]);
            return;
          }
          const mean = turns.reduce((sum, turn) => sum + (pairsOf(turn)?.intersection ?? 0), 0) / images.length;
          expect(overlap).toBe(own.intersection);
          expect(expectedOverlap).toBeCloseTo(mean, 9);
          expect(expectedIou).toBeCloseTo(mean / (own.unitArea + own.conceptArea - mean + world.preset.epsilon), 9);
        });
        expect(vocabulary.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bytes on any number of threads, in any memory, and for shards in any order', async () => {
    const bytes = (batch: UnitNullBatch) => Buffer.from(arrowFileBytes(batch.schema, [batch])).toString('base64');
    await fc.assert(
      fc.asyncProperty(worlds, seeds, async (world, seed) => {
        const twice = { ...world, images: [...world.images, ...world.images, ...world.images] };
        fc.pre(twice.images.length >= 8);
        const { shards, options } = await dissectWorld(twice, 8);
        const full = shards.slice(0, Math.floor(twice.images.length / 8));
        const expected = bytes(await replicate(full, { ...options, replicates: 5, seed }));
        for (const each of threads)
          expect(
            bytes(await replicate(full, { ...options, replicates: 5, seed, threads: each, megabytes: 1e-5 })),
          ).toBe(expected);
        expect(bytes(await replicate(full.toReversed(), { ...options, replicates: 5, seed }))).toBe(expected);
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
    const drawn = async (first: number, count: number, seed = 0) =>
      rowsOf(await replicate(shards, { ...options, replicates: count, first, seed })).map(
        ({ replicates }) => replicates,
      );
    const whole = await drawn(0, 20);
    const [start, rest] = [await drawn(0, 13), await drawn(13, 7)];
    expect(start.map((unit, index) => [...unit, ...(rest[index] ?? [])])).toEqual(whole);
    expect(await drawn(0, 20, 1)).not.toEqual(whole);
  });

  it('joins shards of few images, and tells how many groups there are', async () => {
    const [world] = fc.sample(worlds, { numRuns: 1, seed: 5 });
    if (world === undefined) throw new Error('no world');
    const many = {
      ...world,
      images: Array.from({ length: 21 }, (_, index) => world.images[index % world.images.length] as WorldImage),
    };
    const groupsOf = async (perShard: number) => {
      const { shards, options } = await dissectWorld(many, perShard);
      const facts = unitNullFacts((await replicate(shards, { ...options, replicates: 1 })).schema);
      return [facts?.images, facts?.groups];
    };
    // 21; 5+5, 5+5+1; 10, 10+1; 16 in two groups, 5 to those.
    expect(await Promise.all([21, 5, 10, 16].map(groupsOf))).toEqual([
      [21, 2],
      [21, 2],
      [21, 2],
      [21, 2],
    ]);
  });

  it('gives nothing for an empty source, and refuses matches of other units', async () => {
    const [world] = fc.sample(worlds, { numRuns: 1, seed: 1 });
    if (world === undefined) throw new Error('no world');
    const { shards, options } = await dissectWorld(world, 16);
    const stage = replicateMatches({ ...options, replicates: 1 });
    expect(await lastValueFrom(EMPTY.pipe(stage, toArray()))).toEqual([]);
    await expect(
      lastValueFrom(
        of(...shards).pipe(replicateMatches({ ...options, matches: emptyBatch(unitMatchSchema), replicates: 1 })),
      ),
    ).rejects.toThrow(BatchSchemaError);
    expect(indexConcepts(world.vocabulary).concepts.length).toBeGreaterThan(0);
  });
});

describe(groupImages, () => {
  const labels = (count: number) =>
    Array.from({ length: count }, (_, index) => Uint16Array.of(1, 1, 1 + (index % 3), 4, 0));
  const group = (count: number, kind: NullKind, seed = 0) =>
    groupImages(
      Array.from({ length: count }, (_, index) => String(index)),
      labels(count),
      { kind, seed, first: 0, count: 400, grid: { labelHeight: 2, labelWidth: 2 } },
    );

  it('cuts images into groups of 8 to 15 that lie far apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), (count) => {
        const groups = group(count, 'exchange');
        expect(groups.flatMap(({ images }) => images).sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
        for (const { images } of groups) {
          expect(images.length).toBeLessThan(16);
          if (count >= 8) expect(images.length).toBeGreaterThanOrEqual(8);
        }
      }),
    );
    expect(group(17, 'exchange')[0]?.images).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
  });

  it('turns or rolls to every labelling equally often, the one as it is first', () => {
    for (const kind of ['exchange', 'roll'] as const)
      for (const { images, labelled, labelOf, chosen } of group(24, kind)) {
        const labellings = labelOf.length / images.length;
        expect(labellings).toBe(8);
        expect(chosen[0]).toBe(0);
        images.forEach((image, index) => {
          const first = labelled[labelOf[index * labellings] as number];
          expect([first?.labels, first?.down, first?.right]).toEqual([labels(24)[image], 0, 0]);
          // A turn gives every image the labels of each once; a roll comes back after eight.
          const own = Array.from({ length: labellings }, (_, s) => labelOf[index * labellings + s]);
          expect(new Set(own).size).toBe(8);
        });
        const counts = Array.from({ length: 8 }, (_, s) => chosen.slice(1).filter((each) => each === s).length);
        expect(Math.min(...counts)).toBeGreaterThan(25);
        expect(Math.max(...counts)).toBeLessThan(80);
      }
  });

  it('draws by the content of a group', () => {
    const [one, other] = [group(8, 'exchange')[0]?.chosen, group(8, 'exchange', 1)[0]?.chosen];
    expect(one).toEqual(group(8, 'exchange')[0]?.chosen);
    expect(one).not.toEqual(other);
    const [first, second] = group(16, 'exchange');
    expect(first?.chosen).not.toEqual(second?.chosen);
  });
});
