import { countShards, type DissectionPreset, type KeptMaps } from '@intermodel/concept-matching';
import type { ActivationBatch } from '@intermodel/schemas';
import { defer, map } from 'rxjs';
import type { ImageShard } from '@intermodel/data-loading';
import type { LayerPlace } from './dissection-steps.ts';
import type { GroupContext } from './group-context.ts';
import type { InferredBatch, PassConsumer, PassTask, StoreShard } from './run-pass.ts';
import type { StoredLayer } from './stored-layer.ts';

/** Takes the activations of a layer from a pass over shards, counts them, and stores the counts and the maps that may still matter. */
export async function countLayer(layer: StoredLayer, shards: readonly ImageShard[]): Promise<PassConsumer> {
  const count = await layer.countPass(shards);
  return consumer(
    layer.place,
    count,
    (shard, counted, milliseconds) => layer.store(shard, counted, milliseconds),
    (shard) => {
      layer.begin(shard);
    },
  );
}

/** Runs shards of a layer again, under the bounds that the other shards prove, and stores what is counted of them. */
export async function countAgain(
  { pass, shards: reports }: GroupContext,
  layer: StoredLayer,
  shards: readonly ImageShard[],
): Promise<void> {
  const tell = reports.begin(shards.length);
  await pass.run(
    shards.map((shard) => ({ shard, places: [layer.place] })),
    [await countLayer(layer, shards)],
    (task, skipped, stored) => {
      tell(task, skipped, [stored, layer.settled()]);
    },
  );
}

/** All maps of a shard of a layer, by running its model again: for studies that keep none. */
export async function mapsAgain(
  { pass }: GroupContext,
  { place }: StoredLayer,
  shard: ImageShard,
  preset: DissectionPreset,
): Promise<KeptMaps> {
  let found: KeptMaps | undefined;
  // Where no number of images is announced, no map is dropped.
  const count = countShards({ presets: [preset] });
  await pass.run(
    [{ shard, places: [place] }],
    [
      consumer(place, count, (_, { kept }) => {
        found = kept;
        return Promise.resolve();
      }),
    ],
  );
  if (found === undefined) throw new RangeError('mapsAgain: the pass gave no maps');
  return found;
}

function consumer(
  place: LayerPlace,
  count: ReturnType<typeof countShards>,
  store: (shard: ImageShard, counted: Parameters<StoredLayer['store']>[1], milliseconds: number) => Promise<void>,
  begin: (shard: ImageShard) => void = () => undefined,
): PassConsumer {
  return {
    place,
    wants: ({ places }: PassTask) => places.includes(place),
    stage: (shards) =>
      defer(() => {
        const begun: ImageShard[] = [];
        return shards.pipe(
          map(({ task: { shard }, batches }) => {
            begin(shard);
            begun.push(shard);
            return batches.pipe(map(({ activations }: InferredBatch) => activations.get(place) as ActivationBatch));
          }),
          count,
          map(
            (counted, index): StoreShard =>
              (milliseconds) =>
                store(begun[index] as ImageShard, counted, milliseconds),
          ),
        );
      }),
  };
}
