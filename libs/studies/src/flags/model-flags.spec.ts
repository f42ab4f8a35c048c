import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelFlags } from './model-flags.ts';

describe(readModelFlags, () => {
  it('names models by their files', () => {
    expect(readModelFlags(['nets/a.onnx', 'b.ONNX:/layer4/Relu'])).toEqual([
      { name: 'a', file: 'nets/a.onnx' },
      { name: 'b', file: 'b.ONNX', layers: ['/layer4/Relu'] },
    ]);
  });

  it('makes one model of a file with several layers, however its path is written', () => {
    expect(readModelFlags(['a.onnx:x', './a.onnx:y', 'a.onnx:x'])).toEqual([
      { name: 'a', file: 'a.onnx', layers: ['x', 'y'] },
    ]);
  });

  it('takes as many folders into the names of files of one name as tell them apart', () => {
    expect(readModelFlags(['a/model.onnx', 'b/model.onnx', 'c.onnx']).map(({ name }) => name)).toEqual([
      'a-model',
      'b-model',
      'c',
    ]);
    expect(readModelFlags(['a/onnx/model.onnx', 'b/onnx/Model.onnx']).map(({ name }) => name)).toEqual([
      'a-onnx-model',
      'b-onnx-Model',
    ]);
  });

  it('takes names that are given, also two of one file', () => {
    expect(readModelFlags(['first=a/model.onnx:maps', 'second=b/model.onnx', 'third=a/model.onnx'])).toEqual([
      { name: 'first', file: 'a/model.onnx', layers: ['maps'] },
      { name: 'second', file: 'b/model.onnx' },
      { name: 'third', file: 'a/model.onnx' },
    ]);
    expect(readModelFlags(['model=x.onnx', 'b/model.onnx']).map(({ name }) => name)).toEqual(['model', 'b-model']);
  });

  it('takes no name out of a path or a layer', () => {
    expect(
      readModelFlags(['lr=0.1/a.onnx', 'runs/lr=0.1.onnx:x=y'].map((text) => path.join('nets', text))).map(
        ({ name }) => name,
      ),
    ).toEqual(['a', 'lr=0.1']);
  });

  it('leaves the same name given twice to the check of the study', () => {
    expect(readModelFlags(['a=x.onnx', 'a=y.onnx']).map(({ name }) => name)).toEqual(['a', 'a']);
  });

  it('refuses a file that is given with a layer and without one', () => {
    expect(() => readModelFlags(['a.onnx', 'a.onnx:maps'])).toThrow(expect.objectContaining({ code: 'MODEL_OPTION' }));
  });
});
