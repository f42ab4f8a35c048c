import {
  packTable,
  resampleMatches,
  type Nearby,
  type NearbyThresholds,
  type ReplicateRound,
} from '@intermodel/concept-matching';
import type { ImageShard } from '@intermodel/data-loading';
import type { UnitMatchBatch } from '@intermodel/schemas';
import type { GraphStep } from '@intermodel/steps';
import { concatMap, from, ignoreElements, lastValueFrom, map } from 'rxjs';
import { coveringMaps } from './count-overlaps.ts';
import { megabytesWithoutMaps } from './draw-nulls.ts';
import { findThresholds } from './find-thresholds.ts';
import type { GroupContext } from './group-context.ts';
import type { GroupLayer } from './group-layer.ts';
import { progressOf, type LayerJob } from './layer-job.ts';

/** Rounds that are made of one count: beyond these the replicates of all units would take much memory. */
const roundsAtOnce = 10;

/** Matches the units of a layer anew on images that are drawn in blocks, from the kept maps and the labels, and stores it. */
export async function resampleLayer(
  context: GroupContext,
  { main: job, nearby }: GroupLayer,
  shards: readonly ImageShard[],
  rounds: readonly GraphStep[],
  matches: UnitMatchBatch,
): Promise<void> {
  const { study, steps, concepts, ignore, threads } = context;
  const { preset, labels } = job;
  const thresholds = await lastValueFrom(findThresholds(context, job, shards));
  const around = nearby === undefined ? undefined : await findNearby(context, nearby, shards);
  for (let first = 0; first < rounds.length; first += roundsAtOnce) {
    const asked = rounds.slice(first, first + roundsAtOnce);
    const begun = performance.now();
    const drawn = from(shards).pipe(
      map((shard) => ({
        kept: () => coveringMaps(context, job, shard, around?.lower ?? thresholds),
        labels: () => labels.read(shard),
      })),
      resampleMatches({
        ...{ thresholds, nearby: around, matches, preset, ignore, seed: study.seed, blocks: study.resampling.blocks },
        rounds: asked.map((step) => {
          const { first: from_, count } = step.options as ReplicateRound & GraphStep['options'];
          return { first: from_, count };
        }),
        vocabulary: concepts.concepts,
        threads: threads(),
        // Without kept maps every time through the shards runs the model again.
        ...(context.keeps ? {} : { megabytes: megabytesWithoutMaps }),
        onImages: progressOf(context, job, 'replicates'),
      }),
      concatMap(async (replicates, round) => {
        const took = (performance.now() - begun) / asked.length;
        await steps.writeBeside(asked[round] as GraphStep, { replicates: packTable(replicates) }, took);
      }),
    );
    await lastValueFrom(drawn.pipe(ignoreElements()), { defaultValue: undefined });
  }
}

/** Thresholds on either side, one after the other: threads that select are busy with one layer. */
async function findNearby(
  context: GroupContext,
  { lower, upper }: Nearby<LayerJob>,
  shards: readonly ImageShard[],
): Promise<NearbyThresholds> {
  return {
    lower: await lastValueFrom(findThresholds(context, lower, shards)),
    upper: await lastValueFrom(findThresholds(context, upper, shards)),
  };
}
