import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { buildOnnxModel, drawScenes, writePlainLayout, type OnnxModel } from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const input = '{width: 32, height: 32, preset: zero-one}';
const waves = (count: number, seed: number) =>
  Array.from({ length: count }, (_, place) => Math.sin(place * (seed + 1.3)));
const write = (name: string, model: Omit<OnnxModel, 'inputs'>) => {
  writeFileSync(at(name), buildOnnxModel({ inputs: [{ name: 'x', dims: [1, 3, 32, 32] }], opset: 13, ...model }));
};

beforeAll(() => {
  writePlainLayout(at('data'), drawScenes({ count: 12, width: 64, height: 48, seed: 5 }));
  write('unclear.onnx', {
    nodes: [
      { op: 'Conv', inputs: ['x', 'w3'], outputs: ['a'] },
      { op: 'Relu', inputs: ['a'], outputs: ['features'] },
      { op: 'Conv', inputs: ['features', 'w1'], outputs: ['b'] },
      { op: 'Relu', inputs: ['b'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
    ],
    outputs: [{ name: 'flat' }],
    initializers: { w3: { dims: [8, 3, 3, 3], data: waves(216, 1) }, w1: { dims: [16, 8, 1, 1], data: waves(128, 2) } },
  });
  // Patches of 8 x 4 pixels: a grid of 4 x 8 behind one class token; 33 tokens alone would look like 5 x 5 behind 8.
  write('tokens.onnx', {
    nodes: [
      {
        op: 'Conv',
        inputs: ['x', 'patch'],
        outputs: ['patches'],
        attributes: { kernel_shape: [8, 4], strides: [8, 4] },
      },
      { op: 'Reshape', inputs: ['patches', 'flatten'], outputs: ['flat'] },
      { op: 'Transpose', inputs: ['flat'], outputs: ['turned'], attributes: { perm: [0, 2, 1] } },
      { op: 'Concat', inputs: ['class', 'turned'], outputs: ['tokens'], attributes: { axis: 1 } },
      { op: 'Relu', inputs: ['patches'], outputs: ['map'] },
      { op: 'Relu', inputs: ['tokens'], outputs: ['last'] },
      { op: 'Reshape', inputs: ['patches', 'wrong'], outputs: ['folded'] },
      { op: 'ReduceMean', inputs: ['last'], outputs: ['scores'], attributes: { axes: [1], keepdims: 0 } },
    ],
    outputs: [{ name: 'scores' }, { name: 'folded' }],
    initializers: {
      patch: { dims: [6, 3, 8, 4], data: waves(576, 3) },
      class: { dims: [1, 1, 6], data: waves(6, 4) },
      flatten: { dims: [3], type: 'int64', data: [1, 6, 32] },
      wrong: { dims: [3], type: 'int64', data: [1, 16, 12] },
    },
  });
  write('quantised.onnx', {
    nodes: [
      { op: 'QuantizeLinear', inputs: ['x', 'scale', 'zero'], outputs: ['q'] },
      {
        op: 'QLinearConv',
        inputs: ['q', 'scale', 'zero', 'w', 'scale', 'none', 'wide', 'middle'],
        outputs: ['numbers'],
      },
      { op: 'DequantizeLinear', inputs: ['numbers', 'wide', 'middle'], outputs: ['values'] },
    ],
    outputs: [{ name: 'values' }],
    initializers: {
      scale: { dims: [], data: [1 / 128] },
      wide: { dims: [], data: [1 / 16] },
      zero: { dims: [], type: 'uint8', data: [0] },
      none: { dims: [], type: 'int8', data: [0] },
      middle: { dims: [], type: 'uint8', data: [128] },
      w: { dims: [8, 3, 3, 3], type: 'int8', data: waves(216, 5).map((value) => Math.round(value * 100) & 0xff) },
    },
  });
});

const dissect = (out: string, models: readonly string[], ...options: string[]) =>
  intermodel([
    'dissect',
    ...models.flatMap((model) => ['--model', model]),
    '--images',
    at('data', 'images'),
    '--labels',
    at('data', 'labels'),
    '--label-names',
    at('data', 'labels.csv'),
    '--input',
    input,
    '--out',
    at(out),
    ...options,
  ]);

/** What was found of the units of a layer, without the names of model and layer. */
const units = (out: string, model: string, layer: string): Record<string, string>[] =>
  csvRows(at(out, 'models', model, 'units.csv'))
    .filter((row) => row['layer'] === layer)
    .map((row) => ({ ...row, model: '', layer: '' }));

describe('the layer that is dissected', () => {
  it('is told with the reason', () => {
    const { stdout } = intermodel(['layers', at('tokens.onnx')]);
    expect(stdout).toMatch(
      /^\* chosen because it is the last that is pooled \(ReduceMean\) on the way to the output "scores"$/mu,
    );
    expect(stdout).toMatch(
      /^left out: 1 tensor of 3 axes that are no grid that a map was flattened into \(folded\)$/mu,
    );
    expect(JSON.parse(intermodel(['layers', at('tokens.onnx'), '--json']).stdout)).toMatchObject({
      choice: { tensor: 'last', candidates: ['last'] },
      leftOut: expect.arrayContaining([expect.objectContaining({ axes: 3, tensors: ['folded'] })]) as unknown,
    });
  });

  it('has to be named where it cannot be told, and the candidates are', () => {
    expect(intermodel(['layers', at('unclear.onnx')]).stdout).toMatch(
      /^none chosen: .* may be features[\s\S]*^to dissect, name one, as in --model \S*unclear\.onnx:LAYER: maps, features/mu,
    );
    const run = dissect('unclear', [at('unclear.onnx')]);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(
      /^error LAYER_NOT_GIVEN: .*unclear\.onnx[\s\S]*--model FILE:LAYER[\s\S]*maps, features/u,
    );
    expect(existsSync(at('unclear'))).toBe(false);
    expect(dissect('clear', [`${at('unclear.onnx')}:maps`, `${at('unclear.onnx')}:features`]).code).toBe(0);
  });

  it('is read on the grid that its tokens come from, whatever their number looks like', () => {
    const run = dissect('tokens', [`${at('tokens.onnx')}:last`, `${at('tokens.onnx')}:map`]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(units('tokens', 'tokens', 'last')).toEqual(units('tokens', 'tokens', 'map'));
    expect(units('tokens', 'tokens', 'map')).toHaveLength(6);
    const usual = dissect('usual', [at('tokens.onnx')]);
    expect(usual.code).toBe(0);
    expect(units('usual', 'tokens', 'last')).toEqual(units('tokens', 'tokens', 'last'));
  });

  it('has as many class tokens as the model says', () => {
    const study = (tokens: object) => {
      writeFileSync(
        at('study.json'),
        JSON.stringify({
          data: { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' },
          models: [{ name: 'a', file: 'tokens.onnx', tokens, input: { width: 32, height: 32, preset: 'zero-one' } }],
        }),
      );
      return intermodel(['run', at('study.json'), '--out', at('declared')]);
    };
    for (const tokens of [{ prefix: 8 }, { prefix: 0 }, { width: 5, height: 5 }]) {
      const run = study(tokens);
      expect(run.stderr).toMatch(
        /^error TOKEN_GRID: .*tokens\.onnx[\s\S]*of its 33 tokens 1 stand before a grid of 4 x 8/u,
      );
      expect(run.code).toBe(2);
    }
    expect(study({ prefix: 1 }).code).toBe(0);
    expect(units('declared', 'a', 'last')).toEqual(units('tokens', 'tokens', 'last'));
  });

  it('warns of tokens whose grid is guessed, in every run', () => {
    const warning = /folded: how its tokens lie on the image is guessed/u;
    for (let run = 0; run < 2; run++) {
      const { code, stdout } = dissect('guessed', [`${at('tokens.onnx')}:folded`]);
      expect([code, stdout]).toEqual([0, expect.stringMatching(warning)]);
      expect(readFileSync(at('guessed', 'manifest.json'), 'utf8')).toMatch(warning);
    }
  });

  it('may hold whole numbers, which are read as the values that they stand for', () => {
    expect(dissect('quantised', [`${at('quantised.onnx')}:numbers`, `${at('quantised.onnx')}:values`]).code).toBe(0);
    expect(units('quantised', 'quantised', 'numbers')).toEqual(units('quantised', 'quantised', 'values'));
    expect(units('quantised', 'quantised', 'numbers').some(({ threshold }) => Number(threshold) > 0)).toBe(true);
  });
});
