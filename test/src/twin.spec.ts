import { readFileSync, writeFileSync } from 'node:fs';
import { openSession, writeGraph } from '@intermodel/onnx';
import { drawScene, shippedModels } from '@intermodel/small-world';
import { beforeAll, describe, expect, it } from 'vitest';
import { intermodel, temporaryFolder } from './command-line.ts';

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

describe('intermodel twin', () => {
  beforeAll(() => {
    expect(intermodel(['world', '--images', String(images), '--out', at('world')]).code).toBe(0);
    writeFileSync(at('normalised.onnx'), normalised());
  });
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
});
