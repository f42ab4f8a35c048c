import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageGeometries } from '@intermodel/data-loading';
import { defineStudy } from '@intermodel/studies';
import {
  buildOnnxModel,
  drawScenes,
  encoderShapes,
  goldenSegmenters,
  pyramidShapes,
  torchZipBytes,
  upernetShapes,
  writeScenePicture,
  type Shapes,
} from '@intermodel/testing';
import { bench, describe } from 'vitest';
import { openImageSource } from './image-source.ts';
import { openSegmenters } from './open-segmenters.ts';

const root = mkdtempSync(path.join(tmpdir(), 'bench-'));
process.once('exit', () => {
  rmSync(root, { recursive: true, force: true });
});

/** Writes a checkpoint of so many small values. */
function write(name: string, shapes: Shapes): string {
  const tensors = [...shapes].map(([key, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const fan = count / (shape[0] ?? 1);
    const scale = key.endsWith('running_var') ? 1 : Math.sqrt(3 / fan);
    const values = Float32Array.from({ length: count }, (_, index) =>
      key.endsWith('running_var') ? 1 : scale * (((index * 7919) % 2003) / 1001 - 1),
    );
    return [key, { shape, values }] as const;
  });
  const file = path.join(root, name);
  writeFileSync(file, torchZipBytes(Object.fromEntries(tensors)));
  return file;
}

const { openSession } = await import('@intermodel/onnx');
const { labels, colourLabels } = goldenSegmenters();
const checkpoint = [
  write('encoder_epoch_40.pth', encoderShapes([3, 4, 6, 3], true)),
  write('decoder_epoch_40.pth', upernetShapes()),
  write('encoder_epoch_20.pth', encoderShapes([2, 2, 2, 2], false)),
  write('decoder_epoch_20.pth', pyramidShapes()),
];
const opened = await openSegmenters(checkpoint, { labels: [labels, colourLabels] });

/** Rows of the maps that a convolution puts out, for images of 256 x 256. */
function outputSide(name: string): number {
  const [, stage, block, part] = /^layer(\d)\.(\d+)\.(\w+)/u.exec(name) ?? [];
  if (stage !== undefined) {
    const at = [64, 32, 16, 8][Number(stage) - 1] ?? 8;
    return part === 'conv1' && block === '0' && stage !== '1' ? 2 * at : at;
  }
  if (/^conv\d\./u.test(name)) return 128;
  if (/^ppm/u.test(name)) return 8;
  const level = /^fpn_(?:in|out)\.(\d)/u.exec(name)?.[1];
  return level === undefined ? 64 : ([64, 32, 16][Number(level)] ?? 64);
}

const parsing = opened[0]?.built;
const macs = (parsing?.constants ?? []).reduce(
  (sum, { name, dims }) =>
    dims.length === 4 && name.endsWith('.weight')
      ? sum + dims.reduce((product, size) => product * size, 1) * outputSide(name) ** 2
      : sum,
  0,
);

// One convolution of the kind that most of the work is, as a measure of what the runtime can do here.
const one = path.join(root, 'one.onnx');
const fused = { dims: [512, 2048, 3, 3], data: new Float32Array(512 * 2048 * 9).fill(1e-3) };
const oneMacs = 512 * 2048 * 9 * 64 * 64;
writeFileSync(
  one,
  buildOnnxModel({
    inputs: [{ name: 'maps', dims: ['batch', 2048, 64, 64] }],
    outputs: [{ name: 'fused', dims: ['batch', 512, 64, 64] }],
    nodes: [
      {
        op: 'Conv',
        inputs: ['maps', 'weight'],
        outputs: ['fused'],
        attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      },
    ],
    initializers: { weight: fused },
  }),
);

const image = Float32Array.from({ length: 3 * 224 * 224 }, (_, index) => (index * 31) % 256);
const sessions = await Promise.all(
  opened.map(({ found, built }) =>
    openSession({
      file: found.decoder.file,
      graph: built.toBytes({ weights: 'referred', folder: root }),
      tensors: built.outputs.map(({ tensor }) => tensor),
      wholeNumbers: true,
    }),
  ),
);
const alone = await openSession({ file: one, tensors: ['fused'] });
const maps = new Float32Array(2048 * 64 * 64).fill(0.5);
const once = { time: 0, iterations: 4, warmupTime: 0, warmupIterations: 1 };
const gigamacs = (count: number) => (count / 1e9).toFixed(1);

describe(`unified parsing at its published width: ${gigamacs(macs)} GMAC an image (s/image = 1 / hz)`, () => {
  bench(
    'one image',
    async () => {
      const dims = (await sessions[0]?.run(image, 1))?.get('part')?.dims;
      if (dims?.join() !== '1,56,56') throw new Error('there are no parts');
    },
    once,
  );
  bench(
    `rival: its largest convolution alone, ${gigamacs(oneMacs)} GMAC`,
    async () => {
      if ((await alone.run(maps, 1)).size !== 1) throw new Error('nothing was put out');
    },
    once,
  );
});

describe('the colour network at its published width (s/image = 1 / hz)', () => {
  bench(
    'one image',
    async () => {
      if ((await sessions[1]?.run(image, 1))?.get('color') === undefined) throw new Error('there are no colours');
    },
    once,
  );
});

// Both networks once over a few images; the labels of these are then found.
const count = 4;
for (const scene of drawScenes({ count, width: 320, height: 240 }))
  writeScenePicture(path.join(root, 'images', `${scene.name}.png`), scene);
const study = defineStudy(
  {
    data: {
      images: path.join(root, 'images'),
      segmenters: [{ checkpoint, labels: [labels, colourLabels], preset: 'dissect-2020' }],
    },
    models: [{ name: 'any', file: labels }],
  },
  { folder: root },
);
const source = await openImageSource(study, { labelCache: path.join(root, 'kept') });
const megabytes = (process.memoryUsage().rss / 1e6).toFixed(0);

describe(`kept labels of ${String(count)} images with halves (images/s = ${String(count)} x hz); ${megabytes} MB of memory with both networks open`, () => {
  bench('loaded with their images', async () => {
    const { batch } = await source.load(imageGeometries['dissect-2020'])(source.images);
    if (batch.numRows !== count) throw new Error('images are missing');
  });
});
