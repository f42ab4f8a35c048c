import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryStore } from '@intermodel/streams';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineStudy } from '../study-file/read-study-file.ts';
import type { StudyContent } from '../study-file/study-content.ts';
import { runStudy } from './run-study.ts';
import { studyStatus, type StudyStatus } from './study-status.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'status-'));
  writePlainLayout(root, drawScenes({ count: 6, width: 32, height: 24, seed: 7 }));
  for (const [seed, name] of ['a', 'b', 'c'].entries()) writeModel(name, seed);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function writeModel(name: string, seed: number): void {
  const data = Array.from({ length: 8 * 3 * 9 }, (_, place) => Math.sin(place * (seed + 1.3)));
  const nodes = [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] }, { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['scores'] }];
  writeFileSync(at(`${name}.onnx`), buildOnnxModel({ inputs: [{ name: 'input', dims: ['batch', 3, 16, 16] }], outputs: [{ name: 'scores', dims: ['batch', 8, 1, 1] }], nodes, initializers: { weights: { dims: [8, 3, 3, 3], data } } }));
}

const study = (more: Partial<StudyContent> = {}) =>
  defineStudy({
    data: { images: 'images', labels: 'labels', labelNames: 'labels.csv' },
    models: ['a', 'b', 'c'].map((name) => ({ name, file: `${name}.onnx`, layer: 'maps', input: { width: 16, height: 16, preset: 'zero-one' } })),
    runtime: { imagesPerShard: 3 },
    gallery: { units: 1, images: 1 },
    matching: { gate: 0.001 },
    embedding: { components: 1, clusters: 2 },
    ...more,
  }, { folder: root });
const store = memoryStore();
const run = async (more: Partial<StudyContent> = {}) => {
  const events = await lastValueFrom(runStudy(study(more), { store, out: at('out') }).pipe(toArray()));
  return events.flatMap((event) => (event.kind === 'step-done' ? [event.step] : []));
};
const status = (more: Partial<StudyContent> = {}) => studyStatus(study(more), { store, out: at('out') });
/** Steps that a run would compute, by their kinds. */
const toRun = ({ groups }: StudyStatus) => groups.flatMap(({ step, toRun: count }) => Array.from({ length: count }, () => step)).sort();

describe(studyStatus, () => {
  it('foresees the steps of a second preset, which have the names of those of the first', async () => {
    await run();
    const more = { diffPreset: 'gandissect' } as const;
    const told = await status(more);
    expect([told.isComplete, told.groups.filter(({ stale }) => stale > 0).map(({ step }) => step)]).toEqual([false, []]);
    const computed = (await run(more)).filter((step) => step !== 'output');
    expect(computed.length).toBeGreaterThan(6);
    expect(toRun(told)).toEqual(computed.sort());
    expect(await status(more)).toMatchObject({ isComplete: true });
  });
});
