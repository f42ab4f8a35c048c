import path from 'node:path';
import { drawnConcepts, type DrawnScene } from './draw-scenes.ts';
import { matlabStructOfTexts } from './matlab-file.ts';
import { writeFile, writePng, writeScenePicture } from './write-scene-files.ts';

/** Class of each drawn concept in the ADE20K layout; those over 255 use both channels. */
export const drawnAde20kClasses: ReadonlyMap<number, number> = new Map(
  drawnConcepts.map(({ number }) => [number, number <= 6 ? number : 250 + number]),
);

/** Number of classes of the ADE20K layout that drawn scenes are written in. */
export const drawnAde20kCount = 262;

/** Object names by class, with synonyms after a comma. */
export function drawnAde20kNames(): string[] {
  const names = Array.from({ length: drawnAde20kCount }, (_, index) => `unused ${String(index + 1)}`);
  for (const { number, name } of drawnConcepts)
    names[(drawnAde20kClasses.get(number) ?? 1) - 1] = `${name}, thing called ${name}`;
  return names;
}

/** Options of {@link writeAde20kLayout}. */
export interface WriteAde20kLayoutOptions {
  /**
   * Release whose way of naming classes is written: `index_ade20k.mat`, or a JSON file for each image. @default 2016
   */
  readonly release?: 2016 | 2021;
}

/**
 * Writes scenes as the full ADE20K: class = floor(R / 10) * 256 + G, instances in B, parts of level 1 and 2 in files of
 * their own.
 */
export function writeAde20kLayout(
  folder: string,
  scenes: readonly DrawnScene[],
  { release = 2016 }: WriteAde20kLayoutOptions = {},
): string {
  const names = drawnAde20kNames();
  scenes.forEach((scene, index) => {
    const { width, height, objects, parts, things } = scene;
    const at = (suffix: string) =>
      path.join(
        folder,
        'images',
        index % 3 === 2 ? 'validation' : 'training',
        's',
        'scenery',
        `${scene.name}${suffix}`,
      );
    const write = (suffix: string, numbers: Uint16Array) => {
      const data = Uint8Array.from(
        [...numbers].flatMap((number, pixel) => {
          const code = drawnAde20kClasses.get(number) ?? 0;
          return [10 * (code >> 8) + (code > 0 ? 3 : 0), code & 255, 17 * (things[pixel] ?? 0)];
        }),
      );
      writePng(at(suffix), { width, height, data, channels: 3, depth: 8 });
    };
    writeScenePicture(at('.jpg'), scene);
    write('_seg.png', objects);
    if (parts.some((part) => part > 0)) {
      write('_parts_1.png', parts);
      write(
        '_parts_2.png',
        parts.map((part) => (part === 8 ? 7 : 0)),
      );
    }
    if (release === 2021) {
      const present = [...new Set([...objects, ...parts])]
        .filter((number) => number > 0)
        .map((number, id) => {
          const code = drawnAde20kClasses.get(number) ?? 0;
          return { id, name: names[code - 1], name_ndx: code, parts: { part_level: number > 6 ? 1 : 0 } };
        });
      writeFile(
        at('.json'),
        JSON.stringify({ annotation: { filename: `${scene.name}.jpg`, imsize: [height, width, 3], object: present } }),
      );
    }
  });
  if (release === 2016)
    writeFile(
      path.join(folder, 'index_ade20k.mat'),
      matlabStructOfTexts('index', { filename: ['a.jpg', 'b.jpg'], objectnames: names }),
    );
  return folder;
}

/** Writes scenes as ADEChallengeData2016: 8-bit grey, 0 other, names with tabs in `objectInfo150.txt`. */
export function writeAde20kChallengeLayout(
  folder: string,
  scenes: readonly DrawnScene[],
  { reducedZero = false }: { readonly reducedZero?: boolean } = {},
): string {
  scenes.forEach((scene, index) => {
    const { name, width, height, objects } = scene;
    const split = index % 3 === 2 ? 'validation' : 'training';
    writeScenePicture(path.join(folder, 'images', split, `${name}.jpg`), scene);
    // Water counts as "other", so that 0 occurs.
    const data = Uint8Array.from(objects, (number) => (number === 3 ? 0 : number)).map((number) =>
      reducedZero ? (number + 255) & 255 : number,
    );
    writePng(path.join(folder, 'annotations', split, `${name}.png`), { width, height, data, channels: 1, depth: 8 });
  });
  const classes = Array.from({ length: 150 }, (_, index) =>
    [index + 1, 0.1, 1, 1, 0, drawnConcepts[index]?.name ?? `class ${String(index + 1)}, other`].join('\t'),
  );
  writeFile(path.join(folder, 'objectInfo150.txt'), ['Idx\tRatio\tTrain\tVal\tStuff\tName', ...classes, ''].join('\n'));
  return folder;
}
