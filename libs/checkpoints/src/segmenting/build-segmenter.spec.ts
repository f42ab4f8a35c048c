import { goldenSegmenters } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import type { Checkpoint, CheckpointValue } from '../checkpoint.ts';
import { openCheckpoint } from '../reading/open-checkpoint.ts';
import { buildSegmenter } from './build-segmenter.ts';
import type { ColourClasses, ParsingClasses } from './segmenter-classes.ts';
import { pairSegmenters } from './segmenter-weights.ts';

const golden = goldenSegmenters();

/** Encoder and decoder with names and shapes alone: values cannot be read. */
function checkpointOf(file: string, shapes: ReadonlyMap<string, readonly number[]>): Checkpoint {
  const entries = [...shapes].map(([name, shape]): [string, CheckpointValue] => {
    const read = () => {
      throw new Error(`${name} was read`);
    };
    return [name, { kind: 'tensor', tensor: { type: 'float32', shape, span: undefined, read } }];
  });
  const root: CheckpointValue = { kind: 'dictionary', entries: new Map(entries) };
  return { file, container: 'torch-legacy', files: [file], root, placeholders: [], metadata: new Map() };
}

type Shapes = Map<string, readonly number[]>;

function norm(shapes: Shapes, name: string, channels: number): void {
  for (const each of ['weight', 'bias', 'running_mean', 'running_var', '_tmp_running_mean', '_tmp_running_var'])
    shapes.set(`${name}.${each}`, [channels]);
  shapes.set(`${name}._running_iter`, [1]);
}

function convolution(shapes: Shapes, name: string, normalisation: string, [leaving, entering, side]: number[]): void {
  shapes.set(`${name}.weight`, [leaving ?? 0, entering ?? 0, side ?? 0, side ?? 0]);
  norm(shapes, normalisation, leaving ?? 0);
}

/** Residual networks as published: three convolutions of 64, 64 and 128 filters, then four stages. */
function encoder(file: string, depths: readonly number[], isBottleneck: boolean): Checkpoint {
  const shapes: Shapes = new Map();
  [64, 64, 128].forEach((leaving, index) => {
    convolution(shapes, `conv${String(index + 1)}`, `bn${String(index + 1)}`, [leaving, [3, 64, 64][index] ?? 0, 3]);
  });
  let entering = 128;
  depths.forEach((depth, stage) => {
    const width = 64 * 2 ** stage;
    const leaving = width * (isBottleneck ? 4 : 1);
    for (let block = 0; block < depth; block++) {
      const at = `layer${String(stage + 1)}.${String(block)}`;
      const sizes = isBottleneck
        ? [
            [width, entering, 1],
            [width, width, 3],
            [leaving, width, 1],
          ]
        : [
            [width, entering, 3],
            [leaving, width, 3],
          ];
      sizes.forEach((size, index) => {
        convolution(shapes, `${at}.conv${String(index + 1)}`, `${at}.bn${String(index + 1)}`, size);
      });
      if (entering !== leaving || (stage > 0 && block === 0))
        convolution(shapes, `${at}.downsample.0`, `${at}.downsample.1`, [leaving, entering, 1]);
      entering = leaving;
    }
  });
  return checkpointOf(file, shapes);
}

function upernet({ width = 512, objects = 336, parts = 427, materials = 26, scenes = 365 } = {}): Checkpoint {
  const shapes: Shapes = new Map();
  const add = (name: string, size: number[]) => {
    convolution(shapes, `${name}.0`, `${name}.1`, size);
  };
  for (let bin = 0; bin < 4; bin++) add(`ppm_conv.${String(bin)}`, [width, 2048, 1]);
  add('ppm_last_conv', [width, 2048 + 4 * width, 3]);
  [256, 512, 1024].forEach((channels, index) => {
    add(`fpn_in.${String(index)}`, [width, channels, 1]);
    add(`fpn_out.${String(index)}.0`, [width, width, 3]);
  });
  add('conv_fusion', [width, 4 * width, 3]);
  for (const [head, last, count] of [
    ['object_head', 1, objects],
    ['part_head', 1, parts],
    ['material_head', 1, materials],
    ['scene_head', 2, scenes],
  ] as const) {
    add(`${head}.0`, [width, width, 3]);
    shapes.set(`${head}.${String(last)}.weight`, [count, width, 1, 1]);
    shapes.set(`${head}.${String(last)}.bias`, [count]);
  }
  return checkpointOf('decoder_epoch_40.pth', shapes);
}

function pyramid(): Checkpoint {
  const shapes: Shapes = new Map();
  for (let bin = 0; bin < 4; bin++) convolution(shapes, `ppm.${String(bin)}.1`, `ppm.${String(bin)}.2`, [512, 512, 1]);
  convolution(shapes, 'cbr_deepsup.0', 'cbr_deepsup.1', [128, 256, 3]);
  convolution(shapes, 'conv_last.0', 'conv_last.1', [512, 2560, 3]);
  for (const [name, width] of [
    ['conv_last.4', 512],
    ['conv_last_deepsup', 128],
  ] as const) {
    shapes.set(`${name}.weight`, [12, width, 1, 1]);
    shapes.set(`${name}.bias`, [12]);
  }
  return checkpointOf('decoder_epoch_20.pth', shapes);
}

const parsing: ParsingClasses = {
  network: 'unified-parsing',
  objects: 336,
  materials: 26,
  scenes: 365,
  owners: [...new Array<number>(76).keys(), 320].map((owner, index) => ({
    object: owner + 1,
    parts: index === 76 ? 427 - 76 * 5 : 5,
  })),
};
const colours: ColourClasses = {
  network: 'colours',
  classes: 12,
  categories: [{ name: 'color', channels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }],
  order: 'bgr',
  mean: [0, 0, 0],
  std: [1, 1, 1],
};
const resnet50 = encoder('encoder_epoch_40.pth', [3, 4, 6, 3], true);
const resnet18 = encoder('encoder_epoch_20.pth', [2, 2, 2, 2], false);

const build = (checkpoints: readonly Checkpoint[], classes: ParsingClasses | ColourClasses, anyWidth = false) => {
  const [found] = pairSegmenters(checkpoints);
  if (found === undefined) throw new Error('nothing was found');
  return buildSegmenter(found, classes, { labels: 'labels.json', anyWidth });
};
const errorOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
};

describe('networks of the published width', () => {
  it('are recognised by keys and shapes, all weights having a place, and read nothing', () => {
    const built = build([upernet(), resnet50], parsing);
    expect(built).toMatchObject({
      unused: [],
      outputs: [
        { tensor: 'object', classes: 336 },
        { tensor: 'material', classes: 26 },
        { tensor: 'part', classes: 427 },
      ],
    });
    const values = built.constants.reduce(
      (sum, { dims }) => sum + dims.reduce((product, size) => product * size, 1),
      0,
    );
    expect(Math.round(values / 1e6)).toBe(72);
    const colour = build([resnet18, pyramid()], colours);
    expect(colour).toMatchObject({ unused: [], outputs: [{ tensor: 'color', classes: 12 }], cells: 56 });
  });

  it('come together, unified parsing first', () => {
    const networks = pairSegmenters([pyramid(), resnet50, resnet18, upernet()]).map(({ network }) => network);
    expect(networks).toEqual(['unified-parsing', 'colours']);
  });
});

describe('what cannot be built', () => {
  it.each([
    ['SEGMENTER_WIDTH', () => build([resnet50, upernet({ width: 256 })], parsing), /256 channels, as upernet_lite/u],
    [
      'SEGMENTER_CLASSES',
      () => build([resnet50, upernet({ objects: 151 })], parsing),
      /lists 336 objects, .* has 151/u,
    ],
    ['SEGMENTER_CLASSES', () => build([resnet50, upernet({ parts: 424 })], parsing), /lists 427 parts of objects/u],
    ['SEGMENTER_CLASSES', () => build([resnet50, upernet({ materials: 27 })], parsing), /lists 26 materials/u],
    ['SEGMENTER_CLASSES', () => build([resnet50, upernet({ scenes: 366 })], parsing), /lists 365 scenes/u],
    ['SEGMENTER_CLASSES', () => build([resnet18, pyramid()], { ...colours, classes: 11 }), /lists 11 classes/u],
    ['SEGMENTER_CLASSES', () => build([resnet18, pyramid()], parsing), /has the labels of unified parsing/u],
    [
      'SEGMENTER_HALF',
      () => pairSegmenters([resnet50]),
      /encoder_epoch_40\.pth: is the encoder .* decoder is missing/u,
    ],
    ['SEGMENTER_HALF', () => pairSegmenters([upernet()]), /whose encoder is missing/u],
    // Halves of two networks.
    ['SEGMENTER_HALF', () => pairSegmenters([resnet18, upernet()]), /the other files are the encoder of colours/u],
    ['SEGMENTER_TWICE', () => pairSegmenters([resnet50, resnet50, upernet()]), /is so too/u],
    [
      'SEGMENTER_CHECKPOINT',
      () => pairSegmenters([checkpointOf('a.pth', new Map([['fc.weight', [2, 2]]]))]),
      /fc\.weight/u,
    ],
    ['SEGMENTER_CHECKPOINT', () => pairSegmenters([checkpointOf('a.pth', new Map())]), /holds no tensors/u],
  ])('is refused with %s (%#)', (code, action, message) => {
    const error = errorOf(action);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  it('names the file of weights that are missing', async () => {
    const [file, decoder] = golden.parsing;
    const checkpoint = await openCheckpoint(file);
    const { root } = checkpoint;
    if (root.kind !== 'dictionary') throw new Error('is no dictionary');
    const entries = new Map([...root.entries].filter(([name]) => name !== 'layer2.1.bn2.running_var'));
    const cut = { ...checkpoint, root: { ...root, entries } };
    const error = errorOf(() => build([cut, upernet()], parsing, true));
    expect([error.code, error.message]).toEqual([
      'NETWORK_WEIGHT_MISSING',
      expect.stringMatching(/upp-encoder\.pth: .*"layer2\.1\.bn2\.running_var"/u),
    ]);
    expect(errorOf(() => pairSegmenters([cut, cut])).code).toBe('SEGMENTER_TWICE');
    // A narrow network is none of the published ones unless that is meant.
    const narrow = await Promise.all([file, decoder].map((each) => openCheckpoint(each)));
    expect(errorOf(() => build(narrow, parsing)).message).toMatch(/the last stage of the encoder has 20 channels/u);
  });
});
