import { countShards, type DissectionPreset, type KeptMaps } from '@intermodel/concept-matching';
import type { ImageShard } from '@intermodel/data-loading';
import type { GroupContext } from './group-context.ts';
import { layerConsumer, type PassConsumer } from './pass-consumer.ts';
import type { StoredLayer } from './stored-layer.ts';

/** Takes the activations of a layer from a pass over shards, counts them, and stores the counts and the maps that may still matter. */
export async function countLayer(layer: StoredLayer, shards: readonly ImageShard[]): Promise<PassConsumer> {
  return layerConsumer(layer.place, {
    name: 'counts',
    shards: new Set(shards),
    stage: await layer.countPass(shards),
    begin: (shard) => {
      layer.begin(shard);
    },
    store: (shard, counted, milliseconds) => layer.store(shard, counted, milliseconds),
  });
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
  const stage = countShards({ presets: [preset] });
  await pass.run(
    [{ shard, places: [place] }],
    [
      layerConsumer(place, {
        name: 'maps',
        stage,
        store: (_, { kept }) => {
          found = kept;
          return Promise.resolve();
        },
      }),
    ],
  );
  if (found === undefined) throw new RangeError('mapsAgain: the pass gave no maps');
  return found;
}
