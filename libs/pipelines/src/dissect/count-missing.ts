import type { LayerPlace } from '@intermodel/inputs';
import type { ImageShard } from '@intermodel/data-loading';
import type { GraphStep, StepFamily } from '@intermodel/steps';
import { countLayer } from './count-pass.ts';
import { histogramOf } from './find-thresholds.ts';
import type { GroupContext } from './group-context.ts';
import { jobsOf, type GroupLayer } from './group-layer.ts';
import type { LabelKinds } from './label-kinds.ts';
import type { LayerJob } from './layer-job.ts';
import type { PassConsumer, PassTask } from './pass-consumer.ts';
import type { ShardLabels } from './shard-labels.ts';
import type { StoredLayer } from './stored-layer.ts';

/**
 * Makes counts, maps, strongest images, labels and what consumers of the caller's own make, in one pass over the images
 * of the shards that they are about. Counts whose maps are stored are made of these.
 */
export async function countMissing(
  context: GroupContext,
  layers: readonly GroupLayer[],
  labels: LabelKinds,
  steps: readonly GraphStep[],
): Promise<void> {
  const { pass, shards, keeps, threads } = context;
  const { tasks, wantedLabels, recounts } = await planPass(context, layers, labels, steps);
  if (tasks.length > 0) {
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
  for (const { job, shard } of recounts) await histogramOf(context, job, shard);
}

/** What steps ask for: shards to be run, with the layers that are wanted of each, labels, and counts of stored maps. */
interface PassPlan {
  readonly tasks: readonly PassTask[];
  readonly wantedLabels: ReadonlyMap<ShardLabels, ReadonlySet<ImageShard>>;
  readonly recounts: readonly { readonly job: LayerJob; readonly shard: ImageShard }[];
}

/** What the steps of a family come from. */
type Source =
  | { readonly kind: 'labels'; readonly labels: ShardLabels }
  | { readonly kind: 'activations'; readonly place: LayerPlace }
  | { readonly kind: 'counts'; readonly job: LayerJob };

/** What each family of a pass comes from. */
function sourcesOf(
  { describe, consumers }: GroupContext,
  layers: readonly GroupLayer[],
  labels: LabelKinds,
): ReadonlyMap<StepFamily, Source> {
  const sources = new Map<StepFamily, Source>(
    labels.all.map((kind) => [kind.family, { kind: 'labels', labels: kind }]),
  );
  for (const layer of layers) {
    const { place } = layer;
    const own = consumers.map(({ identity }) => describe.own(place, identity));
    for (const family of [describe.maps(place), describe.top(place), ...own])
      sources.set(family, { kind: 'activations', place });
    for (const job of jobsOf(layer)) sources.set(describe.histogram(place, job.preset), { kind: 'counts', job });
  }
  return sources;
}

async function planPass(
  context: GroupContext,
  layers: readonly GroupLayer[],
  labels: LabelKinds,
  steps: readonly GraphStep[],
): Promise<PassPlan> {
  const { describe, study } = context;
  const sources = sourcesOf(context, layers, labels);
  const wantedLabels = new Map<ShardLabels, Set<ImageShard>>();
  const wantedPlaces = new Map<ImageShard, Set<LayerPlace>>();
  const counts: { readonly job: LayerJob; readonly shard: ImageShard }[] = [];
  const want = (place: LayerPlace, shard: ImageShard) => placed(wantedPlaces, shard).add(place);
  for (const { family, index } of steps) {
    const shard = describe.shards[index] as ImageShard;
    const source = sources.get(family);
    if (source?.kind === 'labels') placed(wantedLabels, source.labels).add(shard);
    else if (source?.kind === 'activations') want(source.place, shard);
    else if (source?.kind === 'counts') counts.push({ job: source.job, shard });
  }
  const recounts: PassPlan['recounts'][number][] = [];
  for (const count of counts) {
    const { layer } = count.job;
    if (wantedPlaces.get(count.shard)?.has(layer.place) === true) continue;
    if (await layer.hasMaps(count.shard)) recounts.push(count);
    else want(layer.place, count.shard);
  }
  const tasks: PassTask[] = [];
  for (const shard of describe.shards) {
    const isLabelled = ![...wantedLabels.values()].some((shards) => shards.has(shard));
    const places = layers.map(({ place }) => place).filter((place) => wantedPlaces.get(shard)?.has(place) === true);
    if (isLabelled && places.length === 0) continue;
    // Where all images of a shard are bad, there is nothing to count.
    const isEmpty = isLabelled && (await labels.of(study.matching).readImages(shard)).images.length === 0;
    if (!isEmpty) tasks.push({ shard, places });
  }
  return { tasks, wantedLabels, recounts };
}

/** The set under a key, which is begun where there is none. */
function placed<Key, Value>(sets: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
}
