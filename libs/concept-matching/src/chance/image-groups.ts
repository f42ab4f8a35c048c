import { hash } from 'node:crypto';
import { createRandom, type CombinedLabels, type LabelledGroup } from '@intermodel/numerics';
import type { NullKind } from '@intermodel/schemas';

/** Fewest images among which labels are exchanged, unless there are fewer in all. */
export const fewestExchanged = 8;

/** Positions on the torus that labels are rolled to, their own among them: eighths of the sides apart. */
const rollPositions = 8;

/** Images whose labels are taken from them together. */
export interface ImageGroup extends Omit<LabelledGroup, 'images'> {
  /** Their places within the shard. */
  readonly images: readonly number[];
}

/** Options of {@link groupImages}. */
export interface GroupImagesOptions {
  /** How labels are taken from their images. */
  readonly kind: NullKind;
  /** Seed of the draws. */
  readonly seed: number;
  /** Number of the first replicate. */
  readonly first: number;
  /** Replicates to draw. */
  readonly count: number;
  /** Size of a label plane. */
  readonly grid: { readonly labelHeight: number; readonly labelWidth: number };
}

/**
 * Cuts a shard into groups of 8 to 15 images, or one of fewer, and draws for every replicate how each group is labelled;
 * before the replicates stands the labelling as it is. The images of a group lie as far apart in the shard as they can,
 * since neighbours are often alike.
 *
 * Labels are exchanged by a turn of the group's images in a circle, rolled by a multiple of a vector of each image whose
 * components are eighths of the sides, at least one of them odd. Turns and multiples form a group of transformations
 * that has the labelling as it is among them, so that p-values of random draws are exact. Draws depend on nothing but
 * the seed and the names and labels of the group's images.
 *
 * @param names names of the shard's images
 * @param labels labels of each
 * @param options null and draws
 */
export function groupImages(
  names: readonly string[],
  labels: readonly CombinedLabels[],
  options: GroupImagesOptions,
): ImageGroup[] {
  const count = Math.max(1, Math.floor(names.length / fewestExchanged));
  return Array.from({ length: Math.min(count, names.length) }, (_, group) => {
    const images = [...names.keys()].filter((image) => image % count === group);
    const random = createRandom(options.seed, streamOf(images, names, labels, options.kind));
    const own = images.map((image) => labels[image] as CombinedLabels);
    const relabelled = options.kind === 'exchange' ? turned(own) : rolled(own, options.grid, random.below);
    const labellings = relabelled.labelOf.length / images.length;
    const chosen = new Uint32Array(1 + options.count);
    for (let replicate = 0; replicate < options.first + options.count; replicate++) {
      const labelling = random.below(labellings);
      if (replicate >= options.first) chosen[1 + replicate - options.first] = labelling;
    }
    return { images, ...relabelled, chosen };
  });
}

type Relabelled = Pick<LabelledGroup, 'labelled' | 'labelOf'>;

/** In labelling s an image has the labels of the one that is s places behind it. */
function turned(labels: readonly CombinedLabels[]): Relabelled {
  const { length } = labels;
  return {
    labelled: labels.map((own) => ({ labels: own, down: 0, right: 0 })),
    labelOf: Uint8Array.from(
      { length: length * length },
      (_, at) => (Math.floor(at / length) + (at % length)) % length,
    ),
  };
}

/** In labelling s the labels of an image are s times as far from their place as in the first. */
function rolled(
  labels: readonly CombinedLabels[],
  { labelHeight, labelWidth }: GroupImagesOptions['grid'],
  below: (bound: number) => number,
): Relabelled {
  const labelled = labels.flatMap((own) => {
    let [down, right] = [0, 0];
    // With an odd component no multiple but the eighth comes back to the start.
    while (down % 2 === 0 && right % 2 === 0) [down, right] = [below(rollPositions), below(rollPositions)];
    return Array.from({ length: rollPositions }, (_, position) => ({
      labels: own,
      down: placeOf(position * down, labelHeight),
      right: placeOf(position * right, labelWidth),
    }));
  });
  return { labelled, labelOf: Uint8Array.from(labelled, (_, index) => index) };
}

function placeOf(eighths: number, size: number): number {
  return Math.round(((eighths % rollPositions) * size) / rollPositions);
}

/** Number of a stream of draws that depends on the content of a group alone. */
function streamOf(
  images: readonly number[],
  names: readonly string[],
  labels: readonly CombinedLabels[],
  kind: NullKind,
): number {
  const contents = images.map((image) => {
    const own = labels[image] as CombinedLabels;
    return [names[image], hash('sha256', new Uint8Array(own.buffer, own.byteOffset, own.byteLength))];
  });
  return Number.parseInt(hash('sha256', JSON.stringify([kind, contents])).slice(0, 12), 16);
}
