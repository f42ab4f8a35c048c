import { noLabelsError, turnedWarnings, type ImageShard } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';
import type { GroupContext } from './group-context.ts';
import type { ShardImages, ShardLabels } from './shard-labels.ts';

/** Images of each shard, counted and passed over. */
export type GroupImages = ReadonlyMap<ImageShard, ShardImages>;

/** Images of all shards by shard; warns of those that were passed over, and of those that EXIF calls to turn. */
export async function readImages(
  { study, describe, onEvent }: GroupContext,
  labels: ShardLabels,
): Promise<GroupImages> {
  const images = new Map<ImageShard, ShardImages>();
  for (const shard of describe.shards) {
    const own = await labels.readImages(shard);
    for (const { image, message } of own.skipped)
      onEvent({ kind: 'warning', subject: image, text: `passed over: ${problemOf(message)}` });
    images.set(shard, own);
  }
  const all = [...images.values()];
  const { data } = study;
  const [firstBad, ...otherBad] = all.flatMap(({ skipped }) => skipped);
  const counted = all.reduce((sum, { images: own }) => sum + own.length, 0);
  for (const { message } of turnedWarnings(
    all.flatMap(({ turned }) => turned),
    counted,
    data.exif,
  ))
    onEvent({ kind: 'warning', subject: data.root ?? data.images ?? '', text: message });
  if (counted === 0 && firstBad !== undefined) {
    throw new InputError(
      'IMAGES_ALL_BAD',
      `all ${String(1 + otherBad.length)} images were passed over, since they or their labels cannot be used; the first, ${firstBad.image}: ${problemOf(firstBad.message)}`,
      {
        file: data.root ?? data.images ?? '',
        expected: 'at least one image that can be used',
        hint: 'Mend the files; without `data.skipBad` a run ends with the first that cannot be used.',
      },
    );
  }
  if (all.every(({ planes }) => planes === 0)) throw noLabelsError(counted, data.root ?? data.labels ?? data.images);
  return images;
}

/** Images of a shard that were counted. */
export function countOf(images: GroupImages, shard: ImageShard): number {
  return images.get(shard)?.images.length ?? 0;
}

/** Of an error's message only what is wrong: what to do about a file that ends a run is not what to do here. */
function problemOf(message: string): string {
  return message.split('\n', 1).join('');
}
