import { hash } from 'node:crypto';
import type { CombinedLabels } from '@intermodel/numerics';
import type { ImageGroup } from '../chance/image-groups.ts';

/** Most blocks that images are cut into, unless asked otherwise. */
export const usualBlocks = 200;

/** Most images of one block that are counted at a time. */
const imagesAtOnce = 128;

/** Images of a study in blocks, which are drawn as wholes. */
export interface ImageBlocks {
  /** Blocks. */
  readonly count: number;
  /** Block of each image, by its name. */
  readonly of: ReadonlyMap<string, number>;
}

/**
 * Cuts images into blocks whose sizes differ by one image at most: in the order of the hashes (SHA-256) of their names,
 * so that neither the order of the images nor their cut into shards decides, nor do images that are alike stand in one
 * block because their names are.
 *
 * @param names names of all images, each once
 * @param most most blocks; fewer images make one block each
 */
export function cutBlocks(names: readonly string[], most: number): ImageBlocks {
  const count = Math.min(most, names.length);
  const sorted = names
    .map((name) => ({ name, place: hash('sha256', name) }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  return {
    count,
    of: new Map(sorted.map(({ name }, rank) => [name, Math.floor((rank * count) / sorted.length)])),
  };
}

/** Groups the images of a shard by their blocks, each with its own labels: the sums of "replicate" b are those of block b. */
export function groupByBlock(
  names: readonly string[],
  labels: readonly CombinedLabels[],
  { count, of }: ImageBlocks,
): ImageGroup[] {
  const inBlock = new Map<number, number[]>();
  names.forEach((name, image) => {
    const block = of.get(name) as number;
    const open = inBlock.get(block);
    if (open === undefined) inBlock.set(block, [image]);
    else open.push(image);
  });
  return [...inBlock].flatMap(([block, images]) => {
    const chosen = new Uint32Array(count);
    chosen[block] = 1;
    return Array.from({ length: Math.ceil(images.length / imagesAtOnce) }, (_, chunk): ImageGroup => {
      const own = images.slice(chunk * imagesAtOnce, (chunk + 1) * imagesAtOnce);
      return {
        images: own,
        labelled: own.map((image) => ({ labels: labels[image] as CombinedLabels, down: 0, right: 0 })),
        labelOf: Uint8Array.from(own, (_each, index) => index),
        chosen,
      };
    });
  });
}
