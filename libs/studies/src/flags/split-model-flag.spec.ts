import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitModelFlag } from './split-model-flag.ts';

let root = '';
const at = (name: string) => path.join(root, name);
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'option-'));
  for (const name of ['tiny.model', 'tiny.onnx', 'a:b.onnx']) writeFileSync(at(name), '');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe(splitModelFlag, () => {
  it.each([
    ['tiny.onnx', 'tiny.onnx', undefined],
    ['tiny.onnx:maps', 'tiny.onnx', 'maps'],
    ['tiny.model:maps', 'tiny.model', 'maps'],
    ['tiny.onnx:scope/relu:0', 'tiny.onnx', 'scope/relu:0'],
    ['a:b.onnx', 'a:b.onnx', undefined],
    ['a:b.onnx:maps', 'a:b.onnx', 'maps'],
    ['none.onnx:maps', 'none.onnx', 'maps'],
    ['none.model:maps', 'none.model:maps', undefined],
  ])('splits %s', (text, file, layer) => {
    expect(splitModelFlag(at(text))).toEqual({ file: at(file), layer });
  });

  it.each(['tiny.onnx:', 'tiny.model:', 'none.onnx:'])('refuses %s, which names no layer', (text) => {
    expect(() => splitModelFlag(at(text))).toThrow(expect.objectContaining({ code: 'MODEL_OPTION' }));
  });
});
