import { writeFileSync } from 'node:fs';
import { buildOnnxModel, drawScenes, writePlainLayout, type OnnxModel } from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();

/** Network that takes the mean of the colours, weighed as luma is, so that a grey model sees nearly the same. */
const network = (input: {
  readonly channels: number;
  readonly type?: 'uint8';
  readonly size: number | string;
}): OnnxModel => ({
  inputs: [
    {
      name: 'x',
      dims: ['batch', input.channels, input.size, input.size],
      ...(input.type === undefined ? {} : { type: input.type }),
    },
  ],
  outputs: [{ name: 'pooled' }],
  nodes: [
    { op: 'Cast', inputs: ['x'], outputs: ['f'], attributes: { to: 1 } },
    { op: 'Conv', inputs: ['f', 'w'], outputs: ['c'] },
    { op: 'Relu', inputs: ['c'], outputs: ['maps'] },
    { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
  ],
  initializers: { w: { dims: [2, input.channels, 1, 1], data: input.channels === 1 ? [1, 2] : [0, 1, 0, 2, 0, 0] } },
});

beforeAll(() => {
  writePlainLayout(at('data'), drawScenes({ count: 6, width: 48, height: 48, seed: 5 }));
  writeFileSync(at('float.onnx'), buildOnnxModel(network({ channels: 3, size: 'side' })));
  writeFileSync(at('bytes.onnx'), buildOnnxModel(network({ channels: 3, type: 'uint8', size: 'side' })));
  writeFileSync(at('fixed.onnx'), buildOnnxModel(network({ channels: 3, size: 40 })));
  writeFileSync(at('grey.onnx'), buildOnnxModel(network({ channels: 1, size: 'side' })));
});

const dissect = (model: string, ...more: readonly string[]) =>
  intermodel([
    'dissect',
    '--model',
    `m=${at(model)}`,
    '--data',
    at('data'),
    '--out',
    at(`${model}-${String(more.length)}`),
    '--gallery-units',
    '0',
    '--quiet',
    ...more,
  ]);
const units = (model: string, options: number) =>
  csvRows(at(`${model}-${String(options)}`, 'models', 'm', 'units.csv')).map(
    ({ concept, iou, threshold }) => [concept, iou, Number(threshold)] as const,
  );

describe('inputs of models', () => {
  it('takes bytes as they are: thresholds are those of the same model in floats without a scale', () => {
    expect(dissect('float.onnx', '--input', '{preset: zero-one, scale: 1, width: 40, height: 40}').stderr).toBe('');
    expect(dissect('bytes.onnx', '--input', '{width: 40, height: 40}').stderr).toBe('');
    expect(units('bytes.onnx', 2)).toEqual(units('float.onnx', 2));
  });

  it('takes the size that a model fixes, unless another is declared', () => {
    expect(dissect('fixed.onnx', '--input', '{preset: zero-one, scale: 1}').stderr).toBe('');
    expect(units('fixed.onnx', 2)).toEqual(units('float.onnx', 2));
    expect(dissect('fixed.onnx', '--input', '{width: 32, height: 32}', '--verify')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('MODEL_INPUT_SIZE') as string,
    });
    const status = intermodel(['data', 'info', at('data')]);
    expect(status.code).toBe(0);
  });

  it('takes one channel of grey where that is declared, and says so where it is not', () => {
    const refused = dissect('grey.onnx');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/MODEL_INPUT_CHANNELS[\s\S]*\{channels: grey\}/u),
    ]);
    expect(dissect('grey.onnx', '--input', '{channels: grey, width: 40, height: 40}').stderr).toBe('');
    const rows = units('grey.onnx', 2);
    expect(rows.map(([, , threshold]) => threshold > 0.2 && threshold < 2)).toEqual([true, true]);
    expect(intermodel(['layers', at('grey.onnx'), '--json']).stdout).toContain('{channels: grey}');
  });
});
