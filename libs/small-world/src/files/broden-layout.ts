import { imageSide } from '../halve-drawing.ts';
import { numberOf, worldCategories, worldConcepts, type WorldCategory } from '../vocabulary.ts';
import type { FolderFiles, Layout } from './layout.ts';
import { planeCategories } from './plain-layout.ts';

/**
 * The Broden layout (Bau et al. 2017) in `broden/`: `index.csv`, `category.csv`, `label.csv`, `c_CATEGORY.csv`, images and
 * label images (R + 256 G) in `images/`, kinds of places as labels of whole images.
 */
export function brodenLayout(files: FolderFiles): Layout {
  const rows: (readonly (string | number)[])[] = [];
  const pixelsOf = new Float64Array(worldConcepts.length + 1);
  const imagesOf = new Float64Array(worldConcepts.length + 1);
  return {
    add({ name, part, pixels, planes, scene }) {
      files.png(`broden/images/${name}.png`, pixels, 3);
      const cells = worldCategories.map((category) => {
        const counted = countPlane(planes[category]);
        for (const [number, count] of counted) {
          pixelsOf[number] = (pixelsOf[number] as number) + count;
          imagesOf[number] = (imagesOf[number] as number) + 1;
        }
        if (!planeCategories.some((withPlane) => withPlane === category)) return numberOf('scene', scene);
        if (counted.size === 0) return '';
        const file = `${name}_${category}.png`;
        files.png(`broden/images/${file}`, redGreen(planes[category]), 3);
        return file;
      });
      rows.push([`${name}.png`, part, ...[imageSide, imageSide, imageSide, imageSide], ...cells]);
    },
    finish() {
      const total = rows.length * imageSide * imageSide;
      const frequency = (number: number) => imagesOf[number] as number;
      const coverage = (number: number) => (pixelsOf[number] as number) / (total === 0 ? 1 : total);
      files.csv('broden/index.csv', ['image', 'split', 'ih', 'iw', 'sh', 'sw', ...worldCategories], rows);
      files.csv(
        'broden/category.csv',
        ['name', 'first', 'last', 'count', 'frequency'],
        worldCategories.map((category) => {
          const numbers = conceptsOf(category).map(({ number }) => number);
          return [category, numbers[0] ?? 0, numbers.at(-1) ?? 0, numbers.length, sum(numbers.map(frequency))];
        }),
      );
      files.csv(
        'broden/label.csv',
        ['number', 'name', 'category', 'frequency', 'coverage', 'syns'],
        worldConcepts.map(({ number, name, category }) => [
          ...[number, name, `${category}(${String(frequency(number))})`],
          ...[frequency(number), coverage(number), ''],
        ]),
      );
      for (const category of worldCategories)
        files.csv(
          `broden/c_${category}.csv`,
          ['code', 'number', 'name', 'frequency', 'coverage'],
          conceptsOf(category).map(({ number, name }, code) => [
            ...[code + 1, number, name],
            ...[frequency(number), coverage(number)],
          ]),
        );
    },
  };
}

function conceptsOf(category: WorldCategory) {
  return worldConcepts.filter((concept) => concept.category === category);
}

function countPlane(plane: Uint8Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const number of plane) if (number > 0) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}

function redGreen(plane: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(plane.length * 3);
  plane.forEach((number, pixel) => {
    pixels[3 * pixel] = number;
  });
  return pixels;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
