import path from 'node:path';
import { drawnConcepts, type DrawnScene } from './draw-scenes.ts';
import { writeFile, writePng, writeScenePicture } from './write-scene-files.ts';

/**
 * Labels of the Broden layout that drawn scenes have beyond {@link drawnConcepts}: `fabric` is a material that an
 * object bears too.
 */
export const drawnBrodenExtra = { number: 300, name: 'fabric', categories: 'material(36);object(3)' } as const;

/** Bytes of RGB pixels that say `number` as R + 256 G. */
export function brodenPixels(numbers: Uint16Array): Uint8Array {
  return Uint8Array.from([...numbers].flatMap((number) => [number & 255, number >> 8, 0]));
}

/**
 * Writes scenes as a Broden data set: objects (number 300 in place of balls, so that both channels are used) and parts
 * at half the size, the kind of place for the whole image, materials of the first scene in two planes.
 */
export function writeBrodenLayout(folder: string, scenes: readonly DrawnScene[]): string {
  const coverage = { object: 0.5, part: 0.25, scene: 1 };
  const rows = scenes.map((scene, index) => {
    const { name, width, height } = scene;
    const [sw, sh] = [Math.floor(width / 2), Math.floor(height / 2)];
    const half = (plane: Uint16Array) =>
      Uint16Array.from(
        { length: sw * sh },
        (_, pixel) => plane[2 * Math.floor(pixel / sw) * width + 2 * (pixel % sw)] ?? 0,
      );
    const write = (suffix: string, numbers: Uint16Array) => {
      writePng(path.join(folder, 'images', 'drawn', `${name}${suffix}.png`), {
        width: sw,
        height: sh,
        data: brodenPixels(numbers),
        channels: 3,
        depth: 8,
      });
      return `drawn/${name}${suffix}.png`;
    };
    writeScenePicture(path.join(folder, 'images', 'drawn', `${name}.jpg`), scene);
    const objects = half(scene.objects).map((number) => (number === 4 ? drawnBrodenExtra.number : number));
    const material =
      index === 0
        ? [
            write(
              '_material_1',
              objects.map((number) => (number === 300 ? 300 : 0)),
            ),
            write(
              '_material_2',
              objects.map((number) => (number === 1 ? 300 : 0)),
            ),
          ].join(';')
        : '';
    return [
      `drawn/${name}.jpg`,
      index % 2 === 0 ? 'train' : 'val',
      height,
      width,
      sh,
      sw,
      write('_object', objects),
      material,
      write('_part', half(scene.parts)),
      `${String(scene.place)};${String(23 - scene.place)}`,
    ].join(',');
  });
  const csv = (name: string, lines: readonly string[]) => {
    writeFile(path.join(folder, name), `${lines.join('\n')}\n`);
  };
  csv('index.csv', ['image,split,ih,iw,sh,sw,object,material,part,scene', ...rows]);
  csv('category.csv', [
    'name,first,last,count,frequency',
    'object,1,300,7,9',
    'material,300,300,1,1',
    'part,7,10,4,6',
    'scene,11,12,2,9',
  ]);
  csv('label.csv', [
    'number,name,category,frequency,coverage,syns',
    ...drawnConcepts.map(({ number, name, category }) => `${String(number)},${name},${category}(9),9,1.5,`),
    `300,fabric,${drawnBrodenExtra.categories},39,4.225474,cloth`,
  ]);
  const codes = (category: keyof typeof coverage) =>
    drawnConcepts
      .filter((concept) => concept.category === category)
      .map(({ number, name }, code) => `${String(code + 1)},${String(number)},${name},9,${String(coverage[category])}`);
  csv('c_object.csv', ['code,number,name,frequency,coverage', ...codes('object'), '7,300,fabric,3,0.1']);
  csv('c_material.csv', ['code,number,name,frequency,coverage', '1,300,fabric,36,4.1']);
  csv('c_part.csv', ['code,number,name,frequency,coverage', ...codes('part')]);
  csv('c_scene.csv', ['code,number,name,frequency,coverage', ...codes('scene')]);
  return folder;
}
