import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel, type OnnxModel, type OnnxTensor } from '@intermodel/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { halvesFromFloats } from './half-floats.ts';
import { listLayers } from './list-layers.ts';
import { openSession } from './open-session.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-quantised-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const scalar = (value: number): OnnxTensor => ({ dims: [], data: [value] });
const byte = (value: number, type: 'uint8' | 'int8' = 'uint8'): OnnxTensor => ({ dims: [], type, data: [value] });
/** Weights of two units: the first takes the red channel, the second minus the green one. */
const weights = [1, 0, 0, 0, -1, 0];
const input = { name: 'x', dims: [1, 3, 2, 2] };
/** Red 1, 2, 3, 4; green 0, 1, 0, 2; blue 9. */
const image = Float32Array.of(1, 2, 3, 4, 0, 1, 0, 2, 9, 9, 9, 9);

const write = (name: string, model: Omit<OnnxModel, 'inputs'>) => {
  const file = path.join(folder, `${name}.onnx`);
  writeFileSync(file, buildOnnxModel({ inputs: [input], opset: 13, ...model }));
  return file;
};

const valuesOf = async (file: string, tensor: string) => {
  const session = await openSession({ file, tensors: [tensor] });
  const { dims, data } = (await session.run(image, 1)).get(tensor) ?? { dims: [], data: new Float32Array() };
  await session.release();
  return { dims, values: [...data] };
};

describe('layers of quantised models', () => {
  it('puts out the values of maps that are whole numbers', async () => {
    // Numbers stand for (number - 10) / 4, the sums of the convolution for (number - 100) / 2.
    const file = write('qlinear', {
      nodes: [
        { op: 'QuantizeLinear', inputs: ['x', 'quarter', 'ten'], outputs: ['q'] },
        { op: 'QLinearConv', inputs: ['q', 'quarter', 'ten', 'w', 'one', 'none', 'half', 'hundred'], outputs: ['c'] },
        { op: 'MaxPool', inputs: ['c'], outputs: ['kept'], attributes: { kernel_shape: [1, 1] } },
        { op: 'DequantizeLinear', inputs: ['kept', 'half', 'hundred'], outputs: ['y'] },
        { op: 'ReduceMean', inputs: ['y'], outputs: ['p'], attributes: { axes: [2, 3], keepdims: 0 } },
        { op: 'MatMul', inputs: ['p', 'head'], outputs: ['scores'] },
      ],
      outputs: [{ name: 'scores' }],
      initializers: {
        quarter: scalar(0.25),
        ten: byte(10),
        w: { dims: [2, 3, 1, 1], type: 'int8', data: weights.map((value) => value & 0xff) },
        one: scalar(1),
        none: byte(0, 'int8'),
        half: scalar(0.5),
        hundred: byte(100),
        head: { dims: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      },
    });
    const { layers, choice } = await listLayers(file);
    expect(
      layers.map(({ tensor, type, layout, units, height, width }) => [tensor, type, layout, units, height, width]),
    ).toEqual([
      ['q', 'uint8', 'NCHW', 3, 2, 2],
      ['c', 'uint8', 'NCHW', 2, 2, 2],
      ['kept', 'uint8', 'NCHW', 2, 2, 2],
      ['y', 'float32', 'NCHW', 2, 2, 2],
    ]);
    expect(choice.tensor).toBe('y');
    for (const tensor of ['c', 'kept', 'y'])
      expect(await valuesOf(file, tensor)).toEqual({ dims: [1, 2, 2, 2], values: [1, 2, 3, 4, 0, -1, 0, -2] });
  });

  it('lists maps between quantisation and dequantisation', async () => {
    const file = write('qdq', {
      nodes: [
        { op: 'QuantizeLinear', inputs: ['x', 'quarter', 'ten'], outputs: ['q'] },
        { op: 'DequantizeLinear', inputs: ['q', 'quarter', 'ten'], outputs: ['d'] },
        { op: 'DequantizeLinear', inputs: ['w', 'one', 'none'], outputs: ['weights'] },
        { op: 'Conv', inputs: ['d', 'weights'], outputs: ['c'] },
        { op: 'Relu', inputs: ['c'], outputs: ['r'] },
        { op: 'QuantizeLinear', inputs: ['r', 'quarter', 'ten'], outputs: ['rq'] },
        { op: 'DequantizeLinear', inputs: ['rq', 'quarter', 'ten'], outputs: ['rd'] },
        { op: 'GlobalAveragePool', inputs: ['rd'], outputs: ['p'] },
        { op: 'Flatten', inputs: ['p'], outputs: ['f'] },
        { op: 'MatMul', inputs: ['f', 'head'], outputs: ['scores'] },
      ],
      outputs: [{ name: 'scores' }],
      initializers: {
        quarter: scalar(0.25),
        ten: byte(10),
        w: { dims: [2, 3, 1, 1], type: 'int8', data: weights.map((value) => value & 0xff) },
        one: scalar(1),
        none: byte(0, 'int8'),
        head: { dims: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      },
    });
    const { layers, choice } = await listLayers(file);
    expect(layers.map(({ tensor }) => tensor)).toEqual(['q', 'd', 'c', 'r', 'rq', 'rd']);
    expect(choice.tensor).toBe('rd');
    for (const tensor of ['r', 'rq', 'rd'])
      expect((await valuesOf(file, tensor)).values).toEqual([1, 2, 3, 4, 0, 0, 0, 0]);
  });

  it('lists the maps of dynamically quantised convolutions, and counts the whole numbers that it leaves out', async () => {
    const file = write('dynamic', {
      nodes: [
        { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'scale', 'zero'] },
        { op: 'ConvInteger', inputs: ['q', 'w', 'zero', 'none'], outputs: ['sums'] },
        { op: 'Cast', inputs: ['sums'], outputs: ['floats'], attributes: { to: 1 } },
        { op: 'Mul', inputs: ['floats', 'scale'], outputs: ['scaled'] },
        { op: 'Relu', inputs: ['scaled'], outputs: ['r'] },
        { op: 'ReduceMean', inputs: ['r'], outputs: ['p'], attributes: { axes: [2, 3], keepdims: 0 } },
        { op: 'MatMul', inputs: ['p', 'head'], outputs: ['scores'] },
      ],
      outputs: [{ name: 'scores' }],
      initializers: {
        w: { dims: [2, 3, 1, 1], type: 'int8', data: weights.map((value) => value & 0xff) },
        none: byte(0, 'int8'),
        head: { dims: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      },
    });
    const { layers, choice, leftOut } = await listLayers(file);
    expect([choice.tensor, layers.map(({ tensor }) => tensor)]).toEqual(['r', ['floats', 'scaled', 'r']]);
    expect(leftOut).toEqual([
      { reason: 'hold whole numbers (uint8) without a scale', axes: 4, tensors: ['q'] },
      { reason: 'hold whole numbers (int32) without a scale', axes: 4, tensors: ['sums'] },
    ]);
    await expect(openSession({ file, tensors: ['sums'] })).rejects.toMatchObject({ code: 'LAYER_NOT_FLOAT' });
  });

  it('offers maps of half precision, whatever the input is', async () => {
    for (const isHalf of [true, false]) {
      const file = path.join(folder, `half-${String(isHalf)}.onnx`);
      const halves = {
        dims: [2, 3, 1, 1],
        type: 'float16' as const,
        data: [...halvesFromFloats(Float32Array.from(weights))],
      };
      writeFileSync(
        file,
        buildOnnxModel({
          inputs: [{ ...input, ...(isHalf ? { type: 'float16' as const } : {}) }],
          opset: 13,
          outputs: [{ name: 'p', type: 'float16' }],
          initializers: { w: halves },
          nodes: [
            { op: 'Cast', inputs: ['x'], outputs: ['h'], attributes: { to: 10 } },
            { op: 'Conv', inputs: ['h', 'w'], outputs: ['c'] },
            { op: 'Relu', inputs: ['c'], outputs: ['r'] },
            { op: 'GlobalAveragePool', inputs: ['r'], outputs: ['p'] },
          ],
        }),
      );
      const { layers, choice } = await listLayers(file);
      expect([choice.tensor, layers.map(({ tensor, type }) => `${tensor} ${type}`)]).toEqual([
        'r',
        ['h float16', 'c float16', 'r float16'],
      ]);
      expect((await valuesOf(file, 'r')).values).toEqual([1, 2, 3, 4, 0, 0, 0, 0]);
    }
  });
});
