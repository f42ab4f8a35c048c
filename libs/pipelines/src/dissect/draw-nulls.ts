import { packTable, replicateMatches, type ReplicateRound } from '@intermodel/concept-matching';
import type { ImageShard } from '@intermodel/data-loading';
import type { UnitMatchBatch } from '@intermodel/schemas';
import type { GraphStep } from '@intermodel/steps';
import { from, lastValueFrom, map } from 'rxjs';
import { coveringMaps } from './count-overlaps.ts';
import { findThresholds } from './find-thresholds.ts';
import type { GroupContext } from './group-context.ts';
import { progressOf, type LayerJob } from './layer-job.ts';

/** MiB that counts may take where no maps are kept. */
export const megabytesWithoutMaps = 1024;

/** Draws null replicates of a layer, round by round, from the kept maps and the labels, and stores them. */
export async function drawNulls(
  context: GroupContext,
  job: LayerJob,
  shards: readonly ImageShard[],
  rounds: readonly GraphStep[],
  matches: UnitMatchBatch,
): Promise<void> {
  const { study, steps, describe, concepts, ignore, threads } = context;
  const { preset, labels } = job;
  const { maximumImages } = study.significance;
  const thresholds = await lastValueFrom(findThresholds(context, job, shards));
  for (const step of rounds) {
    const begun = performance.now();
    const kind = describe.nullKind(step.family);
    const { first, count } = step.options as ReplicateRound & GraphStep['options'];
    const drawn = from(spreadShards(shards, maximumImages)).pipe(
      map((shard) => ({
        kept: () => coveringMaps(context, job, shard, thresholds),
        labels: () => labels.read(shard),
      })),
      replicateMatches({
        ...{ thresholds, matches, preset, ignore, kind, first, replicates: count, seed: study.seed },
        vocabulary: concepts.concepts,
        threads: threads(),
        // Without kept maps every time through the shards runs the model again.
        ...(context.keeps ? {} : { megabytes: megabytesWithoutMaps }),
        onImages: progressOf(context, job, 'nulls'),
      }),
    );
    const nulls = packTable(await lastValueFrom(drawn));
    await steps.writeBeside(step, { nulls }, performance.now() - begun);
  }
}

/** Whole shards at equal distances that have about so many images; all where nobody says how many. */
export function spreadShards(shards: readonly ImageShard[], images = Infinity): readonly ImageShard[] {
  const total = shards.reduce((sum, { entries }) => sum + entries.length, 0);
  const count = Math.max(1, Math.round((shards.length * Math.min(images, total)) / total));
  return Array.from(
    { length: count },
    (_, index) => shards[Math.floor(((index + 0.5) * shards.length) / count)],
  ).filter((shard) => shard !== undefined);
}
