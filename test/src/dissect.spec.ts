import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync, cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { dissectStudy, readStudyFile } from '@intermodel/pipelines';
import { fileStore } from '@intermodel/steps';
import { buildOnnxModel, writePng } from '@intermodel/testing';
import { filter, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, folderBytes, intermodel, root, temporaryFolder } from './command-line.ts';
import { until } from './small-studies.ts';

const at = temporaryFolder();

/**
 * Eight images of 8 x 8 pixels whose red channel is bright in one quadrant, green in another; label 1 ("red", colour)
 * marks the first, label 2 ("green") the second. A 1 x 1 convolution makes unit 0 = red, 1 = green, 2 = always 0, 3 =
 * blue.
 */
beforeAll(() => {
  mkdirSync(at('images'));
  mkdirSync(at('labels'));
  writeFileSync(at('labels.csv'), 'number,name,category\n1,red,color\n2,green,color\n3,sky,object\n');
  for (let image = 0; image < 8; image++) {
    const [pixels, label] = [new Uint8Array(8 * 8 * 3), new Uint8Array(8 * 8)];
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 8; column++) {
        const quadrant = (row < 4 ? 0 : 2) + (column < 4 ? 0 : 1);
        const pixel = row * 8 + column;
        if (quadrant === image % 4) {
          pixels[pixel * 3] = 200 + image;
          label[pixel] = 1;
        } else if (quadrant === (image + 1) % 4) {
          pixels[pixel * 3 + 1] = 100 + image;
          label[pixel] = 2;
        } else pixels[pixel * 3 + 2] = (image * 31 + row * 7 + column * 3) % 60;
      }
    }
    writePng(at('images', `i${String(image)}.png`), { width: 8, height: 8, data: pixels, channels: 3, depth: 8 });
    writePng(at('labels', `i${String(image)}.png`), { width: 8, height: 8, data: label, channels: 1, depth: 8 });
  }
  const weights = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1];
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'scores', dims: ['batch', 4] }],
    nodes: [
      { op: 'Conv', inputs: ['input', 'weights'], outputs: ['convolved'] },
      { op: 'Relu', inputs: ['convolved'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['scores'] },
    ],
    initializers: { weights: { dims: [4, 3, 1, 1], data: weights } },
  };
  writeFileSync(at('tiny.onnx'), buildOnnxModel(graph));
  writeFileSync(
    at('other.onnx'),
    buildOnnxModel({
      ...graph,
      initializers: {
        weights: { dims: [4, 3, 1, 1], data: weights.map((_, index) => weights[(index + 3) % 12] ?? 0) },
      },
    }),
  );
  writeFileSync(
    at('third.onnx'),
    buildOnnxModel({
      ...graph,
      initializers: { weights: { dims: [4, 3, 1, 1], data: [0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0] } },
    }),
  );
});

// A quarter of the pixels is bright, so the default level of 0.99 would leave nothing above the threshold.
const quarter = { matching: { level: 0.75 } };
const input = '{width: 8, height: 8, preset: zero-one}';
const study = (extra: Record<string, unknown> = {}) => {
  const file = at('study.json');
  const declared = { width: 8, height: 8, preset: 'zero-one' };
  writeFileSync(
    file,
    JSON.stringify({
      data: { images: 'images', labels: 'labels', labelNames: 'labels.csv', labelGrid: { width: 8, height: 8 } },
      models: [
        { name: 'a', file: 'tiny.onnx', input: declared },
        { name: 'b', file: 'other.onnx', layer: 'maps', input: declared },
        { name: 'c', file: 'third.onnx', layer: 'maps', input: declared },
      ],
      embedding: { components: 1, clusters: 2 },
      ...extra,
    }),
  );
  return file;
};

describe('intermodel dissect', () => {
  it('finds the concepts of a model worked out by hand', () => {
    const run = intermodel(['run', study(quarter), '--out', at('run'), '--json']);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    const units = csvRows(at('run', 'models', 'a', 'units.csv'));
    // Maps are as large as the grid, so nothing is interpolated: red is active on exactly its quadrant, a quarter of
    // all pixels;
    // the 75 % quantile (Hazen position 0.75 x 512 - 0.5 = 383.5) lies halfway between 0 and the least bright red,
    // 200/255.
    expect(units.map(({ unit, concept, iou }) => [unit, concept, iou])).toEqual([
      ['0', 'red', '1'],
      ['1', 'green', '1'],
      ['2', '', ''],
      ['3', expect.any(String), expect.any(String)],
    ]);
    expect(Number(units[0]?.['threshold'])).toBeCloseTo(100 / 255, 6);
    expect(Number(units[0]?.['activeFraction'])).toBe(0.25);
    expect(units.map(({ layer }) => layer)).toEqual(['maps', 'maps', 'maps', 'maps']);
    expect(
      csvRows(at('run', 'profiles.csv'))
        .filter(({ model, units: count }) => model === 'a' && count !== '0')
        .map(({ concept }) => concept),
    ).toEqual(['green', 'red']);
    expect(readdirSync(at('run'))).toEqual(
      expect.arrayContaining(['embedding.csv', 'manifest.json', 'report.html', 'summaries.csv']),
    );
    const result = JSON.parse(run.stdout) as {
      models: { model: string; layers: { dead: number; detected: number }[] }[];
    };
    expect(result.models.map(({ model, layers }) => [model, layers[0]?.dead])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 0],
    ]);
  });

  it('records which layers and which order of axes were chosen', () => {
    interface Recorded {
      readonly options: {
        readonly models: readonly {
          readonly name: string;
          readonly layerChoice: string;
          readonly layers: readonly string[];
          readonly input: { readonly layout: string };
        }[];
      };
    }
    const models = (folder: string) =>
      (JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Recorded).options.models.map(
        ({ name, layerChoice, layers, input: { layout } }) => [name, layerChoice, layers, layout],
      );
    expect(models(at('run'))).toEqual([
      ['a', 'usual', ['maps'], 'NCHW'],
      ['b', 'named', ['maps'], 'NCHW'],
      ['c', 'named', ['maps'], 'NCHW'],
    ]);
    expect(models(at('run', 'models', 'a'))).toEqual([['a', 'usual', ['maps'], 'NCHW']]);
  });

  it('gives the same bytes whatever the batch size, threads, memory for maps, or passes', () => {
    expect(intermodel(['run', study(quarter), '--out', at('plain'), '--quiet'])).toMatchObject({ code: 0, stderr: '' });
    const expected = folderBytes(at('plain'));
    for (const runtime of [
      { batchSize: 1 },
      { batchSize: 3, threads: 2 },
      { threads: 1, keptMapsMegabytes: 1 },
      { imagesPerShard: 1 },
      { imagesPerShard: 3, batchSize: 2 },
      { secondPass: true },
      { secondPass: true, imagesPerShard: 2 },
    ]) {
      rmSync(at('varied'), { recursive: true, force: true });
      const run = intermodel(['run', study({ ...quarter, runtime }), '--out', at('varied'), '--quiet']);
      expect([run.stderr, run.code]).toEqual(['', 0]);
      expect(folderBytes(at('varied'))).toEqual(expected);
    }
  });

  it('estimates thresholds by a sketch: exact while it holds all values, with its error bound in the manifest', () => {
    const dissect = (out: string, ...options: string[]) =>
      intermodel([
        'dissect',
        '--model',
        `${at('tiny.onnx')}:maps`,
        '--images',
        at('images'),
        '--labels',
        at('labels'),
        '--label-names',
        at('labels.csv'),
        '--input',
        input,
        '--out',
        at(out),
        ...options,
      ]);
    expect([dissect('exact').code, dissect('sketched', '--sketch', '4096').code]).toEqual([0, 0]);
    expect(readFileSync(at('sketched', 'models', 'tiny', 'units.csv'))).toEqual(
      readFileSync(at('exact', 'models', 'tiny', 'units.csv')),
    );
    expect(readFileSync(at('sketched', 'manifest.json'), 'utf8').replaceAll(/\s/gu, '')).toContain(
      '"sketch":{"k":4096,"rankError":0.0007',
    );
    expect(readFileSync(at('exact', 'manifest.json'), 'utf8')).not.toContain('"sketch"');
    expect(dissect('small', '--sketch', '63').code).toBe(2);
  });

  it('gives the same when the maps of several models and presets go to the disk', async () => {
    const open = readStudyFile(
      study({
        ...quarter,
        diffPreset: 'netdissect-lite',
        matching: { level: 0.75, minimumImages: 0 },
        runtime: { imagesPerShard: 3 },
      }),
    );
    const tables = async (keptMapsMegabytes: number) => {
      const varied = {
        ...open,
        diffPreset: 'gandissect' as const,
        diffMatching: { ...open.matching, level: 0.9 },
        runtime: { ...open.runtime, keptMapsMegabytes },
      };
      const models = await lastValueFrom(
        dissectStudy(varied, { store: fileStore(at(`maps-${String(keptMapsMegabytes)}`)) }).pipe(
          filter((event) => event.kind === 'model'),
          mergeMap(async ({ layers }) =>
            Promise.all(
              layers.map(async ({ overlaps, matches, diff }) =>
                [await overlaps(), matches, diff?.matches].map((batch) =>
                  batch?.toArray().map((row) => JSON.stringify(row)),
                ),
              ),
            ),
          ),
          toArray(),
        ),
      );
      return models;
    };
    const inMemory = await tables(256);
    expect(inMemory).toHaveLength(3);
    expect(await tables(600 / 2 ** 20)).toEqual(inMemory);
    expect(await tables(0)).toEqual(inMemory);
  });

  it('gives the same counts whatever the order of images', () => {
    cpSync(at('images'), at('renamed', 'images'), { recursive: true });
    cpSync(at('labels'), at('renamed', 'labels'), { recursive: true });
    for (const kind of ['images', 'labels'])
      for (const name of readdirSync(at('renamed', kind))) {
        cpSync(at('renamed', kind, name), at('renamed', kind, `z${String(9 - Number(name[1]))}.png`));
        rmSync(at('renamed', kind, name));
      }
    const dissect = (folder: string, out: string) =>
      intermodel([
        'dissect',
        '--model',
        `${at('tiny.onnx')}:maps`,
        '--images',
        path.join(folder, 'images'),
        '--labels',
        path.join(folder, 'labels'),
        '--label-names',
        at('labels.csv'),
        '--input',
        input,
        '--out',
        at(out),
      ]);
    expect(dissect(at('.'), 'ordered').code).toBe(0);
    expect(dissect(at('renamed'), 'reordered').code).toBe(0);
    expect(readFileSync(at('reordered', 'models', 'tiny', 'units.csv'))).toEqual(
      readFileSync(at('ordered', 'models', 'tiny', 'units.csv')),
    );
  });

  it('compares a second preset on the same activations', () => {
    const run = intermodel([
      'dissect',
      '--model',
      at('tiny.onnx'),
      '--images',
      at('images'),
      '--labels',
      at('labels'),
      '--label-names',
      at('labels.csv'),
      '--input',
      input,
      '--diff-preset',
      'gandissect',
      '--out',
      at('diff'),
    ]);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    expect(readFileSync(at('diff', 'models', 'tiny', 'diff.csv'), 'utf8')).toMatch(
      /^model,layer,unit,concept,category,iou,other_concept,other_category,other_iou\n/u,
    );
  });

  it('lists the layers, the usual one marked', () => {
    const { layers } = JSON.parse(intermodel(['layers', at('tiny.onnx'), '--json']).stdout) as {
      layers: { tensor: string; units: number; usual: boolean }[];
    };
    expect(layers.filter(({ usual }) => usual)).toEqual([
      expect.objectContaining({ tensor: 'maps', units: 4, height: 8, width: 8, operator: 'Relu' }),
    ]);
  });

  it('says of models whose layers it lists how, or that they cannot be dissected', () => {
    const withChannels = (channels: number) => {
      const file = at(`channels-${String(channels)}.onnx`);
      const inputs = [{ name: 'input', dims: ['batch', channels, 8, 8] }];
      const outputs = [{ name: 'maps', dims: ['batch', 4, 8, 8] }];
      writeFileSync(
        file,
        buildOnnxModel({
          inputs,
          outputs,
          nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] }],
          initializers: {
            weights: { dims: [4, channels, 1, 1], data: Array.from({ length: 4 * channels }, (_, place) => place) },
          },
        }),
      );
      return intermodel(['layers', file]).stdout;
    };
    expect(withChannels(1)).toContain('note: the model takes one channel: dissect it with --input "{channels: grey}"');
    expect(withChannels(4)).toContain(
      'note: dissect refuses this model: it takes 4 channels, where images have 3, or 1 of grey',
    );
    expect(JSON.parse(intermodel(['layers', at('tiny.onnx'), '--json']).stdout)).toMatchObject({ notes: [] });
  });

  it('stops cleanly on Ctrl-C and leaves no half-written table', async () => {
    mkdirSync(at('many', 'images'), { recursive: true });
    mkdirSync(at('many', 'labels'), { recursive: true });
    for (let copy = 0; copy < 4000; copy++) {
      cpSync(at('images', `i${String(copy % 8)}.png`), at('many', 'images', `${String(copy)}.png`));
      cpSync(at('labels', `i${String(copy % 8)}.png`), at('many', 'labels', `${String(copy)}.png`));
    }
    const child = spawn(process.execPath, [
      path.join(root, 'apps/cli/bin/intermodel.js'),
      'dissect',
      '--model',
      at('tiny.onnx'),
      '--images',
      at('many', 'images'),
      '--labels',
      at('many', 'labels'),
      '--label-names',
      at('labels.csv'),
      '--input',
      input,
      '--batch-size',
      '1',
      '--out',
      at('stopped'),
    ]);
    let told = '';
    child.stderr.on('data', (text: Buffer) => (told += String(text)));
    await until(
      () => existsSync(at('stopped', '.store', 'steps')),
      () => told,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect([code, told]).toEqual([
      130,
      '\nstopping …\nstopped; what is finished is stored, and the same command goes on from there\n',
    ]);
    expect(readdirSync(at('stopped'))).toEqual(['.store']);
    expect(readdirSync(at('stopped', '.store', 'partial'))).toEqual([]);
  });
});

describe('bad input of a dissection', () => {
  const dissect = (argv: readonly string[]) =>
    intermodel([
      'dissect',
      '--images',
      at('images'),
      '--labels',
      at('labels'),
      '--label-names',
      at('labels.csv'),
      '--input',
      input,
      '--out',
      at('bad'),
      ...argv,
    ]);
  const cases: readonly [string, () => readonly string[], RegExp][] = [
    [
      'a file that is no ONNX model',
      () => {
        writeFileSync(at('text.onnx'), 'hello');
        return ['--model', at('text.onnx')];
      },
      /text\.onnx/u,
    ],
    [
      'a truncated model',
      () => {
        cpSync(at('tiny.onnx'), at('cut.onnx'));
        truncateSync(at('cut.onnx'), 150);
        return ['--model', at('cut.onnx')];
      },
      /cut\.onnx/u,
    ],
    ['a missing model', () => ['--model', at('none.onnx')], /none\.onnx/u],
    ['a layer that does not exist', () => ['--model', `${at('tiny.onnx')}:map`], /"maps"/u],
    ['a colon without a layer', () => ['--model', `${at('tiny.onnx')}:`], /MODEL_OPTION[\s\S]*intermodel layers/u],
    [
      'an output folder within the images',
      () => ['--model', at('tiny.onnx'), '--out', at('images', 'out')],
      /OUTPUT_HOLDS_INPUT/u,
    ],
    ['a layer that is not spatial', () => ['--model', `${at('tiny.onnx')}:scores`], /scores/u],
    [
      'an empty folder of images',
      () => {
        mkdirSync(at('empty'), { recursive: true });
        return ['--model', at('tiny.onnx'), '--images', at('empty')];
      },
      /holds no images/u,
    ],
    ['an unknown preprocessing', () => ['--model', at('tiny.onnx'), '--input', 'imagenett'], /imagenet/u],
    [
      'an input of another size',
      () => ['--model', at('tiny.onnx'), '--input', '{width: 9, height: 8, preset: zero-one}'],
      /8/u,
    ],
    [
      'an image that does not decode',
      () => {
        cpSync(at('images'), at('broken'), { recursive: true });
        truncateSync(at('broken', 'i3.png'), 60);
        return ['--model', at('tiny.onnx'), '--images', at('broken')];
      },
      /i3\.png/u,
    ],
    [
      'label numbers that the vocabulary lacks',
      () => {
        writeFileSync(at('few.csv'), 'number,name,category\n1,red,color\n');
        return ['--model', at('tiny.onnx'), '--label-names', at('few.csv')];
      },
      /labels.*i0\.png[\s\S]*2/u,
    ],
    [
      'labels without images',
      () => {
        cpSync(at('images'), at('seven'), { recursive: true });
        rmSync(at('seven', 'i7.png'));
        return ['--model', at('tiny.onnx'), '--images', at('seven')];
      },
      /i7\.png/u,
    ],
  ];

  it.each(cases)('%s', (_case, argv, message) => {
    const run = dissect(argv());
    expect(run.stderr).toMatch(message);
    expect(run.stderr).toMatch(/^error [A-Z_]+: /u);
    expect(run.stderr).not.toMatch(/^\s+at /mu);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(existsSync(at('bad', 'manifest.json'))).toBe(false);
  });

  it('goes on without a broken image if told so, and says so in the manifest', () => {
    const run = dissect(['--model', at('tiny.onnx'), '--images', at('broken'), '--skip-bad', '--out', at('skipped')]);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    const { warnings } = JSON.parse(readFileSync(at('skipped', 'manifest.json'), 'utf8')) as { warnings: string[] };
    expect(warnings.filter((warning) => warning.includes('passed over'))).toEqual([
      expect.stringMatching(/^i3\.png: passed over: .*\.png: .+$/u),
    ]);
  });

  it('refuses unknown keys of a study file with the nearest name and the line', () => {
    writeFileSync(
      at('wrong.yaml'),
      'data: { images: images, labels: labels, labelNames: labels.csv }\nmodels:\n  - name: a\n    file: tiny.onnx\n    layr: maps\n',
    );
    const run = intermodel(['run', at('wrong.yaml'), '--out', at('bad')]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/wrong\.yaml, line 5[\s\S]*layer/u);
  });
});

const parity = path.resolve(root, '../shared/parity');
describe('parity with an independent implementation', () => {
  it.skipIf(!existsSync(parity))(
    `dissects four trained models as the golden figures say${existsSync(parity) ? '' : ' (skipped: ../shared/parity is not here)'}`,
    async () => {
      const { runParity } = await import('../../tools/parity/run-parity.ts');
      for (const { model, agrees, line } of runParity(parity, at('parity')))
        expect([model, agrees, line]).toEqual([model, true, expect.stringContaining('0 faults')]);
    },
  );
});

describe('images and labels that cannot be used', () => {
  const dissect = (images: string, labels: string, out: string, ...options: string[]) =>
    intermodel([
      'dissect',
      '--model',
      `${at('tiny.onnx')}:maps`,
      '--images',
      at(images),
      '--labels',
      at(labels),
      '--label-names',
      at('labels.csv'),
      '--input',
      input,
      '--out',
      at(out),
      ...options,
    ]);

  it('says that all images were passed over, and why the first was, instead of blaming the labels', () => {
    mkdirSync(at('all-bad'));
    for (const name of readdirSync(at('images'))) writeFileSync(at('all-bad', name), 'no image');
    const run = dissect('all-bad', 'labels', 'bad-out', '--skip-bad');
    expect(run.stderr).toMatch(
      /error IMAGES_ALL_BAD: .*all-bad: all 8 images were passed over[^]*the first, i0\.png: /u,
    );
    expect(run.code).toBe(2);
  });

  it('names the folder of labels that hold nothing', () => {
    mkdirSync(at('zero'));
    for (const name of readdirSync(at('images')))
      writePng(at('zero', name), { width: 8, height: 8, data: new Uint8Array(64), channels: 1, depth: 8 });
    const run = dissect('images', 'zero', 'zero-out');
    expect(run.stderr).toContain(`error LABELS_ALL_ZERO: ${at('zero')}: none of the 8 images`);
    expect(run.code).toBe(2);
  });
});

describe('models of which no unit matches', () => {
  it('have tables, a manifest and a note all the same', () => {
    const run = intermodel([
      'run',
      study({ ...quarter, matching: { level: 0.75, gate: 1 } }),
      '--out',
      at('unmatched'),
      '--json',
    ]);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    expect((JSON.parse(run.stdout) as { warnings: { subject: string; text: string }[] }).warnings).toContainEqual({
      subject: 'embedding',
      text: expect.stringContaining('gate of 1') as unknown,
    });
    expect(csvRows(at('unmatched', 'profiles.csv'))).toEqual([]);
    expect(readdirSync(at('unmatched'))).toEqual(
      expect.arrayContaining(['manifest.json', 'models', 'report.html', 'summaries.csv']),
    );
    expect(existsSync(at('unmatched', 'embedding.csv'))).toBe(false);
  });
});
