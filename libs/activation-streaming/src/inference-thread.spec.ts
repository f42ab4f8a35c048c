import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dismissInference, prepareInference, startInference } from './inference-thread.ts';
import { resolvePreprocessing } from './preprocessing.ts';
import type { WorkerSettings } from './worker-messages.ts';

/** Threads of this process. */
const threads = () => (process.report.getReport() as unknown as { readonly workers: readonly object[] }).workers.length;

let folder = '';
let settings: WorkerSettings | undefined;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inference-thread-'));
  const file = path.join(folder, 'sum.onnx');
  writeFileSync(
    file,
    buildOnnxModel({
      inputs: [{ name: 'x', dims: ['batch', 3, 1, 2] }],
      outputs: [{ name: 'y' }],
      nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
      initializers: { w: { dims: [1, 3, 1, 1], data: [1, 1, 1] } },
    }),
  );
  settings = {
    file,
    layers: [{ tensor: 'y' }],
    input: resolvePreprocessing({ preset: 'zero-one', scale: 1, width: 2, height: 1 }),
    executionProviders: ['cpu'],
    threads: 1,
    batchSize: undefined,
  };
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Opens the model, runs it, and tells how many threads there are meanwhile. */
async function run(): Promise<number> {
  const model = await startInference(settings as WorkerSettings);
  const [values] = await model.infer(Uint8Array.of(1, 2, 3, 4, 5, 6), 1);
  expect([...(values?.maps ?? [])]).toEqual([6, 15]);
  const meanwhile = threads();
  await model.close();
  return meanwhile;
}

describe('a thread that is started ahead', () => {
  it('takes the next model, once', async () => {
    const before = threads();
    prepareInference();
    prepareInference();
    expect([await run(), await run(), threads()]).toEqual([before + 1, before + 1, before]);
  });

  it('ends where no model is opened', async () => {
    const before = threads();
    prepareInference();
    await vi.waitUntil(() => threads() === before + 1, { timeout: 300_000 });
    dismissInference();
    await vi.waitUntil(() => threads() === before, { timeout: 300_000 });
    expect(await run()).toBe(before + 1);
  });

  it('can be given a model that cannot be opened, and one that is stopped while it is opened', async () => {
    prepareInference();
    await expect(
      startInference({ ...(settings as WorkerSettings), file: path.join(folder, 'none.onnx') }),
    ).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    prepareInference();
    const abort = new AbortController();
    const opening = startInference(settings as WorkerSettings, abort.signal);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'INFERENCE_STOPPED' });
    await vi.waitUntil(() => threads() === 0, { timeout: 300_000 });
  });
});
