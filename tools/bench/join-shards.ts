import { readFileSync } from 'node:fs';
import {
  countShards,
  dissectionPresets,
  packKeptMaps,
  packTable,
  selectThresholds,
  unpackKeptMaps,
  unpackTable,
} from '@intermodel/concept-matching';
import { activationSchema, type UnitHistogramBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { from, lastValueFrom, map, of, range } from 'rxjs';

/**
 * Joins the counts of many shards to thresholds: the same shard over and over, read anew each time as from a store.
 * Prints seconds and peak memory as a line of JSON.
 *
 *   join-shards.ts SHARDS
 */
const shards = Number(process.argv[2] ?? 100);
const images = 16;
const shape = { model: 'm', layer: 'l', units: 2048, mapHeight: 7, mapWidth: 7, labelHeight: 56, labelWidth: 56 };
const preset = dissectionPresets['dissect-2020'];

const wave = (index: number) => Math.sin(index * 12.9898) * 43758.5453;
const batches = Array.from({ length: images }, (_, image) =>
  buildBatch(activationSchema(shape), {
    image: [String(image)],
    activations: Float32Array.from({ length: 2048 * 49 }, (__, index) =>
      Math.max(0, wave(index + image * 7919) - Math.floor(wave(index + image * 7919)) - 0.83),
    ),
    labels: { offsets: Int32Array.of(0, 0), values: new Uint16Array() },
  }),
);
const counted = await lastValueFrom(
  of(from(batches)).pipe(countShards({ presets: [preset], maximumImages: images * shards })),
);
// Each time tables of their own, as a store gives them.
const histogram = packTable(counted.histograms[0] as UnitHistogramBatch);
const parts = packKeptMaps(counted.kept);
const maps = await gather(parts.maps);
const begun = performance.now();
const joined = range(0, shards).pipe(
  map(() => ({
    histogram: unpackTable<UnitHistogramBatch>(histogram.slice()),
    kept: () => Promise.resolve(unpackKeptMaps({ units: parts.units.slice(), maps: maps.slice() })),
  })),
  selectThresholds({ preset }),
);
if ((await lastValueFrom(joined)).numRows !== shape.units) throw new Error('a threshold of each unit expected');
const megabytes = Number(/VmHWM:\s+(\d+)/u.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
console.log(JSON.stringify({ shards, seconds: (performance.now() - begun) / 1000, megabytes }));

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk.slice());
  return new Uint8Array(Buffer.concat(all));
}
