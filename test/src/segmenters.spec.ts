import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import {
  buildOnnxModel,
  drawScenes,
  writeColourSegmenter,
  writePlainLayout,
  type ColourHead,
} from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, folderBytes, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const scenes = drawScenes({ count: 5 });

/** A model whose units are the channels of its input, of any size. */
const writeChannels = (name: string, size: number) => {
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, size, size] }],
    outputs: [{ name: 'pooled', dims: ['batch', 3, 1, 1] }],
    nodes: [
      { op: 'Relu', inputs: ['input'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
    ],
  };
  writeFileSync(at(name), buildOnnxModel(graph));
};
const scene: ColourHead = {
  name: 'logits',
  classes: 150,
  stride: 4,
  weights: { 0: [1, 0, 0], 2: [0, 0, 1], 9: [0, 1, 0] },
};
const objects: ColourHead = {
  name: 'out',
  classes: 21,
  weights: { 0: [0.5, 0.5, 0.5], 5: [2, -1, -1] },
  numbers: { type: 'int64', keepsAxis: false },
};
const segmenters = [
  { file: 'segformer.onnx', preset: 'ade20k-150', input: { width: 64, height: 48, preset: 'imagenet' } },
  { file: 'deeplab.onnx', preset: 'voc-21', input: { width: 64, height: 48, preset: 'imagenet' } },
];
const model = (name: string, size: number, resize: 'exact' | 'shortest-side' = 'exact') => ({
  name,
  file: `channels-${String(size)}.onnx`,
  layer: 'maps',
  input: { width: size, height: size, resize, preset: 'zero-one' },
});
const write = (
  name: string,
  models: readonly object[],
  { runtime, ...more }: { readonly runtime?: object; readonly data?: object } = {},
) => {
  writeFileSync(
    at(name),
    JSON.stringify({
      data: { images: 'plain/images', segmenters, labelGrid: { width: 16, height: 16 }, ...more.data },
      models,
      runtime: { labelCache: 'labels', ...runtime },
      matching: { level: 0.85 },
    }),
  );
  return at(name);
};
const run = (study: string, out: string) => {
  const { code, stderr } = intermodel(['run', study, '--out', at(out), '--quiet']);
  expect([stderr, code]).toEqual(['', 0]);
};
/** Kept planes by name, with the time when they were written. */
const kept = (folder: string) =>
  Object.fromEntries(
    readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.planes'))
      .map((name) => [name, statSync(at(folder, name)).mtimeMs]),
  );

beforeAll(() => {
  writePlainLayout(at('plain'), scenes);
  for (const size of [24, 32, 48]) writeChannels(`channels-${String(size)}.onnx`, size);
  writeColourSegmenter(at('segformer.onnx'), { heads: [scene] });
  writeColourSegmenter(at('deeplab.onnx'), { input: 'input', heads: [objects, { ...objects, name: 'aux' }] });
});

describe('labels of segmentation models', () => {
  it('are made once for models of several geometries and for later runs, which find the same in them', () => {
    const several = write('several.json', [model('a', 24), model('b', 32), model('c', 48, 'shortest-side')]);
    run(several, 'first');
    const planes = kept('labels');
    // One file for each image and segmenter, however many models there are.
    expect(Object.keys(planes)).toHaveLength(2 * scenes.length);
    const bytes = folderBytes(at('labels'));
    const vocabulary = csvRows(at('first', 'vocabulary.csv'));
    expect(
      vocabulary
        .filter(({ images }) => Number(images) > 0)
        .map(({ concept }) => concept)
        .sort(),
    ).toEqual(['bottle', 'grass', 'sky', 'wall']);
    for (const name of ['a', 'b', 'c'])
      expect(csvRows(at('first', 'models', name, 'units.csv'))[2]).toMatchObject({
        concept: 'sky',
        category: 'object',
      });

    // A later run, of a further model and with halves and colours: the planes are found, not made.
    run(
      write('later.json', [model('a', 24), model('d', 32, 'shortest-side')], {
        data: { colours: true, spatialParts: true },
      }),
      'later',
    );
    expect(kept('labels')).toEqual(planes);
    expect(folderBytes(at('labels'))).toEqual(bytes);
    expect(
      csvRows(at('later', 'vocabulary.csv')).some(
        ({ concept, category }) => concept === 'sky-t' && category === 'part',
      ),
    ).toBe(true);
    const read = (out: string) => readFileSync(at(out, 'models', 'a', 'thresholds.arrow')).toString('base64');
    expect(read('later')).toBe(read('first'));

    // The same study with planes of its own gives the same bytes, and makes the same planes.
    write('alone.json', [model('a', 24), model('b', 32), model('c', 48, 'shortest-side')], {
      runtime: { labelCache: 'others' },
    });
    run(at('alone.json'), 'alone');
    expect(folderBytes(at('others'))).toEqual(bytes);
    const tables = (out: string) =>
      Object.fromEntries(Object.entries(folderBytes(at(out))).filter(([name]) => /\.(?:csv|arrow)$/u.test(name)));
    expect(tables('alone')).toEqual(tables('first'));
  });

  it('are described before a run, which then finds them', () => {
    const study = write('described.json', [model('a', 24)], {
      runtime: { labelCache: 'described' },
      data: { colours: true },
    });
    const info = (...argv: readonly string[]) => {
      const { stderr, stdout, code } = intermodel(['data', 'info', ...argv, '--json']);
      expect([stderr, code]).toEqual(['', 0]);
      return JSON.parse(stdout) as {
        readonly images: number;
        readonly concepts: readonly {
          readonly name: string;
          readonly category: string;
          readonly images: number;
          readonly areaShare: number;
          readonly canPass: boolean;
        }[];
        readonly unreachable: number;
        readonly warnings: readonly { readonly code: string; readonly message: string }[];
      };
    };
    const told = info('--study', study);
    const planes = kept('described');
    expect(Object.keys(planes)).toHaveLength(2 * scenes.length);
    run(study, 'after');
    expect(kept('described')).toEqual(planes);
    // What was told is what the run saw.
    expect(
      told.concepts.map(({ name, images, areaShare, canPass }) => [name, String(images), areaShare, String(canPass)]),
    ).toEqual(
      csvRows(at('after', 'vocabulary.csv')).map(({ concept, images, coverage, can_pass: canPass }) => [
        concept,
        images,
        Number(coverage),
        canPass,
      ]),
    );
    expect(told.concepts.some(({ category }) => category === 'color')).toBe(true);
    // By options, on the usual grid: kept where told, else nowhere.
    const options = [
      '--images',
      at('plain', 'images'),
      '--segmenter',
      `ade20k-150=${at('segformer.onnx')}`,
      '--segmenter',
      `voc-21=${at('deeplab.onnx')}`,
    ];
    const once = info(...options, '--few-images', '3');
    expect(
      once.concepts
        .filter(({ images }) => images > 0)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['bottle', 'grass', 'sky', 'wall']);
    // Names that both exports know are one concept.
    expect(once.concepts.length).toBeLessThan(170);
    expect(once.warnings.find(({ code }) => code === 'CONCEPTS_ABSENT')?.message).toMatch(
      new RegExp(`^${String(once.concepts.length - 4)} `, 'u'),
    );
    info(...options, '--label-cache', at('told'));
    expect(Object.keys(kept('told'))).toHaveLength(2 * scenes.length);
  });

  it('can be asked for on the command line of a dissection', () => {
    const { stderr, code } = intermodel([
      'dissect',
      '--model',
      `${at('channels-24.onnx')}:maps`,
      '--input',
      '{width: 24, height: 24, preset: zero-one}',
      '--images',
      at('plain', 'images'),
      '--segmenter',
      `ade20k-150=${at('segformer.onnx')}`,
      '--out',
      at('dissected'),
      '--quiet',
    ]);
    expect([stderr, code]).toEqual(['', 0]);
    expect(csvRows(at('dissected', 'models', 'channels-24', 'units.csv'))).toHaveLength(3);
  });

  it('are cleaned with the steps of their study, but for those that other studies may use', () => {
    const clean = (study: string, out: string, ...more: readonly string[]) =>
      intermodel(['clean', study, '--out', at(out), ...more]).stdout;
    const one = { data: { segmenters: segmenters.slice(0, 1) } };
    const count = (folder: string) => Object.keys(kept(folder)).length;
    run(write('owned.json', [model('a', 24)], { runtime: { labelCache: undefined } }), 'owned');
    const owned = write('owned.json', [model('a', 24)], { runtime: { labelCache: undefined }, ...one });
    run(owned, 'owned');
    expect(clean(owned, 'owned')).toMatch(/Would remove \d+ steps, .*, and labels of 5 images, /u);
    expect(count('owned/.labels')).toBe(10);
    expect(clean(owned, 'owned', '--remove')).toMatch(/^Removed \d+ steps, .*, and labels of 5 images, /u);
    expect([clean(owned, 'owned'), count('owned/.labels')]).toEqual([
      'Nothing to remove: all that is stored is needed.\n',
      5,
    ]);

    run(write('neighbour.json', [model('a', 24)], { runtime: { labelCache: 'common' } }), 'neighbour');
    const sharing = write('sharing.json', [model('a', 24)], { runtime: { labelCache: 'common' }, ...one });
    run(sharing, 'sharing');
    expect(clean(sharing, 'sharing', '--remove')).toMatch(
      /^Nothing to remove: .*\nLeft alone: labels of 5 images in .*common, which other studies may use/u,
    );
    expect(count('common')).toBe(10);
    expect(clean(sharing, 'sharing', '--labels')).toMatch(/^Would remove labels of 5 images, /u);
    expect(count('common')).toBe(10);
    expect(clean(sharing, 'sharing', '--labels', '--remove')).toMatch(/^Removed labels of 5 images, /u);
    expect(count('common')).toBe(5);
  });

  const refused: readonly [string, readonly string[], RegExp][] = [
    [
      'an unknown export',
      ['--images', '.', '--segmenter', 'ade20k=m.onnx'],
      /expected PRESET=FILE, where PRESET is one of ade20k-150/u,
    ],
    [
      'a missing model',
      ['--images', '{}/plain/images', '--segmenter', 'voc-21={}/nowhere.onnx'],
      /error MODEL_MISSING: .*nowhere\.onnx/u,
    ],
    [
      'an export of other classes',
      ['--images', '{}/plain/images', '--segmenter', 'voc-21={}/segformer.onnx'],
      /error SEGMENTER_HEAD: .*segformer\.onnx.*150 classes[\s\S]*21 classes/u,
    ],
    [
      'unified parsing without names',
      ['--images', '{}/plain/images', '--segmenter', 'unified-parsing={}/segformer.onnx'],
      /error SEGMENTER_LABELS/u,
    ],
    [
      'segmenters beside label files',
      ['{}/plain', '--segmenter', 'voc-21={}/deeplab.onnx'],
      /error DATA_OPTIONS: --images is missing[\s\S]*Add --images/u,
    ],
    [
      'a study beside options',
      ['--study', '{}/several.json', '--colours'],
      /'--study <FILE>' cannot be used with option '--colours'/u,
    ],
    [
      'a study beside a folder',
      ['{}/plain', '--study', '{}/several.json'],
      /error DATA_OPTIONS: .*stands beside --study/u,
    ],
  ];
  it.each(refused)('refuses %s', (_what, argv, message) => {
    const { stderr, stdout, code } = intermodel(['data', 'info', ...argv.map((text) => text.replace('{}', at()))]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});
