import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  drawScenes,
  writeAde20kChallengeLayout,
  writeAde20kLayout,
  writeBrodenLayout,
  writeCocoInstancesLayout,
  writeCocoPanopticLayout,
  writeNpy,
  writePlainLayout,
  writeVocLayout,
  type DrawnScene,
} from '@intermodel/testing';
import { bench, describe } from 'vitest';
import { openLabelledImages } from '../images/load-labelled-images.ts';
import { readDataset } from './read-dataset.ts';

// 24 drawn pictures of 640 x 480 with full-size labels in each layout, to 224 x 224 and 56 x 56: images/s = 24 x hz.
// A ResNet-50 on two cores takes about 41 ms an image, that is 24 images a second.
const count = 24;
const scenes = drawScenes({ count, width: 640, height: 480 });
const root = mkdtempSync(path.join(tmpdir(), 'bench-'));
process.once('exit', () => {
  rmSync(root, { recursive: true, force: true });
});

const layouts: Readonly<Record<string, (folder: string, scenes: readonly DrawnScene[]) => unknown>> = {
  plain: writePlainLayout,
  broden: writeBrodenLayout,
  ade20k: writeAde20kLayout,
  'ade20k-challenge': writeAde20kChallengeLayout,
  voc: writeVocLayout,
  'coco-panoptic': writeCocoPanopticLayout,
  'coco-instances': writeCocoInstancesLayout,
};
for (const [format, write] of Object.entries(layouts)) write(path.join(root, format), scenes);
const arrays = path.join(root, 'npy');
writePlainLayout(arrays, scenes);
rmSync(path.join(arrays, 'labels'), { recursive: true });
for (const { name, width, height, objects, parts } of scenes)
  writeNpy(path.join(arrays, 'labels', `${name}.npy`), [...objects, ...parts], [2, height, width]);

describe(`read ${String(count)} labelled images of each format (images/s = ${String(count)} x hz)`, () => {
  for (const format of [...Object.keys(layouts), 'npy']) {
    bench(
      format,
      async () => {
        const set = await readDataset(format === 'npy' ? 'plain' : format, path.join(root, format));
        const { batch } = await openLabelledImages({
          geometry: { width: 224, height: 224 },
          vocabulary: set.vocabulary,
        })(set.images);
        const labels = batch.getChild('labels');
        if (batch.numRows !== count || labels === null || labels.data[0]?.children[0]?.length === 0)
          throw new Error(`${format}: ${String(batch.numRows)} images`);
      },
      { time: 0, iterations: 5, warmupTime: 0, warmupIterations: 1 },
    );
  }
});
