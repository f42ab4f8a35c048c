import path from 'node:path';
import { writeNpy } from './write-npy.ts';
import { writeFile, writePng } from './write-scene-files.ts';

/** Sides of the images of {@link writeTaskLayouts}. */
const size = { width: 8, height: 6 } as const;
const pixels = size.width * size.height;
const stems = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** An image whose bytes no other one has. */
function writeImage(file: string, number: number): void {
  const data = Uint8Array.from({ length: pixels * 3 }, (_, index) => (index * 7 + number * 31) % 256);
  writePng(file, { ...size, data, channels: 3, depth: 8 });
}

/** Writes six images with what is to be told of them, in each of the layouts of tasks, into folders of their names. */
export const writeTaskLayouts = {
  /** `cat` and `dog`, three images each, without parts. */
  'class-folders': (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, index % 2 === 0 ? 'cat' : 'dog', `${stem}.png`), index);
    });
  },
  /** Classes of images with parts; one image has two classes. */
  'class-csv': (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, 'images', `${stem}.png`), index);
    });
    const rows = ['a,cat|dog,train', 'b,dog,train', 'c,cat,val', 'd,dog,val', 'e,cat,test', 'f,dog,test'];
    writeFile(path.join(folder, 'labels.csv'), ['image,label,split', ...rows, ''].join('\n'));
  },
  /** A box around each object, one of them a crowd; an image without boxes. */
  'coco-boxes': (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, 'images', `${stem}.png`), index);
    });
    for (const [part, some] of Object.entries({ train2017: stems.slice(0, 4), val2017: stems.slice(4) }))
      writeFile(
        path.join(folder, 'annotations', `instances_${part}.json`),
        JSON.stringify({
          images: some.map((stem, id) => ({ id, file_name: `${stem}.png`, ...size })),
          categories: [
            { id: 7, name: 'cat' },
            { id: 9, name: 'dog' },
          ],
          annotations: some.slice(1).map((_, index) => ({
            ...{ id: index, image_id: index + 1, category_id: index % 2 === 0 ? 7 : 9, iscrowd: index === 1 ? 1 : 0 },
            bbox: [index, 1, 4, 3.5],
          })),
        }),
      );
  },
  /** An object in each image, one of them difficult. */
  'voc-boxes': (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, 'JPEGImages', `${stem}.png`), index);
      const corners = Object.entries({ xmin: 1, ymin: 2, xmax: 4, ymax: 6 });
      writeFile(
        path.join(folder, 'Annotations', `${stem}.xml`),
        [
          `<annotation><size><width>${String(size.width)}</width><height>${String(size.height)}</height></size>`,
          `<object><name>${index % 2 === 0 ? 'cat' : 'dog'}</name><difficult>${index === 1 ? '1' : '0'}</difficult>`,
          `<bndbox>${corners.map(([name, value]) => `<${name}>${String(value)}</${name}>`).join('')}</bndbox>`,
          '</object></annotation>',
        ].join('\n'),
      );
    });
    for (const [part, some] of Object.entries({ train: 'a\nb\n', val: 'c\nd\n', test: 'e\nf\n' }))
      writeFile(path.join(folder, 'ImageSets', 'Main', `${part}.txt`), some);
  },
  /** Label planes of two concepts, a quarter of the pixels unlabelled. */
  planes: (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, 'images', `${stem}.png`), index);
      const data = Uint8Array.from({ length: pixels }, (_, pixel) => (pixel % 4 === 0 ? 0 : 1 + (pixel % 2)));
      writePng(path.join(folder, 'labels', `${stem}.png`), { ...size, data, channels: 1, depth: 8 });
    });
    writeFile(path.join(folder, 'labels.csv'), 'number,name,category\n1,sky,object\n2,sea,object\n');
  },
  /** Normals as PNG and arrays in turn, half of the pixels of a PNG unknown. */
  normals: (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, 'images', `${stem}.png`), index);
      const file = path.join(folder, 'normals', stem);
      const vectors = Array.from({ length: pixels }, (_, pixel) => (pixel % 2 === 0 ? [0, 0, 1] : [0.6, 0, 0.8]));
      if (index % 2 === 1) writeNpy(`${file}.npy`, vectors.flat(), [size.height, size.width, 3], '<f4');
      else {
        const data = Uint8Array.from(
          vectors.flatMap((vector, pixel) => (pixel % 2 === 0 ? [0, 0, 0] : sampled(vector))),
        );
        writePng(`${file}.png`, { ...size, data, channels: 3, depth: 8 });
      }
    });
  },
  /** Depths as 16-bit PNG and arrays in turn, a quarter of the pixels unknown. */
  depth: (folder: string): void => {
    stems.forEach((stem, index) => {
      writeImage(path.join(folder, 'images', `${stem}.png`), index);
      const file = path.join(folder, 'depth', stem);
      const depths = Array.from({ length: pixels }, (_, pixel) => (pixel % 4 === 0 ? 0 : 1 + pixel / 100));
      if (index % 2 === 1) writeNpy(`${file}.npy`, depths, [size.height, size.width], '<f4');
      else
        writePng(`${file}.png`, {
          ...{ ...size, channels: 1, depth: 16 },
          data: Uint16Array.from(depths, (depth) => Math.round(1000 * depth)),
        });
    });
  },
} as const satisfies Readonly<Record<string, (folder: string) => void>>;

/** A vector as 8-bit RGB. */
function sampled(vector: readonly number[]): number[] {
  return vector.map((value) => Math.round(((value + 1) / 2) * 255));
}
