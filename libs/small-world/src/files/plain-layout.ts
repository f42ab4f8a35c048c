import { imageSide } from '../halve-drawing.ts';
import { numberOf, worldConcepts, type WorldCategory } from '../vocabulary.ts';
import type { FolderFiles, Layout } from './layout.ts';

/** Categories that have a plane of labels; the kind of place holds for a whole image. */
export const planeCategories = ['object', 'part', 'material', 'color'] as const satisfies readonly WorldCategory[];

/**
 * The plain layout: `images/NAME.png`, `labels/NAME.npy` (planes of objects, parts, materials and colours), `labels.csv`,
 * `image-labels.csv` (the kind of place).
 */
export function plainLayout(files: FolderFiles): Layout {
  const places: (readonly [string, number])[] = [];
  return {
    add({ name, pixels, planes, scene }) {
      files.png(`images/${name}.png`, pixels, 3);
      const all = Buffer.concat(planeCategories.map((category) => planes[category]));
      files.npy(`labels/${name}.npy`, all, [planeCategories.length, imageSide, imageSide]);
      places.push([`${name}.png`, numberOf('scene', scene)]);
    },
    finish() {
      files.csv(
        'labels.csv',
        ['number', 'name', 'category'],
        worldConcepts.map(({ number, name, category }) => [number, name, category]),
      );
      files.csv('image-labels.csv', ['image', 'number'], places);
    },
  };
}
