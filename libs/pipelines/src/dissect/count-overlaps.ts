import { coversThresholds, mergeOverlaps, packTable, unpackTable, type KeptMaps } from '@intermodel/concept-matching';
import type { OverlapCountBatch, SelectedThresholdBatch } from '@intermodel/schemas';
import { concatMap, from, map, merge, partition, share, switchMap, toArray, type Observable } from 'rxjs';
import type { ImageShard } from '@intermodel/data-loading';
import { countAgain } from './count-pass.ts';
import type { GroupContext } from './group-context.ts';
import { keptMaps, progressOf, restated, type LayerJob } from './layer-job.ts';

/**
 * Overlaps of a layer over all shards: those that are stored, and those of the other shards counted from the kept maps,
 * and stored.
 */
export function countOverlaps(
  context: GroupContext,
  job: LayerJob,
  shards: readonly ImageShard[],
  thresholds: SelectedThresholdBatch,
): Observable<OverlapCountBatch> {
  const { steps, describe } = context;
  const { layer, preset } = job;
  const total = shards.reduce((sum, { entries }) => sum + entries.length, 0);
  const tell = progressOf(context, job, 'overlaps');
  let done = 0;
  const onShard = (shard: ImageShard) => {
    done += shard.entries.length;
    tell(done, total);
  };
  const known = from(shards).pipe(
    concatMap(async (shard) => ({
      shard,
      bytes: await steps.read(describe.of(shard, describe.overlaps(layer.place, preset)), 'counts'),
    })),
    share(),
  );
  const [stored, missing] = partition(known, ({ bytes }) => bytes !== undefined);
  const counted = missing.pipe(
    map(({ shard }) => shard),
    toArray(),
    switchMap((asked) => (asked.length === 0 ? [] : countShards(context, job, asked, thresholds, onShard))),
  );
  const read = stored.pipe(
    map(({ shard, bytes }) => {
      onShard(shard);
      return restated(layer, unpackTable<OverlapCountBatch>(bytes as Uint8Array));
    }),
  );
  return merge(counted, read).pipe(mergeOverlaps());
}

/** Counts shards from their kept maps, and stores the counts. */
function countShards(
  context: GroupContext,
  job: LayerJob,
  shards: readonly ImageShard[],
  thresholds: SelectedThresholdBatch,
  onShard: (shard: ImageShard) => void,
): Observable<OverlapCountBatch> {
  const { steps, describe, stages, concepts, ignore, threads } = context;
  const { layer, preset, labels } = job;
  const vocabulary = concepts.concepts;
  const tell = context.keeps ? undefined : context.shards.begin(shards.length);
  let begun = performance.now();
  return from(shards).pipe(
    map((shard) => ({
      kept: () => {
        steps.begin(describe.of(shard, describe.overlaps(layer.place, preset)));
        return coveringMaps(context, job, shard, thresholds);
      },
      labels: () => labels.read(shard),
    })),
    stages.overlaps.operator({ thresholds, vocabulary, ignore, preset, threads: threads() }),
    concatMap(async (counts, index) => {
      const shard = shards[index] as ImageShard;
      const took = performance.now() - begun;
      begun += took;
      await steps.writeBeside(
        describe.of(shard, describe.overlaps(layer.place, preset)),
        { counts: packTable(counts) },
        took,
      );
      if (tell !== undefined) {
        await steps.settled();
        tell({ shard, places: [layer.place] }, (await labels.readImages(shard)).skipped.length, []);
      }
      onShard(shard);
      return counts;
    }),
  );
}

/** Kept maps of a shard that cover the thresholds: where maps were dropped that reach them, the shard is run again. */
export async function coveringMaps(
  context: GroupContext,
  job: LayerJob,
  shard: ImageShard,
  thresholds: SelectedThresholdBatch,
): Promise<KeptMaps> {
  const { layer, preset } = job;
  const kept = await keptMaps(context, job, shard);
  if (coversThresholds(kept, thresholds, preset)) return kept;
  await countAgain(context, layer, [shard]);
  return keptMaps(context, job, shard);
}
