import type { PlacedModel } from '@intermodel/inputs';
import type { StudyModel } from '@intermodel/studies';
import { concatMap, lastValueFrom } from 'rxjs';
import { countMissing } from './count-missing.ts';
import type { DissectedModel } from './dissect-events.ts';
import { finishLayer } from './finish-layer.ts';
import type { GroupContext } from './group-context.ts';
import { countOf, readImages, type GroupImages } from './group-images.ts';
import { dissectedLayer, jobsOf, openLayer, storeMatches, type GroupLayer } from './group-layer.ts';
import { LabelKinds } from './label-kinds.ts';
import type { ShardLabels } from './shard-labels.ts';

/** What a dissection of models tells. */
export interface GroupListener {
  /** Is told once the labels are stored, under the study's preset, and waited for. @default nobody is told */
  readonly onLabels?: ((labels: ShardLabels) => Promise<void>) | undefined;
  /** Is told of each model that is done, and waited for. */
  readonly onModel: (model: DissectedModel) => Promise<void>;
}

/** Dissects models that share decoded images: runs what is not stored, and tells of each model when it is done. */
export async function dissectGroup(
  context: GroupContext,
  models: readonly PlacedModel[],
  { onLabels, onModel }: GroupListener,
): Promise<void> {
  const [first] = models;
  if (first === undefined) return;
  const { study, describe, keeps, pass } = context;
  const labels = new LabelKinds(context, first.model);
  const layers: GroupLayer[] = [];
  for (const { model, places } of models)
    for (const place of places) layers.push(await openLayer(context, model, place, labels));
  try {
    await countMissing(context, layers, labels);
    // The models are not needed any more, unless maps turn out not to suffice: their memory is.
    if (keeps) pass.models.closeBeside();
    const images = await readImages(context, labels.of(study.matching));
    await onLabels?.(labels.of(study.matching));
    const shards = describe.shards.filter((shard) => countOf(images, shard) > 0);
    for (const { model } of models) {
      const own = layers.filter((each) => each.model === model);
      for (const job of own.flatMap(jobsOf))
        job.matches ??= await lastValueFrom(
          finishLayer(context, job, shards).pipe(concatMap((result) => storeMatches(context, job, result))),
        );
      await tell(context, model, own, images, onModel);
    }
  } catch (error) {
    // What is written beside the work must not go on once the store is given free.
    await Promise.allSettled([
      context.shards.settled(),
      context.steps.settled(),
      ...layers.map(({ layer }) => layer.settled()),
    ]);
    throw error;
  }
}

/** Tells of a model that is done and stored; its counts are let go afterwards. */
async function tell(
  context: GroupContext,
  model: StudyModel,
  layers: readonly GroupLayer[],
  images: GroupImages,
  onModel: (model: DissectedModel) => Promise<void>,
): Promise<void> {
  for (const { layer } of layers) await layer.settled();
  await context.shards.settled();
  // Only then all is stored, or it is known what went wrong.
  await context.steps.settled();
  const entries = context.describe.shards.flatMap((shard) => {
    const counted = new Set(images.get(shard)?.images);
    return shard.entries.filter(({ image }) => counted.has(image));
  });
  const shards = context.describe.shards.filter((shard) => countOf(images, shard) > 0);
  for (const { own } of layers) for (const consumer of own) await consumer.conclude(shards);
  await onModel({
    kind: 'model',
    model,
    layers: layers.map((layer) => dissectedLayer(context, layer, images)),
    images: entries,
  });
  for (const layer of layers) {
    layer.layer.release();
    for (const job of jobsOf(layer)) if (job.matches !== undefined) job.matches.overlaps = undefined;
  }
}
