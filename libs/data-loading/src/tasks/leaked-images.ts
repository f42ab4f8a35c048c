import type { DataWarning } from '../images/labelled-image-set.ts';
import { someOf } from '../images/list-files.ts';
import type { TaskImage } from './task-data.ts';
import { taskParts } from './task-parts.ts';

/**
 * Tells of images with the same bytes in two parts, whatever their names: what was learned from one is tested on the
 * other.
 *
 * @param images images of a task
 * @param hashes hash of the bytes of each image by its name; images without one are passed over
 */
export function leakedImages(
  images: readonly Pick<TaskImage<unknown>, 'image' | 'part'>[],
  hashes: ReadonlyMap<string, string>,
): DataWarning[] {
  const byHash = new Map<string, Pick<TaskImage<unknown>, 'image' | 'part'>[]>();
  for (const image of images) {
    const hash = hashes.get(image.image);
    if (hash === undefined) continue;
    const same = byHash.get(hash);
    if (same === undefined) byHash.set(hash, [image]);
    else same.push(image);
  }
  const leaked = [...byHash.values()].flatMap((same) => {
    const parts = taskParts.filter((part) => same.some((one) => one.part === part));
    return parts.length < 2
      ? []
      : [parts.map((part) => `${same.find((one) => one.part === part)?.image ?? ''} (${part})`).join(' = ')];
  });
  return leaked.length === 0
    ? []
    : [
        {
          code: 'IMAGES_LEAKED',
          message: `${String(leaked.length)} ${leaked.length === 1 ? 'image has' : 'images have'} the same bytes in more than one part, so that scores are too good: ${someOf(leaked, 3)}`,
        },
      ];
}
