import path from 'node:path';
import type { DrawnScene } from './draw-scenes.ts';
import { writeFile, writePng, writeScenePicture } from './write-scene-files.ts';

/**
 * Colour of an index in the palette of Pascal VOC: bit k of red, green and blue comes from bits 3(7-k), +1, +2 of the
 * index.
 */
export function vocPaletteColour(index: number): [red: number, green: number, blue: number] {
  const colour: [number, number, number] = [0, 0, 0];
  for (let bits = index, weight = 128; bits > 0; bits >>= 3, weight >>= 1) {
    if ((bits & 1) !== 0) colour[0] += weight;
    if ((bits & 2) !== 0) colour[1] += weight;
    if ((bits & 4) !== 0) colour[2] += weight;
  }
  return colour;
}

/** Options of {@link writeVocLayout}. */
export interface WriteVocLayoutOptions {
  /** Whether label images are palette PNG, as released, or had their indices expanded to colours. @default 'palette' */
  readonly labels?: 'palette' | 'colours';
}

/**
 * Class numbers of Pascal VOC that drawn objects are written as: ball 5, house 11, tree 16; sky, grass and water are
 * background.
 */
export const drawnVocClasses: ReadonlyMap<number, number> = new Map([
  [4, 5],
  [5, 11],
  [6, 16],
]);

/** Index of each pixel as VOC would have it: the class, and 255 where a thing meets another thing or the background. */
export function drawnVocIndices({ width, height, objects, things }: DrawnScene): Uint8Array {
  return Uint8Array.from(objects, (object, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const neighbours = [
      x > 0 ? pixel - 1 : pixel,
      x < width - 1 ? pixel + 1 : pixel,
      y > 0 ? pixel - width : pixel,
      y < height - 1 ? pixel + width : pixel,
    ];
    return neighbours.some((other) => things[other] !== things[pixel]) ? 255 : (drawnVocClasses.get(object) ?? 0);
  });
}

/**
 * Writes scenes as a Pascal VOC data set: JPEGImages (PNG data under their names), SegmentationClass, ImageSets with
 * `train` and `val`.
 */
export function writeVocLayout(
  folder: string,
  scenes: readonly DrawnScene[],
  { labels = 'palette' }: WriteVocLayoutOptions = {},
): string {
  const palette = Array.from({ length: 256 }, (_, index) => vocPaletteColour(index));
  scenes.forEach((scene) => {
    const { name, width, height } = scene;
    const indices = drawnVocIndices(scene);
    writeScenePicture(path.join(folder, 'JPEGImages', `${name}.jpg`), scene);
    const colours = () => Uint8Array.from([...indices].flatMap((index) => palette[index] ?? []));
    writePng(
      path.join(folder, 'SegmentationClass', `${name}.png`),
      labels === 'palette'
        ? { width, height, data: indices, channels: 1, depth: 8, palette }
        : { width, height, data: colours(), channels: 3, depth: 8 },
    );
  });
  const train = scenes.filter((_, index) => index % 2 === 0);
  const val = scenes.filter((_, index) => index % 2 === 1);
  for (const [split, some] of Object.entries({ train, val }))
    writeFile(
      path.join(folder, 'ImageSets', 'Segmentation', `${split}.txt`),
      some.map(({ name }) => `${name}\n`).join(''),
    );
  return folder;
}
