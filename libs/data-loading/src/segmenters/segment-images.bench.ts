import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel, drawScenes, writeScenePicture } from '@intermodel/testing';
import { bench, describe } from 'vitest';
import { openLabelledImages } from '../images/load-labelled-images.ts';
import { decideClasses } from './decide-classes.ts';
import { segmentImages } from './segment-images.ts';
import type { Segmenter } from './segmenter.ts';

// 16 pictures of 640 x 480 through a segmenter of 150 classes at a quarter of 512 x 512, upsampled before deciding:
// images/s = 16 x hz.
const count = 16;
const classes = Array.from({ length: 150 }, (_, index) => ({ index, name: `class ${String(index)}` }));
const root = mkdtempSync(path.join(tmpdir(), 'bench-'));
process.once('exit', () => {
  rmSync(root, { recursive: true, force: true });
});
const images = path.join(root, 'images');
for (const scene of drawScenes({ count, width: 640, height: 480 }))
  writeScenePicture(path.join(images, `${scene.name}.png`), scene);
const file = path.join(root, 'segmenter.onnx');
const weights = Float32Array.from({ length: 150 * 3 }, (_, index) => Math.sin(index * 12.9898));
writeFileSync(
  file,
  buildOnnxModel({
    inputs: [{ name: 'pixels', dims: ['batch', 3, 512, 512] }],
    outputs: [{ name: 'logits', dims: ['batch', 150, 128, 128] }],
    nodes: [
      {
        op: 'AveragePool',
        inputs: ['pixels'],
        outputs: ['small'],
        attributes: { kernel_shape: [4, 4], strides: [4, 4] },
      },
      { op: 'Conv', inputs: ['small', 'weights'], outputs: ['logits'] },
    ],
    initializers: { weights: { dims: [150, 3, 1, 1], data: weights } },
  }),
);
const input = {
  height: 512,
  width: 512,
  filter: 'bilinear',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;
const segmenters: readonly Segmenter[] = [{ file, input, heads: [{ tensor: 'logits', category: 'object', classes }] }];
const [kept, fresh] = [path.join(root, 'kept'), path.join(root, 'fresh')];
const set = await segmentImages({ images, segmenters, labelCache: kept });
const settings = { time: 0, iterations: 3, warmupTime: 0, warmupIterations: 1 };

describe(`label ${String(count)} images by a segmenter of 150 classes (images/s = ${String(count)} x hz)`, () => {
  bench(
    'planes made anew',
    async () => {
      rmSync(fresh, { recursive: true, force: true });
      const made = await segmentImages({ images, segmenters, labelCache: fresh });
      if (made.images.length !== count) throw new Error(`${String(made.images.length)} images`);
    },
    settings,
  );
  bench(
    'planes kept from an earlier run: found and checked',
    async () => {
      const found = await segmentImages({ images, segmenters, labelCache: kept });
      if (found.images.length !== count) throw new Error(`${String(found.images.length)} images`);
    },
    settings,
  );
  bench(
    'images and kept planes loaded for a model',
    async () => {
      const { batch } = await openLabelledImages({ geometry: { width: 224, height: 224 }, vocabulary: set.vocabulary })(
        set.images,
      );
      if (batch.numRows !== count || batch.getChild('labels')?.data[0]?.children[0]?.length !== count)
        throw new Error('planes are missing');
    },
    settings,
  );
});

describe('decide among 150 classes, 128 x 128 to 512 x 512', () => {
  const noise = Float32Array.from({ length: 150 * 128 * 128 }, (_, index) => Math.sin(index * 78.233));
  // As networks give them: each class has hills of its own.
  const smooth = Float32Array.from({ length: 150 * 128 * 128 }, (_, index) => {
    const of = Math.floor(index / 16_384);
    const y = Math.floor(index / 128) % 128;
    const x = index % 128;
    return Math.sin(of + (x * ((of % 7) + 1)) / 40) + Math.cos(2 * of + (y * ((of % 5) + 1)) / 40);
  });
  const candidates = { owners: new Uint16Array(512 * 512), allowed: new Uint8Array(150).fill(1) };
  for (const [name, data, options] of [
    ['hills', smooth, {}],
    ['noise, of which most classes can win anywhere', noise, {}],
    ['rival: hills, all classes interpolated', smooth, { candidates }],
  ] as const) {
    bench(
      name,
      () => {
        const [plane] = decideClasses(
          { data, classes: 150, height: 128, width: 128, channelsLast: false },
          { size: input, ...options },
        );
        if (plane?.length !== 512 * 512) throw new Error('no plane');
      },
      settings,
    );
  }
});
