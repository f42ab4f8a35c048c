import { encoderShapes, goldenSegmenters, pyramidShapes, upernetShapes } from '@intermodel/testing';
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

const upernet = (counts: Parameters<typeof upernetShapes>[0] = {}) =>
  checkpointOf('decoder_epoch_40.pth', upernetShapes(counts));
const pyramid = () => checkpointOf('decoder_epoch_20.pth', pyramidShapes());

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
const resnet50 = checkpointOf('encoder_epoch_40.pth', encoderShapes([3, 4, 6, 3], true));
const resnet18 = checkpointOf('encoder_epoch_20.pth', encoderShapes([2, 2, 2, 2], false));

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
