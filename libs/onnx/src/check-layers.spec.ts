import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLayers } from './check-layers.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'check-layers-'));
const file = path.join(folder, 'model.onnx');
beforeAll(() => {
  writeFileSync(
    file,
    buildOnnxModel({
      inputs: [{ name: 'input', dims: ['batch', 8, 8, 3] }],
      outputs: [
        { name: 'maps', dims: ['batch', 8, 8, 3] },
        { name: 'scores', dims: ['batch', 192] },
      ],
      nodes: [
        { op: 'Relu', inputs: ['input'], outputs: ['maps'] },
        { op: 'Flatten', inputs: ['maps'], outputs: ['scores'] },
      ],
      initializers: {},
    }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe(checkLayers, () => {
  it('tells the input of a model, whether layers are named or not', () => {
    for (const tensors of [undefined, ['maps']])
      expect(checkLayers({ file, ...(tensors === undefined ? {} : { tensors }) })).toMatchObject({
        name: 'input',
        layout: 'NHWC',
        channels: 3,
        height: 8,
        width: 8,
      });
  });

  it.each([
    ['scores', 'LAYER_NOT_SPATIAL'],
    ['mops', 'LAYER_UNKNOWN'],
  ])('refuses the layer %s', (tensor, code) => {
    expect(() => checkLayers({ file, tensors: ['maps', tensor] })).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ file, column: tensor }) as unknown }),
    );
  });
});
