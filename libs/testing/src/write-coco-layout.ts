import path from 'node:path';
import { drawnConcepts, type DrawnScene } from './draw-scenes.ts';
import { writeFile, writePng, writeScenePicture } from './write-scene-files.ts';

/** Category ids of the COCO layout that drawn objects are written as, sparse as COCO's own. */
export const drawnCocoIds: ReadonlyMap<number, number> = new Map([
  [1, 187],
  [2, 193],
  [3, 155],
  [4, 37],
  [5, 128],
  [6, 184],
]);

const split = 'val2017';

/**
 * Writes scenes as COCO panoptic: a segment for each stretch of sky, grass or water and for each thing; the last tree
 * is a crowd.
 */
export function writeCocoPanopticLayout(folder: string, scenes: readonly DrawnScene[]): string {
  const annotations = scenes.map((scene, index) => {
    const { name, width, height } = scene;
    const segments = segmentsOf(scene);
    // Ids that use all three channels.
    const idOf = (key: number) => 70_000 * (index + 1) + 257 * key;
    const data = Uint8Array.from(
      [...segmentKeys(scene)].flatMap((key) => [idOf(key) & 255, (idOf(key) >> 8) & 255, idOf(key) >> 16]),
    );
    writePng(path.join(folder, 'annotations', `panoptic_${split}`, `${name}.png`), {
      width,
      height,
      data,
      channels: 3,
      depth: 8,
    });
    const trees = segments.filter(({ object }) => object === 6);
    return {
      image_id: index + 100,
      file_name: `${name}.png`,
      segments_info: segments.map(({ key, object, area }) => ({
        id: idOf(key),
        category_id: drawnCocoIds.get(object),
        area,
        bbox: [0, 0, width, height],
        iscrowd: trees.at(-1)?.key === key ? 1 : 0,
      })),
    };
  });
  writeAnnotations(folder, 'panoptic', scenes, annotations);
  return folder;
}

/**
 * Writes scenes as COCO instances: things as run-length masks (text or numbers in turn) or, for houses, as one outline
 * around each row.
 */
export function writeCocoInstancesLayout(folder: string, scenes: readonly DrawnScene[]): string {
  const annotations = scenes.flatMap((scene, index) =>
    segmentsOf(scene)
      .filter(({ object }) => object > 3)
      .map(({ key, object, area }, place) => {
        const mask = Uint8Array.from(segmentKeys(scene), (other) => (other === key ? 1 : 0));
        const runs = columnRuns(mask, scene.width, scene.height);
        const counts = (index + place) % 2 === 0 ? encodeCounts(runs) : runs;
        const segmentation =
          object === 5 ? rowOutlines(mask, scene.width, scene.height) : { size: [scene.height, scene.width], counts };
        return {
          id: 1000 * index + key,
          image_id: index + 100,
          category_id: drawnCocoIds.get(object),
          segmentation,
          area,
          bbox: [0, 0, 1, 1],
          iscrowd: object === 6 ? 1 : 0,
        };
      }),
  );
  writeAnnotations(folder, 'instances', scenes, annotations);
  return folder;
}

/** COCO's compressed text of run lengths. */
export function encodeCounts(runs: readonly number[]): string {
  return runs
    .map((run, index) => {
      let rest = index > 2 ? run - (runs[index - 2] ?? 0) : run;
      let text = '';
      for (let more = true; more;) {
        const bits = rest & 31;
        rest >>= 5;
        more = (bits & 16) !== 0 ? rest !== -1 : rest !== 0;
        text += String.fromCharCode((more ? bits | 32 : bits) + 48);
      }
      return text;
    })
    .join('');
}

/** Lengths of the runs of 0 and 1 in turn, column by column. */
export function columnRuns(mask: Uint8Array, width: number, height: number): number[] {
  const runs = [0];
  let inside = 0;
  for (let position = 0; position < width * height; position++) {
    const value = mask[(position % height) * width + Math.floor(position / height)];
    if (value !== inside) {
      runs.push(0);
      inside = 1 - inside;
    }
    runs.push((runs.pop() ?? 0) + 1);
  }
  return runs;
}

function writeAnnotations(
  folder: string,
  kind: string,
  scenes: readonly DrawnScene[],
  annotations: readonly object[],
): void {
  for (const scene of scenes) writeScenePicture(path.join(folder, split, `${scene.name}.jpg`), scene);
  const images = scenes.map(({ name, width, height }, index) => ({
    id: index + 100,
    file_name: `${name}.jpg`,
    width,
    height,
  }));
  const categories = drawnConcepts
    .filter(({ category }) => category === 'object')
    .map(({ number, name }) => ({
      id: drawnCocoIds.get(number),
      name,
      supercategory: 'drawn',
      ...(kind === 'panoptic' ? { isthing: number > 3 ? 1 : 0 } : {}),
    }));
  writeFile(
    path.join(folder, 'annotations', `${kind}_${split}.json`),
    JSON.stringify({ images, annotations, categories }),
  );
}

interface Segment {
  readonly key: number;
  readonly object: number;
  readonly area: number;
}

/** For each pixel a key of its segment: the thing, or 100 + the object where there is no thing. */
function segmentKeys({ things, objects }: DrawnScene): Uint16Array {
  return things.map((thing, pixel) => (thing > 0 ? thing : 100 + (objects[pixel] ?? 0)));
}

function segmentsOf(scene: DrawnScene): Segment[] {
  const keys = segmentKeys(scene);
  return [...new Set(keys)]
    .sort((a, b) => a - b)
    .map((key) => ({
      key,
      object: scene.objects[keys.indexOf(key)] ?? 0,
      area: keys.filter((other) => other === key).length,
    }));
}

function rowOutlines(mask: Uint8Array, width: number, height: number): number[][] {
  const outlines: number[][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] !== 1) continue;
      const start = x;
      while (x < width && mask[y * width + x] === 1) x++;
      outlines.push([start, y, x, y, x, y + 1, start, y + 1]);
    }
  }
  return outlines;
}
