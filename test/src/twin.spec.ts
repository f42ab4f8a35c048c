import { readFileSync, writeFileSync } from 'node:fs';
import { openSession, writeGraph } from '@intermodel/onnx';
import { drawScene, shippedModels } from '@intermodel/small-world';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const [objects] = shippedModels().filter(({ name }) => name === 'objects');
const units = 24;
const images = 100;

/** A convolution with a normalisation behind it, both far from what they would be before training. */
function normalised(): Uint8Array {
  const constant = (name: string, dims: number[], value: (at: number) => number) => ({
    ...{ name, type: 'float32' as const, dims },
    values: () =>
      new Uint8Array(
        Float32Array.from({ length: dims.reduce((all, size) => all * size, 1) }, (_, place) => value(place)).buffer,
      ),
  });
  const statistics = ['scale', 'shift', 'mean', 'variance'];
  return writeGraph({
    name: 'normalised',
    opsets: new Map([['', 13]]),
    nodes: [
      {
        ...{ operator: 'Conv', name: 'conv', inputs: ['image', 'weight'], outputs: ['conv'] },
        attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      },
      {
        ...{ operator: 'BatchNormalization', name: 'norm', inputs: ['conv', ...statistics], outputs: ['norm'] },
        attributes: { epsilon: { float: 1e-5 } },
      },
      { operator: 'Relu', name: 'relu', inputs: ['norm'], outputs: ['maps'], attributes: {} },
      { operator: 'GlobalAveragePool', name: 'pool', inputs: ['maps'], outputs: ['pooled'], attributes: {} },
    ],
    constants: [
      constant('weight', [units, 3, 3, 3], (place) => Math.sin(place)),
      ...statistics.map((name) => constant(name, [units], () => 3)),
    ],
    inputs: [{ name: 'image', type: 'float32', dims: ['batch', 3, 64, 64] }],
    outputs: [{ name: 'pooled', type: 'float32', dims: ['batch', units, 1, 1] }],
  }).toBytes();
}

beforeAll(() => {
  expect(intermodel(['world', '--images', String(images), '--out', at('world')]).code).toBe(0);
  writeFileSync(at('normalised.onnx'), normalised());
});

describe('intermodel twin', () => {
  const twin = (...argv: string[]) => intermodel(['twin', ...argv]);

  it('draws the same weights from the same seed, and others from another', () => {
    for (const [name, seed] of [
      ['a', '1'],
      ['b', '1'],
      ['c', '2'],
    ] as const) {
      const { code, stdout } = twin(objects?.file ?? '', '--seed', seed, '--out', at(`${name}.onnx`), '--json');
      expect([code, JSON.parse(stdout)]).toEqual([0, { out: at(`${name}.onnx`), seed: Number(seed), images: 0 }]);
    }
    const [a, b, c] = ['a', 'b', 'c'].map((name) => readFileSync(at(`${name}.onnx`)));
    expect(a?.equals(b ?? Buffer.of())).toBe(true);
    expect(a?.equals(c ?? Buffer.of())).toBe(false);
  });

  it('measures statistics on images, so that every channel is centred and scaled on them', async () => {
    const input = '{mean: [0, 0, 0], std: [1, 1, 1]}';
    const { code, stdout } = twin(
      ...[at('normalised.onnx'), '--images', at('world', 'images'), '--input', input, '--twin-images', String(images)],
      ...['--out', at('measured.onnx')],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('statistics measured on 100 images');
    const scenes = Array.from({ length: images }, (_, image) => drawScene({ seed: 0, image }));
    const values = new Float32Array(images * 3 * 64 * 64);
    scenes.forEach(({ pixels }, image) => {
      pixels.forEach((byte, place) => {
        values[(image * 3 + (place % 3)) * 64 * 64 + Math.floor(place / 3)] = byte / 255;
      });
    });
    const session = await openSession({ file: at('measured.onnx'), tensors: ['norm'], threads: 1 });
    const { data } = (await session.run(values, images)).get('norm') ?? { data: new Float32Array() };
    await session.release();
    for (let unit = 0; unit < units; unit++) {
      const own = data.filter((_, place) => Math.floor(place / (32 * 32)) % units === unit);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      expect(mean).toBeCloseTo(0, 3);
      expect(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length).toBeCloseTo(1, 2);
    }
  });

  it('says what it needs', () => {
    const without = twin(at('normalised.onnx'), '--out', at('none.onnx'));
    expect([without.code, without.stderr]).toEqual([2, expect.stringMatching(/TWIN_IMAGES[\s\S]*--images/u)]);
    expect(twin(at('missing.onnx'), '--out', at('none.onnx')).code).toBe(2);
    const empty = twin(at('normalised.onnx'), '--images', at('world', 'labels.csv'), '--out', at('none.onnx'));
    expect(empty.code).toBe(2);
  });

  it.each([
    ['{width: [', /INPUT_OPTION[\s\S]*--input/u],
    ['wrong', /OPTION_VALUE[\s\S]*--input/u],
    ['{men: [1, 2, 3]}', /--input/u],
  ])('names its own option where an input is wrong: %s', (input, message) => {
    const { code, stderr } = twin(at('normalised.onnx'), '--input', input, '--out', at('none.onnx'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).not.toContain('--set');
  });
});

describe('models[].twin', () => {
  /** A study of the scenes and these models, each as the file has it. */
  function study(name: string, models: readonly string[]): string {
    const file = at(`${name}.yaml`);
    writeFileSync(
      file,
      [
        'data: { images: world/images, labels: world/labels, labelNames: world/labels.csv }',
        ...['models:', ...models.map((model) => `  - { ${model}, input: zero-one }`)],
        ...['significance: { nulls: 0 }', 'gallery: { units: 2, images: 2 }', 'resampling: { replicates: 20 }'],
      ].join('\n'),
    );
    return file;
  }
  const trained = [`name: objects, file: ${String(objects?.file)}`, 'name: other, file: normalised.onnx, layer: maps'];
  const run = (file: string, out: string, ...argv: string[]) => {
    const { code, stdout, stderr } = intermodel(['run', file, '--out', at(out), '--json', '--quiet', ...argv]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as {
      steps: { run: number };
      models: { model: string; layers: { layer: string }[] }[];
      twins?: { model: string; twin: string; units: number; twinUnits: number }[];
    };
  };
  beforeAll(() => {
    const twins = study(
      'twins',
      trained.map((model) => `${model}, twin: true`),
    );
    const { models, twins: counted } = run(twins, 'twins');
    expect(models.map(({ model }) => model)).toEqual(['objects', 'objects-twin', 'other', 'other-twin']);
    expect(counted).toMatchObject([
      { model: 'objects', twin: 'objects-twin', units: 64, twinUnits: 64 },
      { model: 'other', twin: 'other-twin', units, twinUnits: units },
    ]);
  });

  it('counts the matching units of twins beside those of their models, in tables, report and on the terminal', () => {
    const [row] = csvRows(at('twins', 'twins.csv'));
    const summaries = csvRows(at('twins', 'summaries.csv'));
    const matches = (model: string) =>
      summaries.reduce((sum, each) => (each['model'] === model ? sum + Number(each['matches']) : sum), 0);
    expect([row?.['matches'], row?.['twin_matches']]).toEqual(
      [matches('objects'), matches('objects-twin')].map(String),
    );
    expect(matches('objects')).toBeGreaterThan(matches('objects-twin'));
    const { stdout } = intermodel(['run', at('twins.yaml'), '--out', at('twins')]);
    expect(stdout).toContain(`of its untrained twin: ${String(matches('objects-twin'))} of 64`);
    expect(readFileSync(at('twins', 'report.html'), 'utf8')).toContain('untrained twins');
  });

  it('leaves no trace of twins in the embedding', () => {
    run(study('plain', trained), 'plain');
    const same = ['embedding', 'embedded-profiles', 'variance', 'clouds', 'categories'].map((name) => `${name}.csv`);
    for (const name of same)
      expect(readFileSync(at('twins', name), 'utf8'), name).toBe(readFileSync(at('plain', name), 'utf8'));
    for (const [file, rows] of [
      ['twins/profiles.csv', 4],
      ['plain/profiles.csv', 2],
    ] as const)
      expect(new Set(csvRows(at(file)).map(({ model }) => model)).size).toBe(rows);
  });

  it('is drawn once, and again only where what it is made of has changed', () => {
    expect(run(at('twins.yaml'), 'twins').steps.run).toBe(0);
    const graph = intermodel(['status', at('twins.yaml'), '--out', at('twins'), '--graph']).stdout;
    expect(graph).toMatch(/twin of objects-twin<br\/>1 done/u);
    const other = intermodel(['status', at('twins.yaml'), '--out', at('twins'), '--set', 'seed=5', '--graph']).stdout;
    expect(other).toMatch(/twin of objects-twin<br\/>1 (?:stale|missing)/u);
    expect(other).toMatch(/maps of objects<br\/>\d+ done/u);
  });

  it('gives what `intermodel twin` gives for the first images of the study', () => {
    expect(intermodel(['twin', objects?.file ?? '', '--out', at('drawn.onnx')]).code).toBe(0);
    run(study('drawn', [`name: objects-twin, file: ${at('drawn.onnx')}`]), 'drawn');
    const unitsOf = (out: string) => readFileSync(at(out, 'models', 'objects-twin', 'units.csv'), 'utf8');
    expect(unitsOf('drawn')).toBe(unitsOf('twins'));
  });

  it('is tested as its model is, where flags of a run ask for tests', () => {
    run(at('twins.yaml'), 'tested', '--nulls', '20', '--null-pool', 'alike');
    const [row] = csvRows(at('tested', 'models', 'objects-twin', 'units.csv'));
    expect(Number(row?.['p'])).toBeGreaterThan(0);
  });

  it('is refused where another model has its name, and where there are no labelled images', () => {
    const taken = study('taken', [`${String(trained[0])}, twin: true`, 'name: Objects-Twin, file: normalised.onnx']);
    const { code, stderr } = intermodel(['run', taken, '--out', at('taken')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/models\[0\]\.twin[\s\S]*"Objects-Twin"/u)]);
    writeFileSync(at('tasks.yaml'), `models: [{ ${String(trained[0])}, twin: true }]\ntasks: [{ root: world }]\n`);
    expect(intermodel(['probe', at('tasks.yaml'), '--out', at('tasks')]).stderr).toContain('models[0].twin');
  });
});
