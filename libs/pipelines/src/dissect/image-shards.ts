import { createHash } from 'node:crypto';
import type { LabelledImageEntry, LabelSource } from '@intermodel/data-loading';
import { hashJson, type FileHashes } from '@intermodel/streams';

/** Images that are counted together, so that what was counted of them can be kept. */
export interface ImageShard {
  /** Name of its first image. */
  readonly name: string;
  /** Its images, in order. */
  readonly entries: readonly LabelledImageEntry[];
  /** Hash of the names and bytes of its images. */
  readonly images: string;
  /** Hash of all that its labels are made of. */
  readonly labels: string;
}

/**
 * Cuts images into shards of `size / 2` to `size`. Where a shard ends is told by the names around, not by counting from
 * the first: an image that comes or goes changes its own shard, and seldom the next one.
 *
 * @param images images in their order
 * @param size most images of a shard, at least 1
 */
export function cutShards<Entry extends Pick<LabelledImageEntry, 'image'>>(images: readonly Entry[], size: number): Entry[][] {
  const least = Math.ceil(size / 2);
  // One name in so many ends a shard that is large enough.
  const rarity = Math.max(1, Math.ceil(size / 4));
  const shards: Entry[][] = [];
  let current: Entry[] = [];
  for (const entry of images) {
    current.push(entry);
    const ends = current.length >= size || (current.length >= least && createHash('sha256').update(entry.image).digest().readUInt32LE(0) % rarity === 0);
    if (!ends) continue;
    shards.push(current);
    current = [];
  }
  if (current.length > 0) shards.push(current);
  return shards;
}

/**
 * Hashes the files of shards.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`.
 */
export async function hashShards(shards: readonly (readonly LabelledImageEntry[])[], hashes: FileHashes, signal?: AbortSignal): Promise<ImageShard[]> {
  const hashed: ImageShard[] = [];
  for (const entries of shards) {
    const [images, labels]: [unknown[], unknown[]] = [[], []];
    for (const { image, file, labels: sources } of entries) {
      images.push([image, await hashes.hash(file, signal)]);
      const described: unknown[] = [];
      for (const source of sources) described.push(await describeSource(source, hashes, signal));
      labels.push([image, described]);
    }
    hashed.push({ name: entries[0]?.image ?? '', entries, images: hashJson(images), labels: hashJson(labels) });
  }
  return hashed;
}

/** A label source as plain data, with the content of its file instead of the path. */
async function describeSource(source: LabelSource, hashes: FileHashes, signal: AbortSignal | undefined): Promise<unknown> {
  // Shapes were read from an index of the whole data set; they themselves are the content.
  const file = 'file' in source && source.kind !== 'shapes' ? await hashes.hash(source.file, signal) : null;
  const plain = JSON.stringify({ ...source, file }, (key, value: unknown) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : key === 'stated' ? undefined : value));
  return JSON.parse(plain);
}
