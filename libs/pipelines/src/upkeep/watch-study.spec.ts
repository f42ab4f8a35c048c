import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryStore } from '@intermodel/steps';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchStudy, type WatchEvent, type WatchStudyOptions } from './watch-study.ts';

let folder = '';
const at = (...parts: string[]) => path.join(folder, ...parts);
let end = new AbortController();
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'watch-'));
  end = new AbortController();
  writePlainLayout(at('data'), drawScenes({ count: 4, width: 32, height: 24 }));
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'pooled' }],
    nodes: [
      { op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
    ],
    initializers: { weights: { dims: [2, 3, 1, 1], external: { location: 'a.data', offset: 0, length: 24 } } },
  };
  writeFileSync(at('a.onnx'), buildOnnxModel(graph));
  writeWeights([1, 0, 0, 0, 0, 1]);
  const data = { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' };
  writeFileSync(
    at('study.json'),
    JSON.stringify({
      data,
      models: [{ name: 'a', file: 'a.onnx', layer: 'maps', input: { width: 16, height: 16, preset: 'zero-one' } }],
    }),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function writeWeights(values: readonly number[]): void {
  writeFileSync(at('a.data'), Buffer.from(Float32Array.from(values).buffer));
}

/** Watches until told to end, and does something at each event of some kind. */
function watching(
  options: Partial<WatchStudyOptions>,
  then: (kind: WatchEvent['kind'], times: number) => void,
): Promise<readonly WatchEvent[]> {
  const told: WatchEvent[] = [];
  return new Promise((resolve, reject) => {
    watchStudy(at('study.json'), {
      out: at('out'),
      settleMilliseconds: 50,
      signal: end.signal,
      concurrency: 1,
      ...options,
    }).subscribe({
      next: (event) => {
        told.push(event);
        then(event.kind, told.filter(({ kind }) => kind === event.kind).length);
      },
      error: reject,
      complete: () => {
        resolve(told);
      },
    });
  });
}

const kinds = (events: readonly WatchEvent[]) =>
  events.map(({ kind }) => kind).filter((kind) => ['changed', 'failed', 'waiting', 'tables'].includes(kind));

describe(watchStudy, () => {
  it('tries again until another run gives the store free, and tells once that it is in use', async () => {
    const store = memoryStore();
    const lock = await store.lock();
    const events = await watching({ store, retryMilliseconds: 30 }, (kind) => {
      if (kind === 'waiting')
        setTimeout(() => {
          lock.release();
        }, 200);
      if (kind === 'tables') end.abort();
    });
    expect(kinds(events)).toEqual(['failed', 'waiting', 'tables']);
    expect(events.find(({ kind }) => kind === 'failed')).toMatchObject({ error: { code: 'STORE_LOCKED' } });
    expect(events.find(({ kind }) => kind === 'waiting')).toMatchObject({ isLocked: true });
  });

  it('waits for another run where that is asked for', async () => {
    const store = memoryStore();
    const lock = await store.lock();
    const onWait = () =>
      setTimeout(() => {
        lock.release();
      }, 100);
    const events = await watching({ store, lock: { waitMilliseconds: Infinity, onWait } }, (kind) => {
      if (kind === 'tables') end.abort();
    });
    expect(kinds(events)).toEqual(['tables']);
  });

  it('runs again as weights change that lie beside a model', async () => {
    const events = await watching({ store: memoryStore() }, (kind, times) => {
      if (kind === 'waiting' && times === 1) writeWeights([0, 1, 0, 1, 1, 1]);
      if (kind === 'tables' && times === 2) end.abort();
    });
    expect(kinds(events)).toEqual(['tables', 'waiting', 'changed', 'tables']);
    expect(events.find(({ kind }) => kind === 'changed')).toMatchObject({ files: ['a.data'] });
  });
});
