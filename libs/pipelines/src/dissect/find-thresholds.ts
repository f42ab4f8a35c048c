import { packTable, ShardsFallShort, sketchThresholds, unpackTable } from '@intermodel/concept-matching';
import type { SelectedThresholdBatch, UnitHistogramBatch } from '@intermodel/schemas';
import {
  catchError,
  concatMap,
  defer,
  from,
  map,
  retry,
  switchMap,
  throwError,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import type { ImageShard } from '@intermodel/data-loading';
import { countAgain } from './count-pass.ts';
import type { GroupContext } from './group-context.ts';
import type { StoredLayer } from './stored-layer.ts';
import { keptMaps, progressOf, restated, storeBroken, type LayerJob } from './layer-job.ts';

/** Times that shards are counted before their store counts as broken: the second time under proven bounds. */
const attempts = 3;

/** Thresholds of a layer: those that are stored, or else selected from its counts and kept maps, and stored. */
export function findThresholds(
  context: GroupContext,
  job: LayerJob,
  shards: readonly ImageShard[],
): Observable<SelectedThresholdBatch> {
  const { steps, describe, stages, study } = context;
  const { layer, preset } = job;
  const step = describe.thresholds(layer.place, preset).only;
  const { sketch } = study.runtime;
  const select = defer(() => {
    const begun = performance.now();
    steps.begin(step);
    const options = { preset, threads: context.threads(), onImages: progressOf(context, job, 'thresholds') };
    const selected =
      sketch === undefined
        ? from(shards).pipe(
            concatMap(async (shard) => ({
              histogram: await histogramOf(context, job, shard),
              kept: () => keptMaps(context, job, shard),
            })),
            stages.thresholds.operator(options),
            countingAgain(context, layer, shards),
          )
        : from(shards).pipe(
            map((shard) => ({ kept: () => keptMaps(context, job, shard) })),
            sketchThresholds({ preset, sketch }),
          );
    return selected.pipe(
      concatMap(async (thresholds) => {
        await steps.writeBeside(step, { thresholds: packTable(thresholds) }, performance.now() - begun);
        return thresholds;
      }),
    );
  });
  return defer(() => steps.read(step, 'thresholds')).pipe(
    switchMap((bytes) =>
      bytes === undefined ? select : [restated(layer, unpackTable<SelectedThresholdBatch>(bytes))],
    ),
    catchError((error: unknown) => throwError(() => (error instanceof ShardsFallShort ? storeBroken(layer) : error))),
  );
}

/** Where shards fall short, runs them again, and what comes before it anew. */
function countingAgain(
  context: GroupContext,
  layer: StoredLayer,
  shards: readonly ImageShard[],
): MonoTypeOperatorFunction<SelectedThresholdBatch> {
  const shortOf = (error: ShardsFallShort) => error.shards.map((place) => shards[place] as ImageShard);
  return retry({
    count: attempts - 1,
    delay: (error: unknown) =>
      error instanceof ShardsFallShort
        ? countAgain(context, layer, shortOf(error)).then(() => true)
        : throwError(() => error),
  });
}

/** Counts of a shard under a preset; where they are not stored any more, the shard is run again. */
export async function histogramOf(
  context: GroupContext,
  { layer, preset }: LayerJob,
  shard: ImageShard,
): Promise<UnitHistogramBatch> {
  const stored = await layer.histogram(shard, preset);
  if (stored !== undefined) return stored;
  await countAgain(context, layer, [shard]);
  const again = await layer.histogram(shard, preset);
  if (again === undefined) throw storeBroken(layer);
  return again;
}
