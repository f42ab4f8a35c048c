import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { writeGraph } from '@intermodel/onnx';
import { shippedModels } from '@intermodel/small-world';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const names = ['objects', 'simclr', 'jigsaw'];
const models = shippedModels().filter(({ name }) => names.includes(name));

/** A convolution whose activations are cut off at a ceiling, or at none. */
function ceiled(ceiling: number): Uint8Array {
  const constant = (name: string, dims: number[], values: readonly number[]) => ({
    ...{ name, type: 'float32' as const, dims },
    values: () => new Uint8Array(Float32Array.from(values).buffer),
  });
  const units = 16;
  return writeGraph({
    name: 'ceiled',
    opsets: new Map([['', 13]]),
    nodes: [
      {
        ...{ operator: 'Conv', name: 'conv', inputs: ['image', 'weight'], outputs: ['conv'] },
        attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      },
      { operator: 'Clip', name: 'clip', inputs: ['conv', 'floor', 'ceiling'], outputs: ['maps'], attributes: {} },
      { operator: 'GlobalAveragePool', name: 'pool', inputs: ['maps'], outputs: ['pooled'], attributes: {} },
    ],
    constants: [
      constant(
        'weight',
        [units, 3, 3, 3],
        Array.from({ length: units * 27 }, (_, place) => Math.sin(place) + 0.3),
      ),
      constant('floor', [], [0]),
      constant('ceiling', [], [ceiling]),
    ],
    inputs: [{ name: 'image', type: 'float32', dims: ['batch', 3, 64, 64] }],
    outputs: [{ name: 'pooled', type: 'float32', dims: ['batch', units, 1, 1] }],
  }).toBytes();
}

/** A study of the scenes in a folder. */
function study(name: string, folder: string, given: readonly string[]): string {
  const file = at(`${name}.yaml`);
  const lines = [
    `data: { images: ${folder}/images, labels: ${folder}/labels, labelNames: ${folder}/labels.csv }`,
    ...['models:', ...given.map((model) => `  - { ${model} }`)],
    ...['significance: { nulls: 0 }', 'gallery: { units: 0 }'],
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

interface Examined {
  readonly images: number;
  readonly inputs: readonly { readonly model: string; readonly input: string; readonly units: number }[];
  readonly labels: readonly { readonly labels: string }[];
  readonly findings: readonly { readonly subject: string; readonly text: string }[];
}

function examine(file: string): Examined {
  const { code, stdout, stderr } = intermodel(['doctor', file, '--json', '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Examined;
}

const fed = (input: string) => models.map(({ name, file }) => `name: ${name}, file: ${file}, input: ${input}`);

beforeAll(async () => {
  expect(intermodel(['world', '--images', '120', '--out', at('world')]).code).toBe(0);
  cpSync(at('world'), at('mirrored'), { recursive: true });
  for (const name of readdirSync(at('world', 'images')))
    await sharp(at('world', 'images', name))
      .flop()
      .toFile(at('mirrored', 'images', name));
});

describe('intermodel doctor', () => {
  it('finds nothing wrong with healthy models and labels', () => {
    const { images, inputs, labels, findings } = examine(study('healthy', 'world', fed('zero-one')));
    expect([images, findings]).toEqual([32, []]);
    expect(inputs.map(({ input }) => input)).toEqual(models.flatMap(() => ['declared', 'imagenet']));
    expect(labels[0]?.labels).toBe('as they are');
  });

  it('finds labels that are mirrored against their images', () => {
    const { findings } = examine(study('mirrored', 'mirrored', fed('zero-one')));
    expect(findings).toEqual([
      {
        subject: 'labels',
        text: expect.stringMatching(/mirrored left to right: \d+ of \d+ units, mean IoU/u) as string,
      },
    ]);
  });

  it('finds preprocessing that is not that of the model, and names the option', () => {
    const { stdout } = intermodel(['doctor', study('wrong', 'world', fed('imagenet'))]);
    expect(stdout).toMatch(/objects: With scale, mean and std of the preset zero-one[\s\S]*models\[objects\]\.input/u);
  });

  it('leaves untrained twins out, and nothing behind', () => {
    const twins = study('twins', 'world', [`${String(fed('zero-one')[0])}, twin: true`]);
    const before = readdirSync(at()).length;
    expect(new Set(examine(twins).inputs.map(({ model }) => model))).toEqual(new Set([models[0]?.name]));
    expect(readdirSync(at())).toHaveLength(before);
  });

  it('says what it needs', () => {
    writeFileSync(at('tasks.yaml'), 'models: [{ name: a, file: plain.onnx }]\ntasks: [{ root: world/classes }]\n');
    writeFileSync(at('plain.onnx'), ceiled(1e9));
    const { code, stderr } = intermodel(['doctor', at('tasks.yaml')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('DATA_MISSING')]);
  });
});

describe('a run', () => {
  it('tells of units whose thresholds stand at a ceiling, and of no others', () => {
    writeFileSync(at('ceiled.onnx'), ceiled(1));
    writeFileSync(at('plain.onnx'), ceiled(1e9));
    const notes = (name: string) => {
      const file = study(name, 'world', [`name: ${name}, file: ${name}.onnx, layer: maps, input: zero-one`]);
      const { code, stdout } = intermodel(['run', file, '--out', at(name)]);
      expect(code).toBe(0);
      return stdout;
    };
    expect(notes('ceiled')).toMatch(/\d+ of 16 units have their threshold at a ceiling of the activations \(1\)/u);
    expect(notes('plain')).not.toContain('ceiling');
  });
});
