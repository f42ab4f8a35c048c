import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode, type ImageData } from 'fast-png';
import { drawnConcepts, type DrawnScene } from './draw-scenes.ts';

/** Writes a PNG file, with the folders above it. */
export function writePng(file: string, image: ImageData): void {
  writeFile(file, encode(image));
}

/** Writes a file, with the folders above it. */
export function writeFile(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Writes the picture of a scene as RGB PNG. */
export function writeScenePicture(file: string, { width, height, pixels }: DrawnScene): void {
  writePng(file, { width, height, data: pixels, channels: 3, depth: 8 });
}

/** Options of {@link writePlainLayout}. */
export interface WritePlainLayoutOptions {
  /** Bits of a label image. @default 8 */
  readonly depth?: 8 | 16;
  /** Whether planes are `NAME.png`, `NAME_1.png`, … or stand in a folder for each category. @default 'numbered' */
  readonly planes?: 'numbered' | 'folders';
}

/** Paths of a data set in the plain layout. */
export interface PlainLayout {
  /** Folder of the pictures. */
  readonly images: string;
  /** Folder of the label images. */
  readonly labels: string;
  /** CSV file of number, name and category. */
  readonly labelNames: string;
}

/** Writes scenes as a folder of pictures, a folder of grey label images (objects, parts) and `labels.csv`. */
export function writePlainLayout(
  folder: string,
  scenes: readonly DrawnScene[],
  { depth = 8, planes = 'numbered' }: WritePlainLayoutOptions = {},
): PlainLayout {
  const layout = {
    images: path.join(folder, 'images'),
    labels: path.join(folder, 'labels'),
    labelNames: path.join(folder, 'labels.csv'),
  };
  writeFile(
    layout.labelNames,
    [
      'number,name,category',
      ...drawnConcepts.map(({ number, name, category }) => `${String(number)},${name},${category}`),
      '',
    ].join('\n'),
  );
  for (const scene of scenes) {
    const { name, width, height } = scene;
    writeScenePicture(path.join(layout.images, `${name}.png`), scene);
    const files = planes === 'numbered' ? [`${name}.png`, `${name}_1.png`] : [`object/${name}.png`, `part/${name}.png`];
    [scene.objects, scene.parts].forEach((plane, index) => {
      writePng(path.join(layout.labels, files[index] ?? ''), {
        width,
        height,
        data: depth === 16 ? plane : Uint8Array.from(plane),
        channels: 1,
        depth,
      });
    });
  }
  return layout;
}
