import { createHash } from 'node:crypto';
import { type FileHashes, hashJson, HashList } from '@intermodel/steps';
import type { LabelledImageEntry, LabelSource } from '../images/labelled-image-set.ts';
import type { ImageContent } from './image-changes.ts';

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
  /** What each of its images is made of. */
  readonly contents: readonly ImageContent[];
  /** Its files, those of labels too, with the hashes of their bytes. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Cuts images into shards of `size / 2` to `size`. Where a shard ends is told by the names around, not by counting from
 * the first: an image that comes or goes changes its own shard, and seldom the next one.
 *
 * @param images images in their order
 * @param size most images of a shard, at least 1
 */
export function cutShards<Entry extends Pick<LabelledImageEntry, 'image'>>(
  images: readonly Entry[],
  size: number,
): Entry[][] {
  const least = Math.ceil(size / 2);
  // One name in so many ends a shard that is large enough.
  const rarity = Math.max(1, Math.ceil(size / 4));
  const shards: Entry[][] = [];
  let current: Entry[] = [];
  for (const entry of images) {
    current.push(entry);
    const ends =
      current.length >= size ||
      (current.length >= least && createHash('sha256').update(entry.image).digest().readUInt32LE(0) % rarity === 0);
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
export async function hashShards(
  shards: readonly (readonly LabelledImageEntry[])[],
  hashes: FileHashes,
  signal?: AbortSignal,
): Promise<ImageShard[]> {
  const hashed: ImageShard[] = [];
  for (const entries of shards) {
    const [images, labels]: [unknown[], unknown[]] = [[], []];
    const files = new Map<string, string>();
    const described = new HashList(entries.length);
    const hash = async (file: string) => {
      const sha256 = await hashes.hash(file, signal);
      files.set(file, sha256);
      return sha256;
    };
    for (const [index, { image, file, labels: sources }] of entries.entries()) {
      images.push([image, await hash(file)]);
      const own: unknown[] = [];
      for (const source of sources) own.push(await describeSource(source, hash));
      labels.push([image, own]);
      described.set(index, hashJson(own));
    }
    hashed.push(new HashedShard(entries, { images: hashJson(images), labels: hashJson(labels), files, described }));
  }
  return hashed;
}

/** A shard whose hashes of single files are held as bytes: of a million images, text of them takes half a gigabyte. */
class HashedShard implements ImageShard {
  readonly name: string;
  readonly entries: readonly LabelledImageEntry[];
  readonly images: string;
  readonly labels: string;
  readonly #files: HashList;
  readonly #described: HashList;

  constructor(
    entries: readonly LabelledImageEntry[],
    hashes: Pick<ImageShard, 'images' | 'labels' | 'files'> & { readonly described: HashList },
  ) {
    this.name = entries[0]?.image ?? '';
    this.entries = entries;
    this.images = hashes.images;
    this.labels = hashes.labels;
    this.#described = hashes.described;
    this.#files = new HashList(hashes.files.size);
    for (const [index, file] of filesOf(entries).entries()) this.#files.set(index, hashes.files.get(file) as string);
  }

  get contents(): readonly ImageContent[] {
    const { entries, files } = this;
    return entries.map(({ image, file }, index): ImageContent => [
      image,
      files.get(file) as string,
      this.#described.get(index) as string,
    ]);
  }

  get files(): ReadonlyMap<string, string> {
    return new Map(filesOf(this.entries).map((file, index) => [file, this.#files.get(index) as string]));
  }
}

/** Files of images and of their labels, each once. */
function filesOf(entries: readonly LabelledImageEntry[]): string[] {
  const files = entries.flatMap(({ file, labels }) => [file, ...labels.flatMap((source) => fileOf(source) ?? [])]);
  return [...new Set(files)];
}

/** File that a label source is read from; undefined: shapes, which were read from an index of the whole data set. */
function fileOf(source: LabelSource): string | undefined {
  return 'file' in source && source.kind !== 'shapes' ? source.file : undefined;
}

/**
 * Checks that files are still as they were hashed, before what was made of them is stored under these hashes.
 *
 * @throws InputError `FILE_CHANGED`, `FILE_CHANGING`.
 */
export async function checkFiles(
  files: ReadonlyMap<string, string>,
  hashes: FileHashes,
  signal?: AbortSignal,
): Promise<void> {
  for (const [file, sha256] of files) await hashes.checkUnchanged(file, sha256, signal);
}

/** A label source as plain data, with the content of its file instead of the path. */
async function describeSource(source: LabelSource, hash: (file: string) => Promise<string>): Promise<unknown> {
  // Shapes themselves are the content.
  const own = fileOf(source);
  const file = own === undefined ? null : await hash(own);
  const plain = JSON.stringify({ ...source, file }, (key, value: unknown) =>
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : key === 'stated' ? undefined : value,
  );
  return JSON.parse(plain);
}
