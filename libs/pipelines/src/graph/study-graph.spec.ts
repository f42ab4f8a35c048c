import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packTable, unpackTable } from '@intermodel/concept-matching';
import type { OverlapCountBatch } from '@intermodel/schemas';
import {
  jsonPart,
  makeAlone,
  memoryStore,
  readJsonPart,
  readStep,
  stepBatches,
  StepFamily,
  type StepExecutor,
  type StepStore,
} from '@intermodel/steps';
import { defineStudy, type StudyContent } from '@intermodel/studies';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStudy, type RunStudyOptions } from '../run/run-study.ts';
import { cleanStudies } from '../upkeep/clean-studies.ts';
import { studyStatus } from '../upkeep/study-status.ts';
import { makeSteps } from './make-steps.ts';
import type { StudyBench } from './study-bench.ts';
import type { OwnSteps } from './study-graph.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'graph-'));
  writePlainLayout(at('data'), drawScenes({ count: 7, width: 48, height: 32, seed: 3 }));
  // Two of them share a pass; the third takes images of another size.
  for (const [seed, [name, side]] of Object.entries({ a: 16, b: 16, c: 24 }).entries())
    writeFileSync(
      at(`${name}.onnx`),
      buildOnnxModel({
        inputs: [{ name: 'input', dims: ['batch', 3, side, side] }],
        outputs: [{ name: 'maps', dims: ['batch', 6, side, side] }],
        nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] }],
        initializers: {
          weights: { dims: [6, 3, 1, 1], data: Array.from({ length: 18 }, (_, place) => Math.sin(place + seed)) },
        },
      }),
    );
  writeFileSync(
    at('scores.csv'),
    `model,task,dataset,metric,score\n${['a', 'b', 'c'].map((model, place) => `${model},detection,VOC,AP,${String(place)}`).join('\n')}\n`,
  );
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const study = (more: Partial<StudyContent> = {}) =>
  defineStudy(
    {
      data: { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv' },
      models: Object.entries({ a: 16, b: 16, c: 24 }).map(([name, side]) => ({
        name,
        file: `${name}.onnx`,
        layer: 'maps',
        input: { width: side, height: side, preset: 'zero-one' },
      })),
      diffPreset: 'gandissect',
      runtime: { imagesPerShard: 3 },
      gallery: { units: 2, images: 2 },
      matching: { gate: 0.001 },
      embedding: { components: 1, clusters: 2 },
      scores: 'scores.csv',
      ...more,
    },
    { folder: root },
  );

/** Runs the study, and tells which steps were computed. */
async function run(out: string, options: RunStudyOptions = {}): Promise<string[]> {
  const computed: string[] = [];
  const running = runStudy(study(), { out: at(out), concurrency: 1, command: 'test', ...options });
  await lastValueFrom(
    running.pipe(
      tap((event) => {
        if (event.kind === 'step-done') computed.push(event.step);
      }),
    ),
  );
  return computed;
}

/** All files of an output folder but the store, by their names. */
function filesOf(out: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(at(out), { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('.') && statSync(at(out, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(at(out, name)).toString('base64')]),
  );
}

/** Makes each step with everything opened anew, as another process would. */
function elsewhere(store: StepStore, made: string[]): StepExecutor<StudyBench> {
  return {
    async run(plan, { bench, onFamily }) {
      for (const { families, steps, maker, isOutside } of stepBatches(plan)) {
        if (isOutside) await maker.make(steps, bench);
        else
          for (const { key } of steps) {
            const making = makeSteps(study(), [key], { store, concurrency: 1 });
            await lastValueFrom(
              making.pipe(
                tap((event) => {
                  if (event.kind === 'step-done') made.push(event.step);
                }),
              ),
              { defaultValue: undefined },
            );
          }
        for (const family of families) await onFamily(family);
      }
    },
  };
}

describe('the graph of a study', () => {
  it('lets every step be made on its own, wherever store and files are, for the same bytes', async () => {
    await run('here');
    const store = memoryStore();
    const made: string[] = [];
    const computed = await run('there', { store, executor: elsewhere(store, made) });
    // The run itself wrote what stands outside the store, and looked at the models.
    expect(new Set(computed)).toEqual(new Set(['model', 'tables', 'report']));
    for (const kind of ['labels', 'maps', 'histogram', 'top', 'thresholds', 'overlaps', 'matches', 'gallery'])
      expect(made).toContain(kind);
    for (const kind of ['description', 'images', 'profiles', 'embedding', 'relations'])
      expect(made.filter((each) => each === kind)).toHaveLength(1);
    expect(filesOf('there')).toEqual(filesOf('here'));
  });

  it('makes all that a single step is made of', async () => {
    const store = memoryStore();
    await run('whole', { store });
    const keysOf = async (kind: string) =>
      (await store.list()).flatMap(({ key, record }) => (record?.step === kind ? [key] : []));
    const [key = ''] = await keysOf('gallery');
    const expected = await store.read(key, 'gallery');
    expect(expected?.length).toBeGreaterThan(1000);
    for (const lost of [
      ['gallery', 'top'],
      ['gallery', 'matches', 'thresholds'],
      ['gallery', 'labels', 'top', 'maps'],
    ]) {
      for (const kind of lost) for (const each of await keysOf(kind)) await store.remove(each);
      await lastValueFrom(makeSteps(study(), [key], { store, concurrency: 1 }), { defaultValue: undefined });
      expect(await store.read(key, 'gallery')).toEqual(expected);
    }
  });

  it('refuses keys that are none of its steps', async () => {
    const making = makeSteps(study(), ['0'.repeat(64)], { store: memoryStore() });
    await expect(lastValueFrom(making)).rejects.toMatchObject({ name: 'InputError', code: 'STEP_UNKNOWN' });
  });

  it('takes a further step: its operator, its entry, and whoever reads it', async () => {
    // How many pixels the concepts of each shard share with all units of a model, and the sum over shards.
    const shared: OwnSteps = (describe, graph) =>
      graph
        .of('overlaps')
        .slice(0, 1)
        .flatMap((overlaps) => {
          const sums = new StepFamily<StudyBench>({
            kind: 'shared-pixels',
            codeVersion: 'mine/1',
            model: overlaps.model,
            count: describe.shards.length,
            subject: (index) => `${overlaps.model} ${String(describe.shards[index]?.name)}`,
            from: { overlaps: { by: 'each', family: overlaps } },
            options: {},
            parts: { sum: 'json', counts: 'OverlapCount' },
            maker: makeAlone(async (_, inputs) => {
              const counts = unpackTable<OverlapCountBatch>(await inputs.read('overlaps', 'counts'));
              return { sum: jsonPart(counts.numRows), counts: packTable(counts) };
            }),
          });
          const whole = new StepFamily<StudyBench>({
            kind: 'shared-pixels-of-all',
            codeVersion: 'mine/1',
            model: overlaps.model,
            from: { sums: { by: 'all', families: [sums] } },
            options: {},
            parts: { sum: 'json' },
            isResult: true,
            maker: makeAlone(async (_, inputs, bench) => {
              let sum = 0;
              for (const step of inputs.steps('sums'))
                sum += readJsonPart(await readStep(step, 'sum', bench)) as number;
              return { sum: jsonPart(sum) };
            }),
          });
          return [sums, whole];
        });
    const place = { out: at('own'), steps: shared };
    await run('own');
    const before = await studyStatus(study(), place);
    expect(before.groups.filter(({ toRun }) => toRun > 0).map(({ step, toRun }) => [step, toRun])).toEqual([
      ['shared-pixels', 4],
      ['shared-pixels-of-all', 1],
    ]);
    expect(before.drawing).toMatch(/n\d+\["overlaps of a<br\/>[^\n]+\n(.|\n)*shared-pixels of a<br\/>4 missing/u);
    expect((await run('own', { steps: shared })).toSorted()).toEqual([
      ...['shared-pixels', 'shared-pixels', 'shared-pixels', 'shared-pixels', 'shared-pixels-of-all'],
    ]);
    const after = await studyStatus(study(), place);
    expect(after.isComplete).toBe(true);
    // Whoever does not know of it takes it for something that no study needs.
    expect((await cleanStudies([study()], { out: at('own') })).garbage.map(({ step }) => step).toSorted()).toEqual([
      ...['shared-pixels', 'shared-pixels', 'shared-pixels', 'shared-pixels', 'shared-pixels-of-all'],
    ]);
    expect((await cleanStudies([study()], place)).garbage).toEqual([]);
  });

  it('refuses steps that nobody could make', async () => {
    const orphan: OwnSteps = () => {
      const define = (kind: string, of?: StepFamily<StudyBench>) =>
        new StepFamily<StudyBench>({
          kind,
          codeVersion: '1',
          ...(of === undefined ? {} : { from: { of: { by: 'one' as const, family: of } } }),
          options: {},
          parts: {},
          maker: makeAlone(() => ({})),
        });
      return [define('orphan', define('unknown'))];
    };
    await expect(run('orphan', { steps: orphan })).rejects.toThrow(/"orphan" stands before its input "of"/u);
  });
});
