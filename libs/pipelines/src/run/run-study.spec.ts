import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lockOutput } from '@intermodel/outputs';
import { memoryStore } from '@intermodel/steps';
import { defineStudy } from '@intermodel/studies';
import { buildOnnxModel, drawScenes, writeColourSegmenter, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStudy, type RunStudyOptions } from './run-study.ts';

let folder = '';
const at = (...parts: string[]) => path.join(folder, ...parts);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'run-'));
  writePlainLayout(at('data'), drawScenes({ count: 3, width: 32, height: 24 }));
  writeColourSegmenter(at('a.onnx'), {
    heads: [{ name: 'maps', classes: 3, weights: { 0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1] } }],
  });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = async (options: RunStudyOptions) =>
  lastValueFrom(
    runStudy(
      defineStudy(
        {
          data: { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' },
          models: [{ name: 'a', file: 'a.onnx', layer: 'maps', input: { width: 32, height: 24, preset: 'zero-one' } }],
          gallery: { units: 0 },
        },
        { folder },
      ),
      { concurrency: 1, out: at('out'), ...options },
    ),
  );

describe(runStudy, () => {
  it('keeps runs with other stores out of its output folder', async () => {
    const held = await lockOutput(at('out'), undefined, {});
    for (const store of [at('steps'), memoryStore()])
      await expect(run({ store })).rejects.toMatchObject({
        name: 'InputError',
        code: 'OUTPUT_LOCKED',
        details: { file: at('out') },
      });
    await expect(run({})).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    // What was refused holds nothing: the store is free.
    (await lockOutput(at('elsewhere'), undefined, {})).release();
    const waited = run({
      store: at('steps'),
      lock: { waitMilliseconds: Infinity, onWait: () => setTimeout(held.release, 50) },
    });
    expect((await waited).kind).toBe('tables');
    expect(readdirSync(at('out', '.store'))).toEqual([]);
    expect((await run({})).kind).toBe('tables');
  });

  it('leaves a folder alone that another run finished while this one waited, and removes one of its own where inputs fail', async () => {
    const store = memoryStore();
    const held = await store.lock();
    const waiting = run({ store, lock: { waitMilliseconds: Infinity } });
    await run({});
    for (const name of readdirSync(at('data', 'images'))) rmSync(at('data', 'images', name));
    held.release();
    await expect(waiting).rejects.toMatchObject({ name: 'InputError' });
    expect(existsSync(at('out', 'manifest.json'))).toBe(true);
    await expect(run({ out: at('own') })).rejects.toMatchObject({ name: 'InputError' });
    expect(existsSync(at('own'))).toBe(false);
  });

  it('leaves no folder behind where inputs fail, though hashes of files that have long stood were to be remembered', async () => {
    // Which of two maps is meant is asked once the model was hashed.
    writeFileSync(
      at('unclear.onnx'),
      buildOnnxModel({
        inputs: [{ name: 'x', dims: ['n', 3, 24, 32] }],
        nodes: [
          { op: 'Conv', inputs: ['x', 'w3'], outputs: ['a'] },
          { op: 'Relu', inputs: ['a'], outputs: ['features'] },
          { op: 'Conv', inputs: ['features', 'w1'], outputs: ['b'] },
          { op: 'Relu', inputs: ['b'], outputs: ['maps'] },
          { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
          { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
        ],
        outputs: [{ name: 'flat' }],
        initializers: {
          w3: { dims: [8, 3, 3, 3], data: Array.from({ length: 216 }, () => 1) },
          w1: { dims: [16, 8, 1, 1], data: Array.from({ length: 128 }, () => 1) },
        },
      }),
    );
    // Hashes are remembered of files that were changed more than two seconds ago.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const study = defineStudy(
      {
        data: { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' },
        models: [{ name: 'a', file: 'unclear.onnx', input: { width: 32, height: 24 } }],
      },
      { folder },
    );
    await expect(lastValueFrom(runStudy(study, { out: at('out') }))).rejects.toMatchObject({
      code: 'LAYER_NOT_GIVEN',
    });
    expect(existsSync(at('out'))).toBe(false);
  });
});
