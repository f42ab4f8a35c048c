import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileHashes, memoryStore, StudySteps, type StepStore } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { defineStudy } from '@intermodel/studies';
import { buildOnnxModel } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layerPlaces } from './model-facts.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'facts-'));
  mkdirSync(at('models', 'folder'), { recursive: true });
  writeFileSync(at('secret.bin'), Buffer.alloc(48));
  writeFileSync(at('models', 'weights.bin'), Buffer.alloc(48));
  symlinkSync(at('secret.bin'), at('models', 'link.bin'));
  execFileSync('mkfifo', [at('models', 'pipe')]);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Places of a layer that is named, so that nothing but the hash needs the weights. */
const places = (location: string, store: StepStore = memoryStore()) => {
  const file = at('models', 'model.onnx');
  writeFileSync(
    file,
    buildOnnxModel({
      inputs: [{ name: 'input', dims: ['batch', 3, 8, 8] }],
      outputs: [{ name: 'maps', dims: ['batch', 4, 8, 8] }],
      nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] }],
      initializers: { weights: { dims: [4, 3, 1, 1], external: { location, length: 48 } } },
    }),
  );
  const study = defineStudy(
    { data: { images: '.', labels: '.', labelNames: 'labels.csv' }, models: [{ name: 'model', file, layer: 'maps' }] },
    { folder: root, checkFiles: false },
  );
  const [model] = study.models;
  if (model === undefined) throw new Error('the study lost its model');
  return layerPlaces(
    model,
    new StudySteps({ store, signal: new AbortController().signal, onEvent: () => undefined }),
    new FileHashes(),
  );
};

describe(layerPlaces, () => {
  it('hashes a model with its weights', async () => {
    const [first] = await places('weights.bin');
    expect(first).toMatchObject({ layer: 'maps', modelHash: expect.stringMatching(/^[0-9a-f]{64}$/u) as string });
    writeFileSync(at('models', 'weights.bin'), Buffer.alloc(48, 1));
    expect((await places('weights.bin'))[0]?.modelHash).not.toBe(first?.modelHash);
  });

  it.each([
    ['outside the folder', '../secret.bin', 'EXTERNAL_DATA_OUTSIDE'],
    ['that a link leads to', 'link.bin', 'EXTERNAL_DATA_OUTSIDE'],
    ['that are not there', 'none.bin', 'EXTERNAL_DATA_MISSING'],
    ['in a folder', 'folder', 'EXTERNAL_DATA_NOT_FILE'],
    ['in a pipe', 'pipe', 'EXTERNAL_DATA_NOT_FILE'],
  ])('reads no weights %s, and names the model', async (_where, location, code) => {
    await expect(places(location)).rejects.toMatchObject({
      code,
      details: { file: at('models', 'model.onnx') },
      message: expect.stringMatching(new RegExp(`^model "model", .*${location}`, 's')) as string,
    });
  });

  it('does not blame the model for what is wrong with the store', async () => {
    const trouble = new InputError('REGION_MISSING', 'it is not known', { file: 's3://bucket' });
    for (const call of ['find', 'write'] as const) {
      const store: StepStore = { ...memoryStore(), [call]: () => Promise.reject(trouble) };
      const failed = places('weights.bin', store);
      await expect(failed).rejects.toBe(trouble);
    }
  });
});
