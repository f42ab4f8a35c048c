import { imageSide } from '../halve-drawing.ts';
import { numberOf, thingNames } from '../vocabulary.ts';
import type { FolderFiles, Layout, WorldPart } from './layout.ts';

/**
 * The COCO layout: `annotations/instances_PART.json` with boxes and run-length masks of all things that are seen; the
 * images are those of the plain layout.
 */
export function cocoLayout(files: FolderFiles): Layout {
  const categories = thingNames.map((name) => ({ id: numberOf('object', name), name, supercategory: 'thing' }));
  const parts = new Map<WorldPart, { images: object[]; annotations: object[] }>();
  let annotation = 0;
  return {
    add({ name, part, things, instances }) {
      const { images, annotations } = parts.get(part) ?? { images: [], annotations: [] };
      parts.set(part, { images, annotations });
      const id = Number(name) + 1;
      images.push({ id, file_name: `${name}.png`, width: imageSide, height: imageSide });
      things.forEach(({ name: thing, pixels, box }, index) => {
        annotations.push({
          id: ++annotation,
          image_id: id,
          category_id: numberOf('object', thing),
          bbox: box,
          area: pixels,
          iscrowd: 0,
          segmentation: { size: [imageSide, imageSide], counts: runLengths(instances, index + 1) },
        });
      });
    },
    finish() {
      for (const [part, { images, annotations }] of parts)
        files.write(`annotations/instances_${part}.json`, `${JSON.stringify({ images, annotations, categories })}\n`);
    },
  };
}

/** Lengths of runs without and with an instance, column by column, the first of those without. */
export function runLengths(instances: Uint8Array, instance: number): number[] {
  const runs = [0];
  let isInside = false;
  for (let x = 0; x < imageSide; x++)
    for (let y = 0; y < imageSide; y++) {
      const isNow = instances[y * imageSide + x] === instance;
      if (isNow !== isInside) runs.push(0);
      isInside = isNow;
      runs[runs.length - 1] = (runs.at(-1) as number) + 1;
    }
  return runs;
}
