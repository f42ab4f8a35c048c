import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel, writeMobileNetV2, writeResNet50, type OnnxModel, type OnnxNode } from '@intermodel/testing';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { cutGraph } from './cut-graph.ts';
import { listLayers, type LayerList } from './list-layers.ts';
import { createSession } from './open-session.ts';
import { readModel } from './read-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-layers-'));
let files = 0;
const write = (model: OnnxModel) => {
  const file = path.join(folder, `${String(files++)}.onnx`);
  writeFileSync(file, buildOnnxModel(model));
  return file;
};
const node = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({
  op,
  name: `${op} ${output}`,
  inputs,
  outputs: [output],
  attributes,
});
const conv = (input: string, output: string, weight = 'w', side = 3): OnnxNode =>
  node('Conv', [input, weight], output, { kernel_shape: [side, side], pads: side === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0] });
const zeros = (...dims: number[]) => ({
  dims,
  data: new Float32Array(dims.reduce((product, size) => product * size, 1)),
});
const inputs = [{ name: 'x', dims: ['batch', 3, 'height', 'width'] }];
const usual = ({ layers }: LayerList) => layers.filter((layer) => layer.usual).map(({ tensor }) => tensor);

describe('listLayers', () => {
  it('lists maps with their sizes at the given input size, and marks the one before global pooling', async () => {
    const file = write({
      nodes: [
        conv('x', 'a'),
        node('Relu', ['a'], 'b'),
        node('GlobalAveragePool', ['b'], 'squeeze'),
        node('Mul', ['b', 'squeeze'], 'excited'),
        node('GlobalAveragePool', ['excited'], 'pooled'),
        node('Flatten', ['pooled'], 'flat'),
        node('MatMul', ['flat', 'head'], 'scores'),
      ],
      inputs,
      outputs: [{ name: 'scores' }],
      initializers: { w: zeros(4, 3, 3, 3), head: zeros(4, 10) },
    });
    const list = await listLayers(file, { inputSize: { height: 8, width: 6 } });
    expect([list.input, list.channels]).toEqual([{ height: 8, width: 6 }, 3]);
    expect(
      list.layers.map(({ tensor, node: name, operator, kind, layout, units, height, width }) => [
        tensor,
        name,
        operator,
        kind,
        layout,
        units,
        height,
        width,
      ]),
    ).toEqual([
      ['a', 'Conv a', 'Conv', 'map', 'NCHW', 4, 8, 6],
      ['b', 'Relu b', 'Relu', 'map', 'NCHW', 4, 8, 6],
      ['excited', 'Mul excited', 'Mul', 'map', 'NCHW', 4, 8, 6],
    ]);
    expect(usual(list)).toEqual(['excited']);
  });

  it('takes the sizes from the file where it states them all', async () => {
    const file = write({
      nodes: [conv('x', 'a'), node('GlobalAveragePool', ['a'], 'p'), node('MatMul', ['p', 'm'], 'q')],
      inputs: [{ name: 'x', dims: ['batch', 3, 4, 4] }],
      outputs: [{ name: 'q', dims: ['batch', 5, 1, 1] }],
      valueInfo: [
        { name: 'a', dims: ['batch', 5, 4, 4] },
        { name: 'p', dims: ['batch', 5, 1, 1] },
      ],
      initializers: { w: zeros(5, 3, 3, 3), m: zeros(1, 1) },
    });
    const list = await listLayers(file);
    expect([list.source, usual(list), list.layers.length]).toEqual(['file', ['a'], 1]);
  });

  it('runs once where shapes depend on values', async () => {
    const file = write({
      nodes: [
        conv('x', 'a'),
        node('Abs', ['x'], 'abs'),
        node('ReduceMax', ['abs'], 'max', { keepdims: 0 }),
        node('Cast', ['max'], 'zero', { to: 7 }),
        node('Add', ['zero', 'four'], 'n'),
        node('Concat', ['n', 'n'], 'ns', { axis: 0 }),
        node('Concat', ['front', 'ns'], 'size', { axis: 0 }),
        node('Resize', ['a', '', '', 'size'], 'r'),
        node('GlobalMaxPool', ['r'], 'p'),
      ],
      inputs,
      outputs: [{ name: 'p' }],
      initializers: {
        w: zeros(2, 3, 3, 3),
        four: { dims: [1], type: 'int64', data: [4] },
        front: { dims: [2], type: 'int64', data: [1, 2] },
      },
    });
    const list = await listLayers(file, { inputSize: { height: 8, width: 8 } });
    expect(list.source).toBe('run');
    expect(list.layers.at(-1)).toMatchObject({ tensor: 'r', units: 2, height: 4, width: 4, usual: true });
  });

  it.each<[string, OnnxNode[]]>([
    ['ReduceMean over the places', [node('ReduceMean', ['b'], 'p', { axes: [2, 3], keepdims: 0 })]],
    ['an AveragePool as large as the map', [node('AveragePool', ['b'], 'p', { kernel_shape: [8, 8] })]],
    ['Flatten', [node('Flatten', ['b'], 'p')]],
    ['Dropout and then pooling', [node('Dropout', ['b'], 'd'), node('GlobalAveragePool', ['d'], 'p')]],
  ])('marks the map before %s', async (_what, pooling) => {
    const file = write({
      nodes: [
        conv('x', 'a'),
        node('Relu', ['a'], 'b'),
        ...pooling,
        node('Flatten', ['p'], 'flat'),
        node('Gemm', ['flat', 'head'], 'scores'),
      ],
      inputs,
      outputs: [{ name: 'scores' }],
      initializers: { w: zeros(4, 3, 3, 3), head: zeros(pooling[0]?.op === 'Flatten' ? 256 : 4, 10) },
      opset: 13,
    });
    expect(usual(await listLayers(file, { inputSize: { height: 8, width: 8 } }))).toEqual(['b']);
  });

  it('marks the features where the classes themselves are pooled, and the deepest where nothing is', async () => {
    const initializers = { w: zeros(4, 3, 3, 3), k: zeros(10, 4, 1, 1) };
    const nodes = [
      conv('x', 'a'),
      node('Relu', ['a'], 'b'),
      conv('b', 'classes', 'k', 1),
      node('Relu', ['classes'], 'c'),
      node('GlobalAveragePool', ['c'], 'p'),
      node('Flatten', ['p'], 'flat'),
    ];
    expect(usual(await listLayers(write({ nodes, inputs, outputs: [{ name: 'flat' }], initializers })))).toEqual(['b']);
    const segmentation = [
      conv('x', 'a'),
      node('MaxPool', ['a'], 'low', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Relu', ['low'], 'deep'),
      conv('deep', 'classes', 'few', 1),
      node('ConvTranspose', ['classes', 'up'], 'out', { kernel_shape: [2, 2], strides: [2, 2] }),
    ];
    expect(
      usual(
        await listLayers(
          write({
            nodes: segmentation,
            inputs,
            outputs: [{ name: 'out' }],
            initializers: { w: zeros(4, 3, 3, 3), few: zeros(2, 4, 1, 1), up: zeros(2, 2, 2, 2) },
          }),
        ),
      ),
    ).toEqual(['deep']);
  });

  it('flags channels last', async () => {
    const file = write({
      nodes: [
        node('Transpose', ['x'], 't', { perm: [0, 3, 1, 2] }),
        conv('t', 'a'),
        node('Transpose', ['a'], 'last', { perm: [0, 2, 3, 1] }),
        node('Relu', ['last'], 'y'),
        node('ReduceMean', ['y'], 'p', { axes: [1, 2], keepdims: 0 }),
      ],
      inputs: [{ name: 'x', dims: ['batch', 8, 6, 3] }],
      outputs: [{ name: 'p' }],
      initializers: { w: zeros(4, 3, 3, 3) },
      opset: 13,
    });
    const list = await listLayers(file);
    expect(
      list.layers.map(({ tensor, layout, units, height, width }) => [tensor, layout, units, height, width]),
    ).toEqual([
      ['t', 'NCHW', 3, 8, 6],
      ['a', 'NCHW', 4, 8, 6],
      ['last', 'NHWC', 4, 8, 6],
      ['y', 'NHWC', 4, 8, 6],
    ]);
    expect(usual(list)).toEqual(['y']);
  });

  it('lists token grids, not attention maps, and marks the tokens before the class token is taken', async () => {
    const file = write({
      nodes: [
        node('Conv', ['x', 'patch'], 'p', { kernel_shape: [4, 4], strides: [4, 4] }),
        node('Reshape', ['p', 'flatten'], 'f'),
        node('Transpose', ['f'], 't', { perm: [0, 2, 1] }),
        node('Concat', ['cls', 't'], 'tokens', { axis: 1 }),
        node('MatMul', ['tokens', 'wq'], 'q'),
        node('Reshape', ['q', 'heads'], 'qh'),
        node('Transpose', ['qh'], 'qt', { perm: [0, 2, 1, 3] }),
        node('Transpose', ['qh'], 'kt', { perm: [0, 2, 3, 1] }),
        node('MatMul', ['qt', 'kt'], 'attention'),
        node('Softmax', ['attention'], 'soft'),
        node('MatMul', ['soft', 'qt'], 'mixed'),
        node('Transpose', ['mixed'], 'mt', { perm: [0, 2, 1, 3] }),
        node('Reshape', ['mt', 'join'], 'joined'),
        node('Add', ['tokens', 'joined'], 'norm'),
        node('Gather', ['norm', 'first'], 'class', { axis: 1 }),
      ],
      inputs: [{ name: 'x', dims: [1, 3, 8, 16] }],
      outputs: [{ name: 'class' }],
      initializers: {
        patch: zeros(6, 3, 4, 4),
        cls: zeros(1, 1, 6),
        wq: zeros(6, 6),
        first: { dims: [], type: 'int64', data: [0] },
        flatten: { dims: [3], type: 'int64', data: [0, 6, 8] },
        heads: { dims: [4], type: 'int64', data: [0, 9, 2, 3] },
        join: { dims: [3], type: 'int64', data: [0, 9, 6] },
      },
    });
    const list = await listLayers(file);
    expect(list.layers.map(({ tensor }) => tensor)).toEqual(['p', 't', 'tokens', 'q', 'joined', 'norm']);
    expect(list.layers.at(-1)).toMatchObject({
      kind: 'tokens',
      layout: 'tokens',
      units: 6,
      height: 2,
      width: 4,
      prefixTokens: 1,
      usual: true,
    });
    expect(list.layers[1]).toMatchObject({ tensor: 't', prefixTokens: 0 });
  });

  it.each([
    ['ResNet-50', writeResNet50, 2048],
    ['MobileNetV2', writeMobileNetV2, 1280],
  ])('finds the last map of %s', async (_name, writeNetwork, units) => {
    const file = path.join(folder, 'network.onnx');
    const { tensor } = writeNetwork(file);
    const list = await listLayers(file);
    expect(list.layers.find((layer) => layer.usual)).toMatchObject({ tensor, units, height: 7, width: 7 });
  });
});

const parity = path.resolve(import.meta.dirname, '../../../../shared/parity/models');
const parityThere = existsSync(path.join(parity, 'spec.json'));

describe.skipIf(!parityThere)(`trained models${parityThere ? '' : ' (skipped: ../shared/parity is not there)'}`, () => {
  interface ModelSpec {
    readonly input_size: number;
    readonly dissected_tensor: string;
    readonly output: string;
    readonly units: number;
    readonly map: readonly [number, number];
  }
  const specs = Object.entries(
    parityThere ? (JSON.parse(readFileSync(path.join(parity, 'spec.json'), 'utf8')) as Record<string, ModelSpec>) : {},
  );

  it.each(specs)('%s: lists and marks the layer, and cuts it free with the same values', async (name, spec) => {
    const file = path.join(parity, `${name}.onnx`);
    const list = await listLayers(file);
    expect(list.layers.find((layer) => layer.usual)).toMatchObject({
      tensor: spec.dissected_tensor,
      units: spec.units,
      height: spec.map[0],
      width: spec.map[1],
    });

    const model = readModel(file);
    const cut = cutGraph(model, [spec.dissected_tensor]);
    expect(cut.nodes.length).toBeLessThan(model.graph.nodes.length);
    expect(cut.byteLength).toBeLessThan(model.source.length);

    const values = Float32Array.from({ length: 2 * 3 * spec.input_size ** 2 }, (_, index) => Math.sin(index * 0.37));
    const run = async (tensors: string[]) => {
      const session = await createSession(file, cutGraph(model, tensors), {});
      const results = await session.run({
        input: new Tensor('float32', values, [2, 3, spec.input_size, spec.input_size]),
      });
      await session.release();
      return results[spec.dissected_tensor]?.data as Float32Array;
    };
    const alone = await run([spec.dissected_tensor]);
    expect(alone).toHaveLength(2 * spec.units * spec.map[0] * spec.map[1]);
    // With the model's own output beside it nothing above is cut away.
    expect(
      Buffer.from(alone.buffer).equals(Buffer.from((await run([spec.dissected_tensor, spec.output])).buffer)),
    ).toBe(true);
  });
});
