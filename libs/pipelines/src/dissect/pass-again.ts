import type { GroupContext } from './group-context.ts';
import type { ImageShard } from '@intermodel/data-loading';
import type { LayerMaps } from './layer-maps.ts';

/** Runs shards of a layer again, under the bounds that the other shards prove, and stores what is counted of them. */
export async function passAgain(context: GroupContext, maps: LayerMaps, shards: readonly ImageShard[]): Promise<void> {
  await maps.begin(context.describe.shards.filter((shard) => !shards.includes(shard)));
  const tell = context.shards.begin(shards.length);
  await context.pass.run(
    shards.map((shard) => ({ shard, places: [maps.place] })),
    {
      beginShard: ({ shard }) => {
        maps.beginShard(shard);
      },
      activations: (_, __, shape, images) => {
        maps.add(shape, images);
      },
      endShard: (task, skipped, { places }) => {
        const ended = maps.end(task.shard, places.get(maps.place) ?? 0);
        tell(task, skipped.length, [ended, maps.settled()]);
        return ended;
      },
    },
  );
}
