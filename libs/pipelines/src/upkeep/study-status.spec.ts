import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Manifest } from '@intermodel/outputs';
import { defineStudy, type StudyContent } from '@intermodel/studies';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStudy } from '../run/run-study.ts';
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
  const nodes = [
    { op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] },
    { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['scores'] },
  ];
  writeFileSync(
    at(`${name}.onnx`),
    buildOnnxModel({
      inputs: [{ name: 'input', dims: ['batch', 3, 16, 16] }],
      outputs: [{ name: 'scores', dims: ['batch', 8, 1, 1] }],
      nodes,
      initializers: { weights: { dims: [8, 3, 3, 3], data } },
    }),
  );
}

function writeScores(factor: number): void {
  writeFileSync(
    at('scores.csv'),
    `model,task,dataset,metric,score\n${['a', 'b', 'c'].map((model, index) => `${model},detection,VOC,AP,${String(index * factor)}`).join('\n')}\n`,
  );
}

const study = (more: Partial<StudyContent> = {}) =>
  defineStudy(
    {
      data: { images: 'images', labels: 'labels', labelNames: 'labels.csv' },
      models: ['a', 'b', 'c'].map((name) => ({
        name,
        file: `${name}.onnx`,
        layer: 'maps',
        input: { width: 16, height: 16, preset: 'zero-one' },
      })),
      runtime: { imagesPerShard: 3 },
      gallery: { units: 1, images: 1 },
      matching: { gate: 0.001 },
      embedding: { components: 1, clusters: 2 },
      ...more,
    },
    { folder: root },
  );
const run = async (more: Partial<StudyContent> = {}) => {
  const events = await lastValueFrom(runStudy(study(more), { out: at('out') }).pipe(toArray()));
  return events.flatMap((event) => (event.kind === 'step-done' ? [event.step] : []));
};
const status = (more: Partial<StudyContent> = {}) => studyStatus(study(more), { out: at('out') });
/** Steps that a run would compute, by their kinds. */
const toRun = ({ groups }: StudyStatus) =>
  groups.flatMap(({ step, toRun: count }) => Array.from({ length: count }, () => step)).sort();

describe(studyStatus, () => {
  it('foresees the steps of a second preset, which have the names of those of the first', async () => {
    const groupsOf = async () => (await status()).groups;
    await run();
    for (const { milliseconds } of await groupsOf()) expect(milliseconds).toBeGreaterThan(0);
    const more = { diffPreset: 'gandissect' } as const;
    const told = await status(more);
    expect([told.isComplete, new Set(told.groups.filter(({ stale }) => stale > 0).map(({ step }) => step))]).toEqual([
      false,
      new Set(['tables', 'report']),
    ]);
    const computed = await run(more);
    expect(computed.length).toBeGreaterThan(6);
    expect(toRun(told)).toEqual(computed.sort());
    expect(await status(more)).toMatchObject({ isComplete: true });
  });

  it('foresees what changed choices of the tables, changed scores and a lost report make to run', async () => {
    const more = { scores: 'scores.csv', relations: { permutations: 1000 } };
    writeScores(1);
    await run(more);
    expect([await run(more), (await status(more)).isComplete]).toEqual([[], true]);
    writeScores(-3);
    expect(toRun(await status(more))).toEqual(['relations', 'report', 'tables', 'tables', 'tables']);
    expect((await run(more)).sort()).toEqual(['relations', 'report', 'tables', 'tables', 'tables']);
    const embedding = { components: 1, clusters: 2, normalisation: 'count' } as const;
    const foreseen = toRun(await status({ ...more, embedding }));
    expect(foreseen).toEqual([
      'bootstrap',
      'embedding',
      'profiles',
      'relations',
      'report',
      'tables',
      'tables',
      'tables',
    ]);
    expect((await run({ ...more, embedding })).sort()).toEqual(foreseen);
    rmSync(at('out', 'report.html'));
    expect(toRun(await status({ ...more, embedding }))).toEqual(['report']);
    expect(await run({ ...more, embedding })).toEqual(['report']);
    const frozen = { ...more, embedding: { frozen: 'out' } };
    expect(toRun(await status(frozen))).toContain('embedding');
    await run(frozen);
    await run(frozen);
    expect([await run(frozen), (await status(frozen)).isComplete]).toEqual([[], true]);
    const { inputs } = JSON.parse(readFileSync(at('out', 'manifest.json'), 'utf8')) as Manifest;
    expect(inputs.filter(({ role }) => role === 'embedding')).toEqual([
      {
        name: 'fit.arrow',
        role: 'embedding',
        sha256: createHash('sha256')
          .update(readFileSync(at('out', 'fit.arrow')))
          .digest('hex'),
      },
    ]);
  });

  it('names the image that changed once, and says of the rest that it follows', async () => {
    await run();
    const [first = '', second = ''] = readdirSync(at('images')).map((name) => at('images', name));
    cpSync(first, second);
    const { groups } = await status();
    const stem = path.basename(second).replace(/\.[a-z]+$/u, '');
    expect(groups.flatMap(({ why }) => why)).toEqual([
      expect.stringMatching(new RegExp(`^1 image changed: ${stem}`, 'u')),
    ]);
    expect(Object.fromEntries(groups.map(({ step, follows }) => [step, follows]))).toMatchObject({
      labels: ['images'],
      maps: ['images'],
      thresholds: ['histogram'],
      matches: ['overlaps'],
      embedding: ['profiles'],
    });
    writeModel('b', 9);
    const told = (await status()).groups.filter(({ model, why }) => model === 'b' && why.length > 0);
    expect(new Set(told.flatMap(({ why }) => why))).toEqual(new Set(['input "model" changed']));
  });
});
