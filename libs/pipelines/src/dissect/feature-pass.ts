import { poolFeatures } from '@intermodel/activation-streaming';
import type { ImageShard } from '@intermodel/data-loading';
import type { ImageFeaturesBatch } from '@intermodel/schemas';
import { arrowFileBytes } from '@intermodel/streams';
import { concatMap, toArray } from 'rxjs';
import type { FeatureSource } from '../graph/dissection-steps.ts';
import type { GroupContext } from './group-context.ts';
import { layerConsumer, type PassConsumer } from './pass-consumer.ts';

/** Takes the activations of a layer from a pass over shards, and stores their features. */
export function featureConsumer(
  { steps, describe }: GroupContext,
  { place, pool }: FeatureSource,
  shards: ReadonlySet<ImageShard>,
): PassConsumer {
  const stepOf = (shard: ImageShard) => describe.of(shard, describe.features(place, pool));
  return layerConsumer<readonly ImageFeaturesBatch[]>(place, {
    name: 'features',
    shards,
    stage: concatMap((activations) => activations.pipe(poolFeatures({ pool }), toArray())),
    begin: (shard) => {
      steps.begin(stepOf(shard));
    },
    store: async (shard, batches, milliseconds) => {
      const [first] = batches;
      if (first === undefined) return;
      await steps.write(stepOf(shard), { features: arrowFileBytes(first.schema, batches) }, milliseconds);
    },
  });
}
