import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureModel } from './measure-model.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'measure-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const convolution = (file: string, weightsOf: readonly number[]) => {
  writeFileSync(
    file,
    buildOnnxModel({
      inputs: [{ name: 'input', dims: ['batch', 3, 'height', 'width'] }],
      outputs: [{ name: 'maps', dims: ['batch', 4, 'height', 'width'] }],
      nodes: [{ op: 'Conv', name: 'first', inputs: ['input', 'weights'], outputs: ['maps'] }],
      initializers: { weights: { dims: weightsOf, data: new Float32Array(weightsOf.reduce((a, b) => a * b, 1)) } },
    }),
  );
  return file;
};

describe(measureModel, () => {
  it('runs a model once it is cut, and tells sizes by the names that were asked for', async () => {
    const file = convolution(path.join(root, 'good.onnx'), [4, 3, 1, 1]);
    const measured = await measureModel(file, { tensors: ['first'], inputSize: { height: 6, width: 5 } });
    expect(measured.putOut).toEqual(new Map([['first', { units: 4, mapSize: 30 }]]));
    expect(measured.milliseconds).toBeGreaterThan(0);
    expect(measured.memoryBytes).toBeGreaterThan(2 ** 24);
  });

  it('tells why a model cannot be run', async () => {
    const file = convolution(path.join(root, 'bad.onnx'), [4, 2, 1, 1]);
    await expect(measureModel(file, { tensors: ['maps'], inputSize: { height: 6, width: 5 } })).rejects.toMatchObject({
      details: { file },
    });
  });

  it('ends at once when it is told to', async () => {
    const file = convolution(path.join(root, 'good.onnx'), [4, 3, 1, 1]);
    const reason = new Error('enough');
    await expect(
      measureModel(file, {
        ...{ tensors: ['maps'], inputSize: { height: 6, width: 5 } },
        signal: AbortSignal.abort(reason),
      }),
    ).rejects.toBe(reason);
  });
});
