import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineStudy, type ModelContent } from '@intermodel/studies';
import { buildOnnxModel } from '@intermodel/testing';
import { lastValueFrom, tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStudy } from '../run/run-study.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'model-facts-'));
const at = (name: string) => path.join(folder, name);
const weights = { dims: [2, 3, 1, 1], data: [1, 0, 0, 0, 1, 0] };
const model = buildOnnxModel({
  inputs: [{ name: 'input', dims: ['batch', 3, 8, 8] }],
  outputs: [{ name: 'maps', dims: ['batch', 2, 8, 8] }],
  nodes: [
    { op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] },
    { op: 'Relu', inputs: ['weights'], outputs: ['constant'] },
  ],
  initializers: { weights },
});
beforeAll(() => {
  writeFileSync(at('good.onnx'), model);
  writeFileSync(at('cut.onnx'), model.subarray(0, model.length - 40));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a study whose last model is bad, over images that are not even there. */
async function refusal(last: Omit<ModelContent, 'name'>) {
  const input = { width: 8, height: 8 };
  const models = [
    { name: 'a', file: 'good.onnx', layer: 'maps', input },
    { name: 'b', file: 'good.onnx', input: { width: 8, height: 8, channels: 'rgb' as const } },
    { name: 'late', input, ...last },
  ];
  const study = defineStudy(
    { data: { images: 'none', labels: 'none', labelNames: 'none.csv' }, models },
    { folder, checkFiles: false },
  );
  const told: string[] = [];
  const error: unknown = await lastValueFrom(
    runStudy(study, { out: at('out') }).pipe(tap(({ kind }) => told.push(kind))),
  ).catch((reason: unknown) => reason);
  return { error, told };
}

describe('models of a study', () => {
  it.each<[string, Omit<ModelContent, 'name'>, string]>([
    ['a file that is cut off', { file: 'cut.onnx', layer: 'maps' }, 'MODEL_TRUNCATED'],
    ['a file that is not there', { file: 'none.onnx', layer: 'maps' }, 'MODEL_MISSING'],
    ['a layer that is not there', { file: 'good.onnx', layers: ['maps', 'mops'] }, 'LAYER_UNKNOWN'],
    ['a constant', { file: 'good.onnx', layer: 'constant' }, 'LAYER_CONSTANT'],
    [
      'another size of images',
      { file: 'good.onnx', layer: 'maps', input: { width: 16, height: 16 } },
      'MODEL_INPUT_SIZE',
    ],
    [
      'another size of images, of the usual layer',
      { file: 'good.onnx', input: { width: 16, height: 16 } },
      'MODEL_INPUT_SIZE',
    ],
  ])('are refused before anything else is done, by name, with nothing left behind: %s', async (_case, last, code) => {
    const { error, told } = await refusal(last);
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining('model "late"') as unknown,
      details: { file: at(last.file ?? '') },
    });
    expect(told).toEqual([]);
    expect(existsSync(at('out'))).toBe(false);
  });
});
