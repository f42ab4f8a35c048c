import { combineLabels, OverlapTally, ShardJoin, ThresholdSelection, type SelectionState } from '@intermodel/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivationDissection } from './activation-dissection.ts';
import { indexConcepts } from './concept-index.ts';
import { ShardCounter, shrinkShard, type CountedShard, type KeptShard } from './count-shards.ts';
import { dissectionPresets, type DissectionPreset } from './dissection-presets.ts';
import { dissectionResult } from './dissection-result.ts';
import { overlapOptions, selectionOptions } from './kernel-options.ts';
import { boundMaxima, coversThresholds, recountShard } from './recount-shard.ts';
import { UnitThreads } from './unit-threads.ts';
import {
  packKeptShard,
  packLabels,
  packOverlaps,
  packSelection,
  unpackKeptShard,
  unpackLabels,
  unpackOverlaps,
  unpackSelection,
} from './shard-bytes.ts';

const shape = { model: 'm', layer: 'l', units: 5, mapHeight: 3, mapWidth: 4, labelHeight: 6, labelWidth: 7 };
const vocabulary = [
  { number: 1, name: 'sky', category: 'object' },
  { number: 2, name: 'red', category: 'color' },
];
const index = indexConcepts(vocabulary);
const other: DissectionPreset = {
  ...dissectionPresets['dissect-2020'],
  level: 0.8,
  upsampling: { ...dissectionPresets['dissect-2020'].upsampling, padding: 'clamp' },
};
const main: DissectionPreset = { ...dissectionPresets['dissect-2020'], level: 0.9 };

describe('ShardCounter', () => {
  it('gives what one dissection of all images gives, for two presets at once, whatever the shards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.constantFrom(0, -2, 3),
        async (count, sizes, seed, shift) => {
          const images = draw(count, seed, shift);
          const shards = cut(images, sizes);
          const counter = new ShardCounter({
            shape,
            selections: [main, other].map((preset) => selectionOptions(shape, preset, count + 3)),
          });
          const counted = await eachShard(shards, counter, throughBytes);
          [main, other].forEach((preset, place) => {
            const joined = joinShards(counted.map(({ histograms }) => histograms[place] as SelectionState));
            expect(joined.short).toEqual([]);
            expect(
              finish(
                joined.state,
                preset,
                counted.map(({ kept }) => kept),
                shards,
              ),
            ).toEqual(whole(preset, images));
            const shrunk = counted.map(({ kept }) => shrinkShard(kept, counter.bounds()));
            shrunk.forEach((shard, index) => {
              expect(mapsOf(shard)).toBeLessThanOrEqual(mapsOf((counted[index] as CountedShard).kept));
            });
            expect(finish(joined.state, preset, shrunk, shards)).toEqual(whole(preset, images));
          });
        },
      ),
      { numRuns: 80 },
    );
  });

  it('counts anew under another preset from what was kept, or says that it was not enough', async () => {
    let [enough, tooLittle] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 24 }),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.constantFrom(0, -2, 3),
        fc.boolean(),
        async (count, sizes, seed, shift, tighter) => {
          const [kept, asked] = tighter ? [other, { ...main, values: 'raw' as const }] : [main, other];
          const images = draw(count, seed, shift);
          const shards = cut(images, sizes);
          const counter = new ShardCounter({ shape, selections: [selectionOptions(shape, kept, count)] });
          const maps = (await eachShard(shards, counter, throughBytes)).map(({ kept: shard }) => shard);
          const joined = joinShards(maps.map((shard) => recountShard(shard, selectionOptions(shape, asked, count))));
          if (joined.short.length > 0) {
            tooLittle++;
            return;
          }
          enough++;
          expect(finish(joined.state, asked, maps, shards)).toEqual(whole(asked, images));
        },
      ),
      { numRuns: 120 },
    );
    expect([enough > 10, tooLittle > 0]).toEqual([true, true]);
  });
});

function mapsOf({ images }: KeptShard): number {
  return images.reduce((sum, { units }) => sum + units.length, 0);
}

function joinShards(states: readonly SelectionState[]) {
  const join = new ShardJoin();
  for (const state of states) join.add(state);
  return join.finish();
}

describe(UnitThreads, () => {
  it('gives the same on any number of threads, from memory that they share and from other', async () => {
    const all = [1, 2, 4].map((threads) => new UnitThreads(threads));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.constantFrom(0, -2, 3),
        fc.boolean(),
        fc.constantFrom(main, other, { ...main, areaScope: 'category-in-image' as const }),
        async (count, sizes, seed, shift, stored, preset) => {
          const images = draw(count, seed, shift);
          const shards = cut(images, sizes);
          const counter = new ShardCounter({ shape, selections: [selectionOptions(shape, preset, count)] });
          const counted = await eachShard(shards, counter, async (shard) => (stored ? throughBytes(shard) : shard));
          const { state } = joinShards(counted.map(({ histograms }) => histograms[0] as SelectionState));
          for (const threads of all)
            expect(
              await finishOn(
                threads,
                state,
                preset,
                counted.map(({ kept }) => kept),
                shards,
              ),
            ).toEqual(whole(preset, images));
        },
      ),
      { numRuns: 25 },
    );
    await Promise.all(all.map((threads) => threads.close()));
  });

  it('passes on what went wrong in a thread, and goes on', async () => {
    const threads = new UnitThreads(2);
    const { state } = joinShards([new ThresholdSelection(selectionOptions(shape, main, 1)).takeShard()]);
    await threads.select(state);
    const image = {
      image: 0,
      labels: new Uint16Array(),
      units: Uint32Array.of(shape.units - 1),
      maxima: Float32Array.of(1),
      maps: new Float32Array(3),
    };
    await expect(threads.refine([image])).rejects.toThrow('do not belong together');
    expect(await threads.advance()).toBe('done');
    await threads.close();
    await expect(threads.advance()).rejects.toMatchObject({ code: 'THREAD_STOPPED' });
  });
});

interface DrawnImage {
  readonly activations: Float32Array;
  readonly planes: Uint16Array;
}

function draw(count: number, seed: number, shift: number): DrawnImage[] {
  let state = seed >>> 0;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const units = Array.from({ length: shape.units }, random);
  return Array.from({ length: count }, () => ({
    activations: Float32Array.from({ length: 5 * 12 }, (_, place) =>
      random() < (units[Math.floor(place / 12)] as number) ? 0 : random() * 4 + shift,
    ),
    planes: Uint16Array.from({ length: 42 }, () => Math.floor(random() * 3)),
  }));
}

function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const shards: T[][] = [];
  for (let [at, turn] = [0, 0]; at < items.length; at += sizes[turn % sizes.length] as number, turn++)
    shards.push(items.slice(at, at + (sizes[turn % sizes.length] as number)));
  return shards;
}

/** Counts shard after shard; each is then passed on, with nothing left of the activations that were added. */
function eachShard(
  shards: readonly (readonly DrawnImage[])[],
  counter: ShardCounter,
  pass: (counted: CountedShard) => Promise<CountedShard>,
): Promise<CountedShard[]> {
  return Promise.all(
    shards.map((shard) => {
      const buffers = shard.map(({ activations }) => activations.slice());
      // Some at once, then one by one.
      counter.add(buffers.slice(0, 3));
      for (const activations of buffers.slice(3)) counter.add([activations]);
      const counted = counter.takeShard();
      for (const activations of buffers) activations.fill(NaN);
      return pass(counted);
    }),
  );
}

async function throughBytes({ histograms, kept }: CountedShard): Promise<CountedShard> {
  const { units, maps: pieces } = packKeptShard(kept);
  const maps: Uint8Array[] = [];
  for await (const piece of pieces) maps.push(piece);
  return {
    histograms: histograms.map((state) => unpackSelection(packSelection(state))),
    kept: unpackKeptShard({ units, maps: Buffer.concat(maps) }),
  };
}

/** On threads, as a run does it. */
async function finishOn(
  threads: UnitThreads,
  state: SelectionState,
  preset: DissectionPreset,
  kept: readonly KeptShard[],
  shards: readonly (readonly DrawnImage[])[],
) {
  let round = await threads.select(state);
  while (round !== 'done') {
    for (const { images } of kept) await threads.refine(images);
    round = await threads.advance();
  }
  const selected = await threads.thresholds();
  const options = overlapOptions(shape, preset, index, 0);
  await threads.open(options, selected.thresholds);
  const tally = new OverlapTally(options, selected.thresholds);
  for (const [place, { images }] of kept.entries())
    tally.merge(
      await threads.tally(
        (shards[place] ?? []).map(({ planes }) => combineLabels({ planes }, 42)),
        images,
      ),
    );
  return tables(dissectionResult(shape, preset, index, selected, tally.toState()));
}

function finish(
  state: SelectionState,
  preset: DissectionPreset,
  kept: readonly KeptShard[],
  shards: readonly (readonly DrawnImage[])[],
) {
  const zeros = preset.upsampling.padding === 'zeros';
  const selection = ThresholdSelection.fromState(state);
  while (selection.round !== 'done') {
    for (const { images } of kept)
      for (const image of images) selection.refine(image.units, boundMaxima(image, zeros), image.maps);
    selection.advance();
  }
  const selected = selection.thresholds();
  const tally = new OverlapTally(overlapOptions(shape, preset, index, 0), selected.thresholds);
  kept.forEach((shard, place) => {
    expect(
      coversThresholds(shard, selected.thresholds, { padding: preset.upsampling.padding, equalIsActive: false }),
    ).toBe(true);
    const own = new OverlapTally(overlapOptions(shape, preset, index, 0), selected.thresholds);
    const { labels } = unpackLabels(
      packLabels({ images: [], labels: (shards[place] ?? []).map(({ planes }) => combineLabels({ planes }, 42)) }),
    );
    shard.images.forEach((image) => {
      own.add(labels[image.image] as Uint16Array, { ...image, maxima: boundMaxima(image, zeros) });
    });
    tally.merge(unpackOverlaps(packOverlaps(own.toState())));
  });
  return tables(dissectionResult(shape, preset, index, selected, tally.toState()));
}

function whole(preset: DissectionPreset, images: readonly DrawnImage[]) {
  const dissection = new ActivationDissection({ shape, vocabulary, preset });
  images.forEach(({ activations, planes }, image) => {
    dissection.add(image, activations, { planes });
  });
  return tables(dissection.finish());
}

function tables({ thresholds, overlaps, matches, summary }: ReturnType<ActivationDissection['finish']>) {
  return {
    summary,
    tables: [thresholds, overlaps, matches].map((batch) => batch.toArray().map((row) => JSON.stringify(row))),
  };
}
