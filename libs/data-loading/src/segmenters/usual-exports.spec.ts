import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel, writeColourSegmenter, writeFile, writePng, type ColourHead } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { openLabelledImages } from '../images/load-labelled-images.ts';
import { cutSpatialParts } from '../spatial-parts/cut-spatial-parts.ts';
import { ade20kChallengeNames } from './ade20k-names.ts';
import { segmentImages } from './segment-images.ts';
import type { Segmenter, SegmenterHead } from './segmenter.ts';
import { segmenterPreset, type SegmenterExportName } from './segmenter-presets.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
const side = 64;
/** Red and green above, blue and white below. */
const quarters = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'exports-'));
  const quarter = (pixel: number) => 2 * Number(pixel >= (side * side) / 2) + Number(pixel % side >= side / 2);
  writePng(at('images', 'a.png'), {
    width: side,
    height: side,
    channels: 3,
    data: Uint8Array.from(
      { length: side * side * 3 },
      (_, at_) => quarters[quarter(Math.floor(at_ / 3))]?.[at_ % 3] ?? 0,
    ),
  });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** What the planes say of the four quarters, on a grid of 2 x 2 cells. */
const seen = async (...segmenters: readonly Segmenter[]) => {
  const set = await segmentImages({ images: at('images'), segmenters, labelCache: at('cache') });
  const { batch } = await openLabelledImages({
    geometry: { height: 2, width: 2, labelHeight: 2, labelWidth: 2 },
    vocabulary: set.vocabulary,
  })(set.images);
  const name = (number: number) => set.vocabulary.concepts.find((concept) => concept.number === number)?.name ?? '-';
  return labelledImageRows(batch)[0]?.planes.map((plane) => [...plane].map(name).join(' '));
};
const preset = async (
  name: SegmenterExportName,
  file: string,
  more: { readonly tensors?: readonly string[]; readonly labels?: string } = {},
): Promise<Segmenter> => ({ file, ...(await segmenterPreset(name, { file, ...more })) });
/** Channels of the scene parsing challenge count from 0: wall 0, sky 2, tree 4. */
const scene: ColourHead = {
  name: 'logits',
  classes: 150,
  weights: { 0: [1, 0, 0], 2: [0, 0, 1], 4: [0, 1, 0], 149: [0.9, 0.9, 0.9] },
};
const sceneSeen = ['wall tree sky flag'];

describe('exports of the scene parsing challenge', () => {
  it('reads SegFormer: 150 logits at a quarter of an input of any size', async () => {
    const segmenter = await preset(
      'ade20k-150',
      writeColourSegmenter(at('segformer.onnx'), { heads: [{ ...scene, stride: 4 }] }),
    );
    expect(segmenter.input).toMatchObject({ width: 512, height: 512 });
    expect(await seen(segmenter)).toEqual(sceneSeen);
  });

  it('reads UPerNet and DeepLab: logits at the full size, at an input size that the file fixes', async () => {
    const segmenter = await preset(
      'ade20k-150',
      writeColourSegmenter(at('upernet.onnx'), { input: 'input', size: 96, heads: [{ ...scene, name: 'output' }] }),
    );
    expect(segmenter.input).toMatchObject({ width: 96, height: 96 });
    expect(await seen(segmenter)).toEqual(sceneSeen);
  });

  it.each([
    ['int64, images x height x width', { type: 'int64', keepsAxis: false }],
    ['int32, images x 1 x height x width', { type: 'int32', keepsAxis: true }],
    ['int64, images x 1 x height x width', { type: 'int64', keepsAxis: true }],
    ['int32, images x height x width', { type: 'int32', keepsAxis: false }],
  ] as const)('reads class numbers of an argmax inside: %s', async (_what, numbers) => {
    for (const [index, size] of [undefined, 48].entries()) {
      const file = writeColourSegmenter(at(`${String(index)}.onnx`), {
        ...(size === undefined ? {} : { size }),
        heads: [{ ...scene, name: 'output', stride: 4, numbers }],
      });
      expect(await seen(await preset('ade20k-150', file))).toEqual(sceneSeen);
    }
  });

  it('refuses an export of other classes, which would get the wrong names', async () => {
    const file = writeColourSegmenter(at('m.onnx'), { heads: [{ ...scene, classes: 151 }] });
    await expect(preset('ade20k-150', file).then(seen)).rejects.toMatchObject({
      code: 'SEGMENTER_HEAD',
      message: expect.stringMatching(/151 classes[\s\S]*150 classes/u) as string,
    });
  });

  it('has the names of the challenge', () => {
    expect([
      ade20kChallengeNames.length,
      ade20kChallengeNames[0],
      ade20kChallengeNames[12],
      ade20kChallengeNames[149],
    ]).toEqual([150, 'wall', 'person', 'flag']);
  });
});

describe('exports of Pascal VOC', () => {
  const out: ColourHead = {
    name: 'out',
    classes: 21,
    weights: { 0: [1, 0, 0], 12: [0, 1, 0], 15: [0, 0, 1], 20: [0.9, 0.9, 0.9] },
  };
  const aux: ColourHead = { ...out, name: 'aux', weights: { 1: [1, 1, 1] } };

  it.each([[1], [8]])(
    'reads DeepLab and FCN of torchvision, with an auxiliary output, at a stride of %i',
    async (stride) => {
      const segmenter = await preset(
        'voc-21',
        writeColourSegmenter(at('deeplab.onnx'), {
          input: 'input',
          heads: [
            { ...out, stride },
            { ...aux, stride },
          ],
        }),
      );
      // Class 0, the background, stands for no concept.
      expect(await seen(segmenter)).toEqual(['- dog person tvmonitor']);
    },
  );

  it('reads class numbers, with 0 for the background', async () => {
    expect(
      await seen(
        await preset(
          'voc-21',
          writeColourSegmenter(at('n.onnx'), { heads: [{ ...out, numbers: { type: 'int64', keepsAxis: false } }] }),
        ),
      ),
    ).toEqual(['- dog person tvmonitor']);
  });
});

describe('exports of unified parsing', () => {
  const listed = (kind: string, count: number, names: Readonly<Record<number, string>>) => [
    '-',
    ...Array.from({ length: count }, (_, index) => names[index + 1] ?? `${kind} ${String(index + 1)}`),
  ];
  const labelsFile = () => {
    const object = listed('object', 335, { 3: 'sky', 7: 'house', 9: 'door', 335: 'wagon' });
    const labels = at('labels.json');
    writeFile(
      labels,
      JSON.stringify({
        object,
        material: listed('material', 25, { 1: 'brick', 25: 'wood' }),
        part: ['-', 'roof', 'door', 'wheel'],
        object_part: { wagon: ['wheel'], house: ['roof', 'door', 'wheel'] },
      }),
    );
    return labels;
  };
  // Channels of parts: roof, door, wheel of the house (object 7), then the wheel of the wagon (object 335).
  const heads: readonly ColourHead[] = [
    {
      name: 'object',
      classes: 336,
      stride: 4,
      weights: { 0: [-1, -1, -1], 3: [0, 0, 1], 7: [1, 0, 0], 335: [0, 1, 0] },
    },
    { name: 'material', classes: 26, stride: 4, weights: { 0: [0, 1, 1], 1: [2, 0, 0], 25: [0, 2, 0] } },
    // Where nothing else is allowed, the wheel of the wagon is the largest value everywhere.
    { name: 'part', classes: 4, stride: 4, weights: { 0: [1, 0, 0], 1: [2, 0, 0], 2: [0, 0, 0], 3: [9, 9, 9] } },
  ];

  it('reads objects, materials and parts, trusts parts inside their objects, and numbers them as published', async () => {
    const file = writeColourSegmenter(at('upp.onnx'), { input: 'img', heads });
    const segmenter = await preset('unified-parsing', file, { labels: labelsFile() });
    // Bytes minus the mean, blue first: the weights above are for red, green, blue, so blue is "red" here. White is
    // sky, house or wagon by the mean alone.
    const set = await segmentImages({ images: at('images'), segmenters: [segmenter], labelCache: at('cache') });
    expect(set.vocabulary.concepts).toHaveLength(335 + 25 + 2);
    const number = (name: string) => set.vocabulary.concepts.find((concept) => concept.name === name)?.number;
    expect(['sky', 'house', 'door', 'wagon', 'brick', 'wood', 'wheel', 'roof'].map(number)).toEqual([
      3, 7, 9, 335, 1676, 1700, 1701, 1702,
    ]);
    // The places between objects and materials are those of the halves of the objects.
    const halves = cutSpatialParts(set.vocabulary).vocabulary.concepts.filter(
      ({ number: place }) => place > 335 && place < 1676,
    );
    expect([halves.length, halves.find(({ name }) => name === 'sky-t'), halves.at(-1)]).toEqual([
      1340,
      { number: 338, name: 'sky-t', category: 'part' },
      { number: 1675, name: 'wagon-r', category: 'part' },
    ]);
    const [objects, materials, parts] = (await seen(segmenter))?.map((plane) => plane.split(' ').slice(0, 3)) ?? [];
    expect(objects).toEqual(['sky', 'wagon', 'house']);
    expect(materials).toEqual(['-', 'wood', 'brick']);
    // The sky has no parts; in the house a part that is also an object is that object; the wagon has its wheel.
    expect(parts).toEqual(['-', 'wheel', 'door']);
  });

  it('takes tensors by any names, also class numbers for objects and materials', async () => {
    const [object, material, part] = heads as readonly [ColourHead, ColourHead, ColourHead];
    const numbers = { type: 'int64', keepsAxis: false } as const;
    const file = writeColourSegmenter(at('n.onnx'), {
      heads: [
        { ...part, name: 'p' },
        { ...object, name: 'o', numbers },
        { ...material, name: 'm', numbers },
      ],
    });
    const planes = await seen(
      await preset('unified-parsing', file, { labels: labelsFile(), tensors: ['o', 'm', 'p'] }),
    );
    expect(planes?.map((plane) => plane.split(' ').slice(0, 3).join(' '))).toEqual([
      'sky wagon house',
      '- wood brick',
      '- wheel door',
    ]);
  });
});

describe('exports with channels last', () => {
  // As converted from TensorFlow: images x height x width x channels in, and out logits or, of an argmax over the last
  // axis, class numbers.
  const write = (numbers: boolean) => {
    const identity = Array.from(
      { length: 21 * 3 },
      (_, index) => ({ 12: [0, 1, 0], 15: [0, 0, 1], 0: [1, 0, 0] })[Math.floor(index / 3)]?.[index % 3] ?? -1,
    );
    const nodes = [
      { op: 'Transpose', inputs: ['image'], outputs: ['first'], attributes: { perm: [0, 3, 1, 2] } },
      { op: 'Conv', inputs: ['first', 'w'], outputs: ['maps'] },
      { op: 'Transpose', inputs: ['maps'], outputs: ['logits'], attributes: { perm: [0, 2, 3, 1] } },
      ...(numbers
        ? [{ op: 'ArgMax', inputs: ['logits'], outputs: ['SemanticPredictions'], attributes: { axis: 3, keepdims: 0 } }]
        : []),
    ];
    const outputs = numbers
      ? [{ name: 'SemanticPredictions', type: 'int64' as const, dims: [1, side, side] }]
      : [{ name: 'logits', dims: [1, side, side, 21] }];
    writeFile(
      at('last.onnx'),
      buildOnnxModel({
        inputs: [{ name: 'image', dims: [1, side, side, 3] }],
        outputs,
        nodes,
        initializers: { w: { dims: [21, 3, 1, 1], data: identity } },
      }),
    );
    return at('last.onnx');
  };

  it.each([[false], [true]])('are read by their axes (class numbers: %s)', async (numbers) => {
    const segmenter = await preset('voc-21', write(numbers));
    expect(segmenter.input).toMatchObject({ width: side, height: side });
    // Of white, blue is the largest once means are subtracted: (1 - 0.406) / 0.225 = 2.64.
    expect(await seen(segmenter)).toEqual(['- dog person person']);
  });
});

it('refuses the largest of a single class where it is the last axis too', async () => {
  const nodes = [
    { op: 'Conv', inputs: ['image', 'w'], outputs: ['maps'] },
    { op: 'Sigmoid', inputs: ['maps'], outputs: ['alpha'] },
    { op: 'Transpose', inputs: ['alpha'], outputs: ['mask'], attributes: { perm: [0, 2, 3, 1] } },
  ];
  writeFile(
    at('mask.onnx'),
    buildOnnxModel({
      inputs: [{ name: 'image', dims: [1, 3, side, side] }],
      outputs: [{ name: 'mask', dims: [1, side, side, 1] }],
      nodes,
      initializers: { w: { dims: [1, 3, 1, 1], data: [9, -9, -9] } },
    }),
  );
  const input = {
    height: side,
    width: side,
    filter: 'nearest',
    channels: 'rgb',
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  } as const;
  const with_ = (head: Partial<SegmenterHead>): Segmenter => ({
    file: at('mask.onnx'),
    input,
    heads: [{ tensor: 'mask', category: 'object', classes: [{ index: 0, name: 'rose' }], ...head }],
  });
  await expect(seen(with_({}))).rejects.toThrow(/single class[\s\S]*"decide: threshold"/u);
  expect(await seen(with_({ decide: 'threshold', threshold: 0.5 }))).toEqual(['rose - - -']);
});

describe('heads that are described one by one', () => {
  const input = {
    height: 8,
    width: 8,
    filter: 'nearest',
    channels: 'rgb',
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  } as const;
  const classes = [
    { index: 0, name: 'rose' },
    { index: 1, name: 'leaf' },
    { index: 2, name: 'sky' },
  ];
  const rgb: ColourHead = { name: 'object', classes: 3, weights: { 0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1] } };
  const with_ = (head: Partial<SegmenterHead>, model: Partial<ColourHead> = {}): Segmenter => ({
    file: writeColourSegmenter(at('m.onnx'), { heads: [{ ...rgb, ...model }] }),
    input,
    heads: [{ tensor: 'object', category: 'object', classes, ...head }],
  });

  it('upsamples before it decides, or leaves labels at the size of the tensor', async () => {
    // Red and green are seen as themselves, and halfway between them as something else.
    const mixed = { classes: 4, stride: 4, weights: { ...rgb.weights, 3: [0.65, 0.65, 0] } } as const;
    const firstRow = async (head: Partial<SegmenterHead>) => {
      const set = await segmentImages({
        images: at('images'),
        segmenters: [with_({ classes: [...classes, { index: 3, name: 'twilight' }], ...head }, mixed)],
        labelCache: at('cache'),
      });
      const { batch } = await openLabelledImages({
        geometry: { height: 8, width: 8, labelHeight: 8, labelWidth: 8 },
        vocabulary: set.vocabulary,
      })(set.images);
      return [...(labelledImageRows(batch)[0]?.planes[0] ?? [])].slice(0, 8).join('');
    };
    expect(await firstRow({ upsample: false })).toBe('11112222');
    // Red is 1, 1, 0.875, 0.625, 0.375, 0.125, 0, 0 at the eight half-pixel centres.
    expect(await firstRow({})).toBe('11144222');
  });

  it('takes class numbers of floats where it is told to, and leaves out numbers of no class', async () => {
    const floats = with_({ decide: 'numbers', classes: classes.slice(1) }, { classes: 1, weights: { 0: [0, 1, 2] } });
    expect(await seen(floats)).toEqual(['- leaf sky -']);
    await expect(seen(with_({ decide: 'numbers' }, { classes: 1, weights: { 0: [0.5, 1, 2] } }))).rejects.toThrow(
      /the tensor holds 0\.5, which is no class number/u,
    );
    await expect(seen(with_({ decide: 'numbers' }))).rejects.toThrow(
      /has the shape 1 x 3 x 8 x 8[\s\S]*images x 1 x height x width/u,
    );
  });

  it('refuses thresholds and confidence for class numbers, and an input of another size', async () => {
    const numbers = { type: 'int64', keepsAxis: false } as const;
    await expect(seen(with_({ confidence: 0.5 }, { numbers }))).rejects.toThrow(/say nothing of confidence/u);
    await expect(seen(with_({ decide: 'threshold' }, { numbers }))).rejects.toThrow(
      /whole numbers, which have no thresholds/u,
    );
    const segmenter = with_({});
    await expect(
      seen({ ...segmenter, file: writeColourSegmenter(at('fixed.onnx'), { size: 16, heads: [rgb] }) }),
    ).rejects.toMatchObject({ code: 'SEGMENTER_INPUT' });
  });

  it('refuses to take the largest of a single class, and decides it by its threshold', async () => {
    const one: Partial<ColourHead> = { classes: 1, weights: { 0: [1, 0, 0] } };
    const rose = classes.slice(0, 1);
    for (const head of [{}, { decide: 'argmax' }, { confidence: 0.5 }, { upsample: false }] as const) {
      await expect(seen(with_({ classes: rose, ...head }, one))).rejects.toMatchObject({
        code: 'SEGMENTER_HEAD',
        message: expect.stringMatching(/single class[\s\S]*what to do: .*"decide: threshold"/u) as string,
      });
    }
    expect(await seen(with_({ classes: rose, decide: 'threshold', threshold: 0.5 }, one))).toEqual(['rose - - rose']);
    expect(await seen(with_({ classes: rose }, { ...one, numbers: { type: 'int64', keepsAxis: true } }))).toEqual([
      'rose rose rose rose',
    ]);
    // Two classes of which one is listed are another matter: the other one can win.
    expect(await seen(with_({ classes: rose }, { classes: 2, weights: { 0: [1, 0, 0], 1: [0, 1, 0] } }))).toEqual([
      'rose - rose rose',
    ]);
  });

  it('trusts parts inside owners that are class numbers, and inside owners that coincide', async () => {
    const parts: SegmenterHead = {
      tensor: 'part',
      category: 'part',
      ownedBy: 'object',
      classes: [
        { index: 0, name: 'thorn', owners: [0] },
        { index: 1, name: 'cloud', owners: [2] },
      ],
    };
    const part: ColourHead = { name: 'part', classes: 2, weights: { 0: [1, 1, 1], 1: [0.5, 0.5, 0.5] } };
    const objects: SegmenterHead = { tensor: 'object', category: 'object', classes };
    const both = (
      model: Partial<ColourHead>,
      head: Partial<SegmenterHead> = {},
      last: Partial<ColourHead> = {},
    ): Segmenter => ({
      file: writeColourSegmenter(at('m.onnx'), {
        heads: [
          { ...rgb, ...model },
          { ...part, ...last },
        ],
      }),
      input,
      heads: [{ ...objects, ...head }, parts],
    });
    const numbers = { type: 'int64', keepsAxis: true } as const;
    expect(await seen(both({ numbers }))).toEqual(['rose leaf sky rose', 'thorn - cloud thorn']);
    expect(await seen(both({ numbers }, {}, { numbers }))).toEqual(['rose leaf sky rose', 'thorn - - thorn']);
    // By thresholds white is all three objects: the part of any of them is a candidate, and the thorn wins.
    expect(await seen(both({}, { decide: 'threshold', threshold: 0.5 }))).toEqual([
      'rose leaf sky rose',
      '- - - leaf',
      '- - - sky',
      'thorn - cloud thorn',
    ]);
    expect(await seen(both({}, { decide: 'threshold', threshold: 5 }))).toEqual([]);
  });
});
