import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InputError } from '@intermodel/errors';
import { buildOnnxModel, writeResNet50, type OnnxModel, type OnnxNode } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import { checkLayers } from './check-layers.ts';
import { listExecutionProviders } from './execution-providers.ts';
import { halvesFromFloats } from './half-floats.ts';
import { listLayers } from './list-layers.ts';
import { measureModel } from './measure-model.ts';
import { openSession, type OpenSessionOptions } from './open-session.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-session-'));
let files = 0;
const write = (model: OnnxModel | Uint8Array) => {
  const file = path.join(folder, `${String(files++)}.onnx`);
  writeFileSync(file, model instanceof Uint8Array ? model : buildOnnxModel(model));
  return file;
};
const node = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({
  op,
  name: op,
  inputs,
  outputs: [output],
  attributes,
});

/** Two units: the sum of the channels, and the third minus the first; then rectified and pooled. */
const tiny = (batch: number | string): OnnxModel => ({
  nodes: [node('Conv', ['x', 'w', 'b'], 'c'), node('Relu', ['c'], 'y'), node('GlobalAveragePool', ['y'], 'g')],
  inputs: [{ name: 'x', dims: [batch, 3, 1, 2] }],
  outputs: [{ name: 'g' }],
  initializers: { w: { dims: [2, 3, 1, 1], data: [1, 1, 1, -1, 0, 1] }, b: { dims: [2], data: [0, 0.5] } },
});
const threeImages = Float32Array.of(1, 2, 3, 4, 5, 6, /**/ 0, 0, 0, 0, -1, -2, /**/ 1, 0, 0, 0, 0, 1);
const threeMaps = [9, 12, 4.5, 4.5, 0, 0, 0, 0, 1, 1, 0, 1.5];

const codeOf = async (options: OpenSessionOptions, values?: Float32Array, batch = 1) => {
  try {
    const session = await openSession(options);
    if (values !== undefined) await session.run(values, batch);
    await session.release();
  } catch (error) {
    return [(error as InputError).code, (error as InputError).message] as const;
  }
  return ['opened', ''] as const;
};

describe('openSession', () => {
  it('takes a graph in the place of a file whose bytes are its weights, in a process of its own too', async () => {
    const cache = path.join(folder, 'cache');
    mkdirSync(cache);
    // As download caches have it: a link to the weights, which have another name there.
    writeFileSync(path.join(cache, 'blob'), Buffer.from(Float32Array.of(7, 1, 1, 1, -1, 0, 1).buffer));
    const file = path.join(folder, 'weights.pth');
    symlinkSync(path.join(cache, 'blob'), file);
    const referring = (location: string) =>
      buildOnnxModel({
        ...tiny('batch'),
        initializers: {
          w: { dims: [2, 3, 1, 1], external: { location, offset: 4, length: 24 } },
          b: { dims: [2], data: [0, 0.5] },
        },
      });
    const graph = referring('weights.pth');
    const session = await openSession({ file, graph, tensors: ['y'] });
    expect([...((await session.run(threeImages, 3)).get('y')?.data ?? [])]).toEqual(threeMaps);
    await session.release();
    expect(checkLayers({ file, graph, tensors: ['y'] }).channels).toBe(3);
    expect((await listLayers(file, { graph })).layers.map(({ tensor }) => tensor)).toEqual(['c', 'y']);
    const { putOut } = await measureModel(file, { graph, tensors: ['y'], inputSize: { height: 1, width: 2 } });
    expect(putOut.get('y')).toEqual({ units: 2, mapSize: 2 });
    expect((await codeOf({ file, graph: referring('../weights.pth'), tensors: ['c'] }))[0]).toBe(
      'EXTERNAL_DATA_OUTSIDE',
    );
  });

  it('runs a batch and puts out the maps', async () => {
    const session = await openSession({ file: write(tiny('batch')), tensors: ['y'] });
    expect(session.input).toMatchObject({
      name: 'x',
      layout: 'NCHW',
      batch: undefined,
      channels: 3,
      height: 1,
      width: 2,
    });
    expect(session.shapes.get('y')).toEqual([undefined, 2, 1, 2]);
    const result = (await session.run(threeImages, 3)).get('y');
    expect(result?.dims).toEqual([3, 2, 1, 2]);
    expect(Array.from(result?.data ?? [])).toEqual(threeMaps);
    await session.release();
  });

  it.each([1, 2, 5])('runs a model that takes %i images at a time', async (batch) => {
    const session = await openSession({ file: write(tiny(batch)), tensors: ['y', 'c'], threads: 1 });
    expect(session.input.batch).toBe(batch);
    const results = await session.run(threeImages, 3);
    expect(Array.from(results.get('y')?.data ?? [])).toEqual(threeMaps);
    expect(results.get('c')?.dims).toEqual([3, 2, 1, 2]);
    await session.release();
  });

  it.each([
    ['fails with more', [1, 2, 2]],
    ['puts the images together', [1, 2, -1]],
  ])('runs image by image where a reshape %s', async (_what, shape) => {
    const model = tiny('batch');
    const nodes = [...model.nodes, node('Reshape', ['y', 's'], 'r')];
    const initializers = { ...model.initializers, s: { dims: [3], type: 'int64' as const, data: shape } };
    const session = await openSession({
      file: write({ ...model, nodes, outputs: [{ name: 'r' }], initializers }),
      tensors: ['r'],
    });
    for (let repeat = 0; repeat < 2; repeat++) {
      const result = (await session.run(threeImages, 3)).get('r');
      expect(result?.dims).toEqual([3, 2, 2]);
      expect(Array.from(result?.data ?? [])).toEqual(threeMaps);
    }
    await session.release();
  });

  it('runs float16 models', async () => {
    const model = tiny('batch');
    const half = (data: number[]) => new Uint8Array(halvesFromFloats(Float32Array.from(data)).buffer);
    const file = write({
      ...model,
      inputs: [{ name: 'x', dims: ['batch', 3, 1, 2], type: 'float16' }],
      outputs: [{ name: 'g', type: 'float16' }],
      initializers: {
        w: { dims: [2, 3, 1, 1], type: 'float16', data: half([1, 1, 1, -1, 0, 1]) },
        b: { dims: [2], type: 'float16', data: half([0, 0.5]) },
      },
    });
    const session = await openSession({ file, tensors: ['y'] });
    expect(Array.from((await session.run(threeImages, 3)).get('y')?.data ?? [])).toEqual(threeMaps);
    await session.release();
  });

  it('lets NaN and infinity through', async () => {
    const session = await openSession({ file: write(tiny('batch')), tensors: ['c'] });
    const data = (await session.run(Float32Array.of(NaN, 0, 0, 0, 0, Infinity), 1)).get('c')?.data;
    expect(Array.from(data ?? [])).toEqual([NaN, Infinity, NaN, Infinity]);
    await session.release();
  });

  it('leaves the weights of a large file in place, with the same values', async () => {
    const file = path.join(folder, 'large.onnx');
    const { tensor, earlier } = writeResNet50(file, { inputSize: 32 });
    const values = Float32Array.from({ length: 3 * 32 * 32 }, (_, index) => Math.sin(index));
    const run = async (name: string, tensors: string[]) => {
      const session = await openSession({ file: name, tensors });
      const results = await session.run(values, 1);
      await session.release();
      return results.get(tensor)?.data;
    };
    const first = await run(file, [tensor]);
    expect(first?.some((value) => value > 0)).toBe(true);
    expect(await run(file, [tensor, ...earlier])).toEqual(first);
  });

  it('names the nearest layer', async () => {
    const [code, message] = await codeOf({ file: write(tiny('batch')), tensors: ['yy'] });
    expect(code).toBe('LAYER_UNKNOWN');
    expect(message).toContain('Did you mean "y"?');
  });

  it('puts out whole numbers only where they are asked for', async () => {
    const model = tiny('batch');
    const classes: OnnxModel = {
      ...model,
      nodes: [
        ...model.nodes,
        node('ArgMax', ['y'], 'a', { axis: 1, keepdims: 0 }),
        node('Cast', ['a'], 'i', { to: 6 }),
      ],
      outputs: [
        { name: 'a', type: 'int64' },
        { name: 'i', type: 'int32' },
      ],
    };
    expect((await codeOf({ file: write(classes), tensors: ['a'] }))[0]).toBe('LAYER_NOT_FLOAT');
    const session = await openSession({ file: write(classes), tensors: ['a', 'i', 'y'], wholeNumbers: true });
    expect([...session.wholeNumbers]).toEqual(['a', 'i']);
    const results = await session.run(threeImages, 3);
    // Of threeMaps, the second unit is the larger one nowhere but at the last pixel.
    expect(results.get('a')).toEqual({ dims: [3, 1, 2], data: Float32Array.of(0, 0, 0, 0, 0, 1) });
    expect(results.get('i')?.data).toEqual(results.get('a')?.data);
    await session.release();
  });

  it('refuses layers without maps, before and after the first run', async () => {
    const model = tiny('batch');
    const flat = {
      ...model,
      nodes: [
        ...model.nodes,
        node('Flatten', ['g'], 'f'),
        node('Shape', ['y'], 's'),
        node('Transpose', ['y'], 't', { perm: [1, 0, 2, 3] }),
      ],
      outputs: [{ name: 'f' }],
    };
    expect((await codeOf({ file: write(flat), tensors: ['f'] }))[0]).toBe('LAYER_NOT_SPATIAL');
    expect((await codeOf({ file: write(flat), tensors: ['s'] }))[0]).toBe('LAYER_NOT_FLOAT');
    expect((await codeOf({ file: write(flat), tensors: ['t'] }, threeImages, 3))[0]).toBe('LAYER_NOT_SPATIAL');
  });

  it('refuses inputs that are not images', async () => {
    const add = (inputs: OnnxModel['inputs']): OnnxModel => ({
      nodes: [node('Add', ['x', 'z'], 'y')],
      inputs: inputs!,
      outputs: [{ name: 'y' }],
      initializers: inputs!.length === 1 ? { z: { dims: [1], data: [1] } } : {},
    });
    const dims = ['batch', 3, 2, 2];
    const [code, message] = await codeOf({
      file: write(
        add([
          { name: 'x', dims },
          { name: 'z', dims },
        ]),
      ),
      tensors: ['y'],
    });
    expect(code).toBe('MODEL_INPUTS');
    expect(message).toContain('x, z');
    expect((await codeOf({ file: write(add([{ name: 'x', dims: ['batch', 12] }])), tensors: ['y'] }))[0]).toBe(
      'MODEL_INPUT_RANK',
    );
    expect((await codeOf({ file: write(add([{ name: 'x', dims, type: 'int32' }])), tensors: ['y'] }))[0]).toBe(
      'MODEL_INPUT_TYPE',
    );
  });

  it('says which operator, operator set or file version is too new', async () => {
    const relu: OnnxModel = {
      nodes: [node('Relu', ['x'], 'y')],
      inputs: [{ name: 'x', dims: [1, 3, 2, 2] }],
      outputs: [{ name: 'y' }],
    };
    const [opset, opsetMessage] = await codeOf({ file: write({ ...relu, opset: 99 }), tensors: ['y'] });
    expect(opset).toBe('OPSET_UNSUPPORTED');
    expect(opsetMessage).toMatch(/operator set 99 of ai\.onnx[^]*operator set \d+ or older/u);
    expect((await codeOf({ file: write({ ...relu, irVersion: 99 }), tensors: ['y'] }))[0]).toBe(
      'IR_VERSION_UNSUPPORTED',
    );
    const [operator, operatorMessage] = await codeOf({
      file: write({ ...relu, nodes: [node('Fancy', ['x'], 'y')] }),
      tensors: ['y'],
    });
    expect(operator).toBe('OPERATOR_UNSUPPORTED');
    expect(operatorMessage).toContain('Fancy');
    expect(
      (
        await codeOf({
          file: write({ ...relu, nodes: [{ ...node('Fancy', ['x'], 'y'), domain: 'own' }], domains: { own: 1 } }),
          tensors: ['y'],
        })
      )[0],
    ).toBe('OPERATOR_UNSUPPORTED');
    expect((await codeOf({ file: write({ ...relu, nodes: [node('Conv', ['x'], 'y')] }), tensors: ['y'] }))[0]).toBe(
      'MODEL_INVALID',
    );
  });

  it('runs the layers before an operator that the runtime lacks', async () => {
    const model = tiny('batch');
    expect(
      (
        await codeOf(
          {
            file: write({ ...model, nodes: [...model.nodes, node('Fancy', ['g'], 'h')], outputs: [{ name: 'h' }] }),
            tensors: ['y'],
          },
          threeImages,
          3,
        )
      )[0],
    ).toBe('opened');
  });

  it('lists the execution providers when one is lacking', async () => {
    expect(listExecutionProviders()[0]).toBe('cpu');
    const [code, message] = await codeOf({ file: write(tiny('batch')), tensors: ['y'], executionProviders: ['cpo'] });
    expect(code).toBe('PROVIDER_UNAVAILABLE');
    expect(message).toContain('Did you mean "cpu"?');
  });
});
