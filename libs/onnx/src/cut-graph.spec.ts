import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InputError } from '@intermodel/errors';
import { buildOnnxModel, type OnnxModel, type OnnxNode } from '@intermodel/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { cutGraph, type CutModel } from './cut-graph.ts';
import { createSession } from './open-session.ts';
import { readModel, readModelBytes } from './read-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-cut-'));
const image = [{ name: 'x', dims: ['batch', 1, 2, 2] }];
const parsed = (model: OnnxModel) => readModelBytes(buildOnnxModel(model), path.join(folder, 'model.onnx'));
const node = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({
  op,
  name: `${op} ${output}`,
  inputs,
  outputs: [output],
  attributes,
});
const reread = (cut: CutModel) => readModelBytes(cut.toBytes(), 'cut.onnx');
const codeOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return (error as InputError).code;
  }
  return 'done';
};

async function run(cut: CutModel, values: number[]): Promise<Record<string, number[]>> {
  const session = await createSession('model.onnx', cut, {});
  const results = await session.run({ x: new Tensor('float32', values, [values.length / 4, 1, 2, 2]) });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

/** x -> a = x + p -> b = relu(a) -> c = b * big (dropped when b is wanted). */
const chain: OnnxModel = {
  nodes: [node('Add', ['x', 'p'], 'a'), node('Relu', ['a'], 'b'), node('Mul', ['b', 'big'], 'c')],
  inputs: [...image, { name: 'unused', dims: [1] }],
  outputs: [{ name: 'c', dims: ['batch', 1, 2, 2] }],
  valueInfo: [
    { name: 'b', dims: ['batch', 1, 2, 2] },
    { name: 'c', dims: ['batch', 1, 2, 2] },
  ],
  initializers: { p: { dims: [1], data: [-1] }, big: { dims: [2, 2], data: [1, 2, 3, 4] } },
  opset: 13,
  irVersion: 7,
  metadata: { key: 'value' },
};

describe('cutGraph', () => {
  it('keeps what the tensor needs, and drops all else', async () => {
    const model = parsed(chain);
    const cut = cutGraph(model, ['b']);
    const read = reread(cut);
    expect(read.graph.nodes.map(({ operator }) => operator)).toEqual(['Add', 'Relu']);
    expect(read.graph.initializers.map(({ name }) => name)).toEqual(['p']);
    expect(read.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(read.graph.outputs.map(({ name, type }) => [name, type?.dims])).toEqual([['b', ['batch', 1, 2, 2]]]);
    expect(read.graph.valueInfo).toEqual([]);
    expect([read.irVersion, read.opsets.get(''), read.metadata.get('key')]).toEqual([7, 13, 'value']);
    expect(cut.byteLength).toBe(cut.toBytes().length);
    expect(cut.byteLength).toBeLessThan(model.source.length);
    expect(Buffer.concat([...cut.chunks()])).toEqual(Buffer.from(cut.toBytes()));
    expect(await run(cut, [0, 1, 2, 3])).toEqual({ b: [0, 0, 1, 2] });
  });

  it('puts out several tensors, and takes names of nodes', () => {
    expect(reread(cutGraph(parsed(chain), ['Relu b', 'a', 'b'])).graph.outputs.map(({ name }) => name)).toEqual([
      'b',
      'a',
    ]);
  });

  it('states types that the file lacks, and other input sizes', () => {
    const types = new Map([['a', { elementType: 1, dims: ['n', 1, undefined, 2] }]]);
    expect(reread(cutGraph(parsed(chain), ['a'], { types })).graph.outputs[0]?.type).toEqual({
      elementType: 1,
      dims: ['n', 1, undefined, 2],
    });
    const resized = reread(cutGraph(parsed(chain), ['b'], { inputDims: new Map([['x', [1, 1, 4, 4]]]) }));
    expect(resized.graph.inputs[0]?.type?.dims).toEqual([1, 1, 4, 4]);
    expect(resized.graph.outputs[0]?.type).toBeUndefined();
  });

  it('keeps what the bodies of If take from outside, through two levels', async () => {
    const inner = { nodes: [node('Add', ['x', 'deep'], 'inner_out')], outputs: [{ name: 'inner_out' }] };
    const model: OnnxModel = {
      nodes: [
        node('Relu', ['p'], 'deep'),
        node('Neg', ['p'], 'unneeded'),
        node('If', ['yes'], 'y', {
          then_branch: {
            graph: {
              nodes: [
                node('If', ['yes'], 'nested', {
                  then_branch: { graph: inner },
                  else_branch: { graph: { nodes: [node('Identity', ['x'], 'id')], outputs: [{ name: 'id' }] } },
                }),
              ],
              outputs: [{ name: 'nested' }],
            },
          },
          else_branch: {
            graph: {
              nodes: [node('Mul', ['x', 'own'], 'else_out')],
              initializers: { own: { dims: [1], data: [5] } },
              outputs: [{ name: 'else_out' }],
            },
          },
        }),
        node('Relu', ['y'], 'z'),
      ],
      inputs: image,
      outputs: [{ name: 'z' }],
      initializers: { p: { dims: [1], data: [10] }, yes: { dims: [], type: 'bool', data: [1] } },
    };
    const cut = cutGraph(parsed(model), ['y']);
    expect(cut.nodes.map(({ operator }) => operator)).toEqual(['Relu', 'If']);
    expect(await run(cut, [0, 1, 2, 3])).toEqual({ y: [10, 11, 12, 13] });
    expect(codeOf(() => cutGraph(parsed(model), ['inner_out']))).toBe('LAYER_IN_SUBGRAPH');
  });

  it('keeps what the body of a Loop takes from outside', async () => {
    const body = {
      nodes: [node('Add', ['state', 'step'], 'next'), node('Identity', ['go'], 'go_on')],
      inputs: [
        { name: 'i', dims: [], type: 'int64' as const },
        { name: 'go', dims: [], type: 'bool' as const },
        { name: 'state', dims: ['batch', 1, 2, 2] },
      ],
      outputs: [
        { name: 'go_on', dims: [], type: 'bool' as const },
        { name: 'next', dims: ['batch', 1, 2, 2] },
      ],
    };
    const model: OnnxModel = {
      nodes: [
        node('Mul', ['p', 'p'], 'step'),
        node('Loop', ['three', 'yes', 'x'], 'y', { body: { graph: body } }),
        node('Neg', ['y'], 'z'),
      ],
      inputs: image,
      outputs: [{ name: 'z' }],
      initializers: {
        p: { dims: [1], data: [2] },
        three: { dims: [], type: 'int64', data: [3] },
        yes: { dims: [], type: 'bool', data: [1] },
      },
    };
    expect(await run(cutGraph(parsed(model), ['y']), [0, 1, 2, 3])).toEqual({ y: [12, 13, 14, 15] });
  });

  it('carries the functions of the model that are still called', async () => {
    const call = (name: string, input: string, output: string): OnnxNode => ({
      op: name,
      domain: 'own',
      inputs: [input],
      outputs: [output],
    });
    const define = (name: string, nodes: OnnxNode[]) => ({ domain: 'own', name, inputs: ['a'], outputs: ['b'], nodes });
    const model: OnnxModel = {
      nodes: [call('Outer', 'x', 'y'), call('Other', 'y', 'z')],
      inputs: image,
      outputs: [{ name: 'z' }],
      domains: { own: 1 },
      functions: [
        define('Outer', [
          { op: 'Add', inputs: ['a', 'a'], outputs: ['c'] },
          { op: 'Neg', inputs: ['c'], outputs: ['b'] },
        ]),
        define('Other', [node('Relu', ['a'], 'b')]),
      ],
    };
    const cut = cutGraph(parsed(model), ['y']);
    expect(reread(cut).functions.map(({ name }) => name)).toEqual(['Outer']);
    expect(await run(cut, [0, 1, 2, 3])).toEqual({ y: [-0, -2, -4, -6] });
  });

  it('keeps needed sparse constants and quantization annotations with their parameters', () => {
    const model: OnnxModel = {
      ...chain,
      sparseInitializers: {
        p: { dims: [4], indices: [1], values: [7] },
        far: { dims: [4], indices: [0], values: [1] },
      },
      initializers: {
        big: { dims: [2, 2], data: [1, 2, 3, 4] },
        s: { dims: [], data: [1] },
        z: { dims: [], data: [0] },
        t: { dims: [], data: [1] },
      },
      quantization: { b: { scale: 's', zeroPoint: 'z' }, c: { scale: 't', zeroPoint: 'z' } },
    };
    const { graph } = reread(cutGraph(parsed(model), ['b']));
    expect(graph.initializers.map(({ name, sparse }) => [name, sparse])).toEqual([
      ['s', false],
      ['z', false],
      ['p', true],
    ]);
    expect(graph.annotations.map(({ tensor, parameters }) => [tensor, parameters])).toEqual([['b', ['s', 'z']]]);
  });

  it('refuses tensors that are no layers, with the nearest name', () => {
    const model = parsed({ ...chain, nodes: [...chain.nodes, node('Neg', ['p'], 'constant')] });
    expect(codeOf(() => cutGraph(model, ['p']))).toBe('LAYER_CONSTANT');
    expect(codeOf(() => cutGraph(model, ['constant']))).toBe('LAYER_CONSTANT');
    expect(codeOf(() => cutGraph(model, ['x']))).toBe('LAYER_CONSTANT');
    expect(() =>
      cutGraph(
        parsed({
          ...chain,
          nodes: [node('Relu', ['x'], '/layer4/Relu_output_0')],
          outputs: [{ name: '/layer4/Relu_output_0' }],
        }),
        ['/layer4/relu_output'],
      ),
    ).toThrow(/Did you mean "\/layer4\/Relu_output_0"/u);
  });
});

describe('external data', () => {
  const withData = (locations: { p: string; big: string }, length = 16): OnnxModel => ({
    ...chain,
    initializers: {
      p: { dims: [1], external: { location: locations.p, offset: 4, length: 4 } },
      big: { dims: [2, 2], external: { location: locations.big, length } },
    },
  });
  const write = (name: string, model: OnnxModel) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, buildOnnxModel(model));
    return readModel(file);
  };
  const floats = (...values: number[]) => Buffer.from(new Float32Array(values).buffer);

  it("is read from the model's folder, and only where it is needed", async () => {
    writeFileSync(path.join(folder, 'p.bin'), floats(9, -2));
    const model = write('data.onnx', withData({ p: 'p.bin', big: 'missing.bin' }));
    const cut = cutGraph(model, ['b']);
    expect(cut.initializers.map(({ name }) => name)).toEqual(['p']);
    expect(await run(cut, [0, 1, 2, 3])).toEqual({ b: [0, 0, 0, 1] });
    expect(codeOf(() => cutGraph(model, ['c']))).toBe('EXTERNAL_DATA_MISSING');
  });

  it.each(['/etc/passwd', '../secret.bin', 'sub/../../secret.bin', 'C:\\secret.bin', '..\\secret.bin'])(
    'is refused at %s',
    (location) => {
      expect(codeOf(() => cutGraph(write('outside.onnx', withData({ p: location, big: 'p.bin' })), ['b']))).toBe(
        'EXTERNAL_DATA_OUTSIDE',
      );
    },
  );

  it('is refused where a link leaves the folder, and where the file is too short', () => {
    const other = mkdtempSync(path.join(tmpdir(), 'intermodel-other-'));
    writeFileSync(path.join(other, 'secret.bin'), floats(1, 2));
    symlinkSync(path.join(other, 'secret.bin'), path.join(folder, 'link.bin'));
    expect(codeOf(() => cutGraph(write('link.onnx', withData({ p: 'link.bin', big: 'p.bin' })), ['b']))).toBe(
      'EXTERNAL_DATA_OUTSIDE',
    );
    expect(codeOf(() => cutGraph(write('short.onnx', withData({ p: 'p.bin', big: 'p.bin' }, 64)), ['c']))).toBe(
      'EXTERNAL_DATA_TRUNCATED',
    );
    mkdirSync(path.join(folder, 'sub.bin'));
    expect(codeOf(() => cutGraph(write('folder.onnx', withData({ p: 'sub.bin', big: 'p.bin' })), ['b']))).toBe(
      'EXTERNAL_DATA_NOT_FILE',
    );
    // The runtime itself would take this as an address in memory.
    expect(
      codeOf(() => cutGraph(write('memory.onnx', withData({ p: '*/_ORT_MEM_ADDR_/*', big: 'p.bin' })), ['b'])),
    ).toBe('EXTERNAL_DATA_MISSING');
  });

  it('is found beside the file that a link to the model leads to, as download caches have it', async () => {
    const blobs = path.join(folder, 'blobs');
    const snapshot = path.join(folder, 'snapshot');
    mkdirSync(blobs);
    mkdirSync(snapshot);
    writeFileSync(
      path.join(blobs, 'aaa'),
      buildOnnxModel(withData({ p: 'model.onnx_data', big: 'model.onnx_data' }, 4)),
    );
    writeFileSync(path.join(blobs, 'bbb'), floats(9, -2));
    symlinkSync(path.join(blobs, 'aaa'), path.join(snapshot, 'model.onnx'));
    symlinkSync(path.join(blobs, 'bbb'), path.join(snapshot, 'model.onnx_data'));
    expect(await run(cutGraph(readModel(path.join(snapshot, 'model.onnx')), ['b']), [0, 1, 2, 3])).toEqual({
      b: [0, 0, 0, 1],
    });
  });

  it("can be the model's own file, so that weights are not copied", async () => {
    const values = Float32Array.from({ length: 1024 }, (_, index) => index / 7);
    const model: OnnxModel = {
      nodes: [node('Conv', ['x', 'w'], 'y'), node('Relu', ['y'], 'z')],
      inputs: image,
      outputs: [{ name: 'z' }],
      initializers: { w: { dims: [1024, 1, 1, 1], data: values } },
    };
    const read = write('in-place.onnx', model);
    const copied = cutGraph(read, ['y']);
    const inPlace = cutGraph(read, ['y'], { weightsInPlace: true });
    expect(copied.byteLength).toBeGreaterThan(4096);
    expect(inPlace.byteLength).toBeLessThan(400);
    expect(await run(inPlace, [0, 1, 2, 3])).toEqual(await run(copied, [0, 1, 2, 3]));
  });
});

it('makes the same values as the whole model with the tensor exposed', async () => {
  const exposed = buildOnnxModel({ ...chain, inputs: image, outputs: [...chain.outputs, { name: 'b' }] });
  const session = await InferenceSession.create(exposed);
  const values = Float32Array.from({ length: 40 }, (_, index) => Math.sin(index) * 3);
  const whole = await session.run({ x: new Tensor('float32', values, [10, 1, 2, 2]) });
  expect((await run(cutGraph(parsed(chain), ['b']), Array.from(values))).b).toEqual(
    Array.from(whole.b?.data as Float32Array),
  );
});
