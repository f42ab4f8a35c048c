import type { LayerPlace } from '@intermodel/inputs';
import type { ImageShard } from '@intermodel/data-loading';
import type { GraphStep, StepFamily } from '@intermodel/steps';
import { countLayer } from './count-pass.ts';
import type { FeatureSource } from '../graph/dissection-steps.ts';
import { featureConsumer } from './feature-pass.ts';
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
  const { tasks, counted, wantedLabels, wantedFeatures, recounts } = await planPass(context, layers, labels, steps);
  if (tasks.length > 0) {
    // Threads that are needed after the pass start beside it.
    if (keeps && counted.size > 0) threads();
    const run = layers.filter(({ place }) => tasks.some(({ places }) => places.includes(place)));
    const shardsOf = ({ place }: StoredLayer) =>
      tasks.map(({ shard }) => shard).filter((shard) => counted.get(place)?.has(shard) === true);
    const counts = await Promise.all(
      run.filter(({ layer }) => shardsOf(layer).length > 0).map(({ layer }) => countLayer(layer, shardsOf(layer))),
    );
    const consumers: readonly PassConsumer[] = [
      ...labels.all.map((kind) => kind.consumer(wantedLabels.get(kind) ?? new Set())),
      ...counts,
      ...run.flatMap(({ own }) => own.map((consumer) => consumer.passConsumer())),
      ...[...wantedFeatures].map(([source, wanted]) => featureConsumer(context, source, wanted)),
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
  /** Shards of layers whose activations are counted; of the others, only consumers of the caller's own take them. */
  readonly counted: ReadonlyMap<LayerPlace, ReadonlySet<ImageShard>>;
  readonly wantedLabels: ReadonlyMap<ShardLabels, ReadonlySet<ImageShard>>;
  readonly wantedFeatures: ReadonlyMap<FeatureSource, ReadonlySet<ImageShard>>;
  readonly recounts: readonly { readonly job: LayerJob; readonly shard: ImageShard }[];
}

/** What the steps of a family come from. */
type Source =
  | { readonly kind: 'labels'; readonly labels: ShardLabels }
  | { readonly kind: 'activations' | 'own'; readonly place: LayerPlace }
  | { readonly kind: 'features'; readonly features: FeatureSource }
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
    for (const family of [describe.maps(place), describe.top(place)])
      sources.set(family, { kind: 'activations', place });
    for (const { identity } of consumers) sources.set(describe.own(place, identity), { kind: 'own', place });
    for (const job of jobsOf(layer)) sources.set(describe.histogram(place, job.preset), { kind: 'counts', job });
  }
  for (const [family, features] of describe.featureSources) sources.set(family, { kind: 'features', features });
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
  const wantedFeatures = new Map<FeatureSource, Set<ImageShard>>();
  const wantedPlaces = new Map<ImageShard, Set<LayerPlace>>();
  const counted = new Map<LayerPlace, Set<ImageShard>>();
  const counts: { readonly job: LayerJob; readonly shard: ImageShard }[] = [];
  const count = (place: LayerPlace, shard: ImageShard) => {
    placed(wantedPlaces, shard).add(place);
    placed(counted, place).add(shard);
  };
  for (const { family, index } of steps) {
    const shard = describe.shards[index] as ImageShard;
    const source = sources.get(family);
    if (source?.kind === 'labels') placed(wantedLabels, source.labels).add(shard);
    else if (source?.kind === 'activations') count(source.place, shard);
    else if (source?.kind === 'own') placed(wantedPlaces, shard).add(source.place);
    else if (source?.kind === 'features') {
      placed(wantedFeatures, source.features).add(shard);
      placed(wantedPlaces, shard).add(source.features.place);
    } else if (source?.kind === 'counts') counts.push({ job: source.job, shard });
  }
  const recounts: PassPlan['recounts'][number][] = [];
  for (const asked of counts) {
    const { layer } = asked.job;
    if (counted.get(layer.place)?.has(asked.shard) === true) continue;
    if (await layer.hasMaps(asked.shard)) recounts.push(asked);
    else count(layer.place, asked.shard);
  }
  const tasks: PassTask[] = [];
  const own = layers.map(({ place }) => place);
  // What is not dissected, such as the scores of a classifier, comes behind what is.
  const orderOf = (place: LayerPlace) => (own.includes(place) ? own.indexOf(place) : own.length);
  for (const shard of describe.shards) {
    const isLabelled = ![...wantedLabels.values()].some((shards) => shards.has(shard));
    const places = [...(wantedPlaces.get(shard) ?? [])].sort((a, b) => orderOf(a) - orderOf(b));
    if (isLabelled && places.length === 0) continue;
    // Where all images of a shard are bad, there is nothing to count.
    const isEmpty =
      study.data.skipBad && isLabelled && (await labels.of(study.matching).readImages(shard)).images.length === 0;
    if (!isEmpty) tasks.push({ shard, places });
  }
  return { tasks, counted, wantedLabels, wantedFeatures, recounts };
}

/** The set under a key, which is begun where there is none. */
function placed<Key, Value>(sets: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
}
