import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel, writePng } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { openLabelledImages } from '../images/load-labelled-images.ts';
import type { LabelledImageSet } from '../images/labelled-image-set.ts';
import { readPlanes, writePlanes } from './plane-files.ts';
import { segmentImages } from './segment-images.ts';
import type { Segmenter, SegmenterHead } from './segmenter.ts';
import { readOwners, readSegmenterClasses, segmenterPreset } from './segmenter-presets.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'segment-'));
  mkdirSync(at('images'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const input = {
  height: 2,
  width: 4,
  filter: 'nearest',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
} as const;
const colours: Readonly<Record<string, readonly number[]>> = {
  r: [255, 0, 0],
  g: [0, 255, 0],
  b: [0, 0, 255],
  y: [255, 255, 0],
  k: [0, 0, 0],
};

/** Writes an image of letters for colours, rows with a space between. */
const draw = (name: string, letters: string) => {
  const rows = letters.split(' ');
  writePng(at('images', `${name}.png`), {
    width: rows[0]?.length ?? 0,
    height: rows.length,
    data: Uint8Array.from(
      rows
        .join('')
        .split('')
        .flatMap((letter) => colours[letter] ?? []),
    ),
    channels: 3,
  });
};
/** A model whose outputs are weighted sums of the channels: weights by class. */
const model = (name: string, heads: Readonly<Record<string, readonly (readonly number[])[]>>) => {
  const names = Object.keys(heads);
  const nodes = names.map((tensor) => ({ op: 'Conv', inputs: ['pixels', `${tensor}-weights`], outputs: [tensor] }));
  const initializers = Object.fromEntries(
    Object.entries(heads).map(([tensor, weights]) => [
      `${tensor}-weights`,
      { dims: [weights.length, 3, 1, 1], data: weights.flat() },
    ]),
  );
  const values = names.map((tensor) => ({
    name: tensor,
    dims: ['batch', heads[tensor]?.length ?? 0, 'height', 'width'],
  }));
  writeFileSync(
    at(name),
    buildOnnxModel({
      inputs: [{ name: 'pixels', dims: ['batch', 3, 'height', 'width'] }],
      outputs: values,
      nodes,
      initializers,
    }),
  );
  return at(name);
};
const rgb = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const named = (...names: readonly string[]) => names.map((name, index) => ({ index, name }));
const head = (settings: Partial<SegmenterHead> = {}): SegmenterHead => ({
  tensor: 'object',
  category: 'object',
  classes: named('rose', 'leaf', 'sky'),
  ...settings,
});
const segment = (
  segmenters: readonly Segmenter[],
  more: { readonly skipBad?: boolean; readonly onProgress?: (done: number, of: number) => void } = {},
) => segmentImages({ images: at('images'), segmenters, labelCache: at('cache'), ...more });
/** Names of the planes of each image on a grid of 2 x 4 cells. */
const planesOf = async (set: LabelledImageSet) => {
  const { batch } = await openLabelledImages({
    geometry: { height: 2, width: 4, labelHeight: 2, labelWidth: 4 },
    vocabulary: set.vocabulary,
  })(set.images);
  const names = new Map(set.vocabulary.concepts.map(({ number, name }) => [number, name]));
  return labelledImageRows(batch).map(({ planes }) =>
    planes.map((plane) => [...plane].map((number) => names.get(number) ?? '-').join(' ')),
  );
};
const cacheFiles = () =>
  readdirSync(at('cache'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.planes'))
    .sort();

describe(segmentImages, () => {
  it('labels what the model sees, with any shape of image', async () => {
    draw('a', 'rrgg bbbb');
    draw('b', 'rb rb rb rb');
    const progress: string[] = [];
    const set = await segment([{ file: model('m.onnx', { object: rgb }), input, heads: [head()] }], {
      onProgress: (done, of) => progress.push(`${String(done)}/${String(of)}`),
    });
    expect(set.vocabulary.concepts).toEqual([
      { number: 1, name: 'rose', category: 'object' },
      { number: 2, name: 'leaf', category: 'object' },
      { number: 3, name: 'sky', category: 'object' },
    ]);
    expect(await planesOf(set)).toEqual([
      ['rose rose leaf leaf sky sky sky sky'],
      ['rose rose sky sky rose rose sky sky'],
    ]);
    expect(progress).toEqual(['1/2', '2/2']);
  });

  it('knows background, thresholds and confidence', async () => {
    draw('a', 'rgby kkkk');
    const file = model('m.onnx', { object: rgb });
    const classes = named('rose', 'leaf', 'sky');
    // Red is the background; yellow is red and green alike; black has equal values, so the first class wins there.
    expect(await planesOf(await segment([{ file, input, heads: [head({ classes: classes.slice(1) })] }]))).toEqual([
      ['- leaf sky - - - - -'],
    ]);
    expect(
      await planesOf(await segment([{ file, input, heads: [head({ decide: 'threshold', threshold: 0.5 })] }])),
    ).toEqual([['rose leaf sky rose - - - -', '- - - leaf - - - -']]);
    expect(
      await planesOf(
        await segment([
          {
            file,
            input,
            heads: [
              head({
                decide: 'threshold',
                threshold: 0.5,
                classes: [
                  { index: 0, name: 'rose', threshold: 2 },
                  { index: 1, name: 'leaf' },
                ],
              }),
            ],
          },
        ]),
      ),
    ).toEqual([['- leaf - leaf - - - -']]);
    // e / (e + 2) = 0.576 for a pure colour, e / (2 e + 1) = 0.422 for yellow, a third for black.
    expect(await planesOf(await segment([{ file, input, heads: [head({ confidence: 0.5 })] }]))).toEqual([
      ['rose leaf sky - - - - -'],
    ]);
  });

  it('trusts parts inside their owners, and merges several segmenters into one vocabulary', async () => {
    draw('a', 'rgrg bbbb');
    // The part head sees a petal everywhere, and a stem where nothing else may be.
    const file = model('m.onnx', {
      object: rgb,
      part: [
        [1, 1, 1],
        [0.5, 0.5, 0.5],
      ],
    });
    const parts = await readOwners(
      writeCsv('owners.csv', 'owner,part\nrose,petal\nleaf,stem\n'),
      named('petal', 'stem'),
      named('rose', 'leaf', 'sky'),
    );
    const other = model('n.onnx', {
      object: [
        [0, 0, 1],
        [1, 1, 0],
      ],
    });
    const set = await segment([
      { file, input, heads: [head(), { tensor: 'part', category: 'part', ownedBy: 'object', classes: parts }] },
      { file: other, input, heads: [head({ classes: named('sky', 'flower') })] },
    ]);
    expect(
      set.vocabulary.concepts.map(({ number, name, category }) => `${String(number)} ${name} ${category}`),
    ).toEqual(['1 rose object', '2 leaf object', '3 sky object', '4 petal part', '5 stem part', '6 flower object']);
    // The sky of the second segmenter is the sky of the first one and is not counted twice.
    expect(await planesOf(set)).toEqual([
      ['rose leaf rose leaf sky sky sky sky', 'petal stem petal stem - - - -', 'flower flower flower flower - - - -'],
    ]);
  });

  it('makes planes once, and anew only if image, model or options change, or a file is damaged', async () => {
    draw('a', 'rgby kkkk');
    draw('b', 'bbbb rrrr');
    const file = model('m.onnx', { object: rgb });
    const first = await planesOf(await segment([{ file, input, heads: [head()] }]));
    const made = cacheFiles();
    const times = () => made.map((name) => statSync(at('cache', name)).mtimeMs);
    const before = times();
    const bytes = made.map((name) => readFileSync(at('cache', name)).toString('base64'));
    // Names are no part of what is kept.
    expect(await planesOf(await segment([{ file, input, heads: [head({ category: 'thing' })] }]))).toEqual(first);
    expect([cacheFiles(), times()]).toEqual([made, before]);
    truncateSync(at('cache', made[0] ?? ''), 50);
    expect(await planesOf(await segment([{ file, input, heads: [head()] }]))).toEqual(first);
    expect(made.map((name) => readFileSync(at('cache', name)).toString('base64'))).toEqual(bytes);
    await segment([{ file, input, heads: [head({ upsample: false })] }]);
    expect(cacheFiles()).toHaveLength(4);
    model('m.onnx', {
      object: [
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
      ],
    });
    expect(await planesOf(await segment([{ file, input, heads: [head()] }]))).not.toEqual(first);
    draw('b', 'gggg gggg');
    await segment([{ file, input, heads: [head()] }]);
    expect(cacheFiles()).toHaveLength(7);
  });

  it('says what is wrong with heads and images', async () => {
    draw('a', 'rgby kkkk');
    const file = model('m.onnx', { object: rgb, part: rgb });
    const attempt = (...heads: readonly SegmenterHead[]) => segment([{ file, input, heads }]);
    await expect(attempt(head({ classes: [{ index: 3, name: 'x' }] }))).rejects.toMatchObject({
      code: 'SEGMENTER_HEAD',
      message: expect.stringContaining('3 classes') as string,
    });
    await expect(attempt(head({ tensor: 'objct' }))).rejects.toMatchObject({ code: 'LAYER_UNKNOWN' });
    await expect(attempt(head({ ownedBy: 'part' }), head({ tensor: 'part' }))).rejects.toMatchObject({
      code: 'SEGMENTER_HEAD',
      message: expect.stringContaining('no head before it') as string,
    });
    writeFileSync(at('images', 'b.png'), 'no image');
    await expect(attempt(head())).rejects.toMatchObject({ code: 'IMAGE_BROKEN' });
    const set = await segment([{ file, input, heads: [head()] }], { skipBad: true });
    expect(set.images.map(({ labels }) => labels.length)).toEqual([1, 0]);
  });
});

describe('planes on the disk', () => {
  it('come back as they were, or not at all', () => {
    const planes = [
      { head: 0, height: 2, width: 3, data: Uint16Array.from([0, 1, 2, 3, 400, 65_535]) },
      { head: 1, height: 1, width: 1, data: Uint16Array.from([7]) },
    ];
    writePlanes(at('x.planes'), planes);
    expect(readPlanes(at('x.planes'))).toEqual(planes);
    const bytes = readFileSync(at('x.planes'));
    for (let place = 0; place < bytes.length; place++) {
      const damaged = Buffer.from(bytes);
      damaged[place] = (damaged[place] ?? 0) ^ 1;
      writeFileSync(at('y.planes'), damaged);
      expect(() => readPlanes(at('y.planes'))).toThrow(expect.objectContaining({ code: 'PLANES_BROKEN' }));
    }
    expect(() => readPlanes(at('none.planes'))).toThrow(expect.objectContaining({ code: 'PLANES_BROKEN' }));
  });
});

describe(segmenterPreset, () => {
  it('knows the usual exports by their one output', async () => {
    const file = model('m.onnx', { logits: rgb });
    const { heads, input: size } = await segmenterPreset('ade20k-150', { file });
    expect([
      heads[0]?.tensor,
      heads[0]?.classes.length,
      heads[0]?.classes[2],
      heads[0]?.classes.at(-1),
      size.width,
    ]).toEqual(['logits', 150, { index: 2, name: 'sky' }, { index: 149, name: 'flag' }, 512]);
    expect((await segmenterPreset('voc-21', { file, tensors: ['out'] })).heads[0]).toMatchObject({
      tensor: 'out',
      classes: expect.arrayContaining([
        { index: 1, name: 'aeroplane' },
        { index: 20, name: 'tvmonitor' },
      ]) as unknown,
    });
    await expect(segmenterPreset('voc-21', { file: model('n.onnx', { a: rgb, b: rgb }) })).rejects.toMatchObject({
      code: 'SEGMENTER_OUTPUTS',
      message: expect.stringContaining('a, b') as string,
    });
    await expect(segmenterPreset('unified-parsing', { file })).rejects.toMatchObject({ code: 'SEGMENTER_LABELS' });
  });

  it('numbers unified parsing as the published study: objects, places for halves, materials, parts that are no objects', async () => {
    const objects = ['-', ...Array.from({ length: 335 }, (_, index) => `o${String(index + 1)}`)];
    const materials = ['-', ...Array.from({ length: 25 }, (_, index) => `m${String(index + 1)}`)];
    const labels = at('labels.json');
    writeFileSync(
      labels,
      JSON.stringify({
        object: objects,
        material: materials,
        part: ['-', 'wing', 'o7', 'leg'],
        object_part: { o9: ['-', 'wing', 'o7'], o2: ['-', 'leg', 'wing'] },
      }),
    );
    const { heads } = await segmenterPreset('unified-parsing', { file: model('m.onnx', { logits: rgb }), labels });
    expect(heads[0]?.classes.at(-1)).toEqual({ index: 335, name: 'o335', number: 335 });
    expect([heads[1]?.classes[0]?.number, heads[1]?.classes.at(-1)?.number]).toEqual([1676, 1700]);
    // Channels follow the order of the objects, numbers that of the file; the channel of no part is no class.
    expect(heads[2]?.classes).toEqual([
      { index: 1, name: 'leg', owners: [2], category: 'part', number: 1702 },
      { index: 2, name: 'wing', owners: [2], category: 'part', number: 1701 },
      { index: 4, name: 'wing', owners: [9], category: 'part', number: 1701 },
      { index: 5, name: 'o7', owners: [9], category: 'object', number: 7 },
    ]);
  });

  it('reads classes from CSV, with the line of what is wrong', async () => {
    expect(
      await readSegmenterClasses(writeCsv('c.csv', 'index,name,category,threshold\n0,sky,,\n4,roof,part,0.5\n')),
    ).toEqual([
      { index: 0, name: 'sky' },
      { index: 4, name: 'roof', category: 'part', threshold: 0.5 },
    ]);
    await expect(readSegmenterClasses(writeCsv('d.csv', 'index,name\n0,sky\n0,roof\n'))).rejects.toMatchObject({
      code: 'LABEL_NUMBER_TWICE',
      details: { line: 3 },
    });
    await expect(
      readOwners(writeCsv('o.csv', 'owner,part\nhose,roof\n'), named('roof'), named('house')),
    ).rejects.toMatchObject({ code: 'CONCEPT_UNKNOWN', details: { line: 2, column: 'owner' } });
  });
});

function writeCsv(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}
