import type { LayerPlace } from '@intermodel/inputs';
import type { ImageShard } from '@intermodel/data-loading';
import { countLayer } from './count-pass.ts';
import type { GroupContext } from './group-context.ts';
import { jobsOf, type GroupLayer, type Job } from './group-layer.ts';
import type { LabelKinds } from './label-kinds.ts';
import type { PassConsumer, PassTask } from './pass-consumer.ts';
import type { ShardLabels } from './shard-labels.ts';
import type { StoredLayer } from './stored-layer.ts';

/** Runs the shards of which counts, strongest images or labels are missing, in one pass over their images. */
export async function countMissing(
  context: GroupContext,
  layers: readonly GroupLayer[],
  labels: LabelKinds,
): Promise<void> {
  const { pass, shards, keeps, threads } = context;
  const { tasks, wantedLabels } = await planPass(context, layers, labels);
  if (tasks.length === 0) return;
  // Threads that are needed after the pass start beside it.
  if (keeps && tasks.some(({ places }) => places.length > 0)) threads();
  const shardsOf = ({ place }: StoredLayer) =>
    tasks.filter(({ places }) => places.includes(place)).map(({ shard }) => shard);
  const run = layers.filter(({ layer }) => shardsOf(layer).length > 0);
  const counts = await Promise.all(run.map(({ layer }) => countLayer(layer, shardsOf(layer))));
  const consumers: readonly PassConsumer[] = [
    ...labels.all.map((kind) => kind.consumer(wantedLabels.get(kind) ?? new Set())),
    ...counts,
    ...run.flatMap(({ own }) => own.map((consumer) => consumer.passConsumer())),
  ];
  const tellOf = shards.begin(tasks.length);
  await pass.run(tasks, consumers, (task, skipped, stored) => {
    const maps = run
      .filter(({ layer }) => task.places.includes(layer.place))
      .map(({ layer }) => stored.then(() => layer.settled()));
    tellOf(task, skipped, [stored, ...maps]);
  });
}

/** Finds the shards that have to be run, the layers that are wanted of each, and the labels. */
async function planPass(
  context: GroupContext,
  layers: readonly GroupLayer[],
  labels: LabelKinds,
): Promise<{
  readonly tasks: readonly PassTask[];
  readonly wantedLabels: ReadonlyMap<ShardLabels, ReadonlySet<ImageShard>>;
}> {
  const { describe, steps, study } = context;
  const tasks: PassTask[] = [];
  const wantedLabels = new Map(labels.all.map((kind) => [kind, new Set<ImageShard>()]));
  const settled = new Map<Job, boolean>();
  for (const job of layers.flatMap(jobsOf))
    settled.set(job, job.matches !== undefined || (await steps.has(describe.thresholds(job.layer.place, job.preset))));
  for (const shard of describe.shards) {
    let isLabelled = true;
    for (const kind of labels.all) {
      if (await kind.has(shard)) continue;
      wantedLabels.get(kind)?.add(shard);
      isLabelled = false;
    }
    // Where all images of a shard are bad, there is nothing to count.
    const isEmpty = isLabelled && (await labels.of(study.matching).readImages(shard)).images.length === 0;
    const places: LayerPlace[] = [];
    for (const each of isEmpty ? [] : layers)
      if (await isWanted(context, each, settled, shard)) places.push(each.layer.place);
    if (places.length > 0 || !isLabelled) tasks.push({ shard, places });
  }
  return { tasks, wantedLabels };
}

/** Whether a layer has to be run over a shard. */
async function isWanted(
  context: GroupContext,
  each: GroupLayer,
  settled: ReadonlyMap<Job, boolean>,
  shard: ImageShard,
): Promise<boolean> {
  const { layer, own, wantsStrongest } = each;
  if ((await needsCounts(context, jobsOf(each), settled, shard)) && !(await layer.has(shard))) return true;
  if (wantsStrongest && !(await layer.hasStrongest(shard))) return true;
  for (const consumer of own) if (!(await consumer.has(shard))) return true;
  return false;
}

/** Whether the maps or counts of a shard are needed by any of a layer's jobs. */
async function needsCounts(
  { steps, describe, study }: GroupContext,
  jobs: readonly Job[],
  settled: ReadonlyMap<Job, boolean>,
  shard: ImageShard,
): Promise<boolean> {
  if (study.runtime.sketch !== undefined) return false;
  for (const job of jobs) {
    if (job.matches !== undefined) continue;
    if (settled.get(job) !== true || !(await steps.has(describe.overlaps(shard, job.layer.place, job.preset))))
      return true;
  }
  return false;
}
