import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { StudyTasks } from '@intermodel/pipelines';
import { writeColourSegmenter } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import { folderBytes, intermodel } from './command-line.ts';
import { exit, smallStudies, start } from './small-studies.ts';

const { at, study } = smallStudies();

/** Two presets, so that layers have tasks of their own under each. */
const more = { diffPreset: 'gandissect', runtime: { imagesPerShard: 4 } };
const ofStudy = (file: string) => study({ file, more });
const worker = (file: string, store: string, ...argv: string[]) =>
  start(['work', file, '--store', at(store), '--shards-per-task', '2', '--concurrency', '1', '--json', ...argv]);
const planned = (file: string, store: string, ...options: readonly string[]): StudyTasks => {
  const { code, stdout, stderr } = intermodel([
    ...['plan', file, '--store', at(store), '--shards-per-task', '2', '--json', ...options],
  ]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as StudyTasks;
};
const made = (child: ReturnType<typeof start>) => {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return exit(child).then((code) => ({ code, ...(JSON.parse(text === '' ? '{}' : text) as { steps?: number }) }));
};

/** What a run from nothing gives that makes all by itself. */
function alone(file: string): Record<string, string> {
  rmSync(at('alone'), { recursive: true, force: true });
  expect(intermodel(['run', file, '--out', at('alone'), '--quiet'])).toMatchObject({ code: 0 });
  return folderBytes(at('alone'));
}

/** Runs over the store of workers, and tells which steps it made itself. */
function finish(file: string, store: string, out: string) {
  const { code, stderr } = intermodel(['run', file, '--out', at(out), '--store', at(store), '--verbose']);
  expect(code).toBe(0);
  return [...new Set(Array.from(stderr.matchAll(/^(\S+).*: done/gmu), ([, step]) => step))];
}

describe('workers on one study', () => {
  it('share it out, and leave a run nothing but its tables: the same bytes as one that makes all by itself', async () => {
    const file = ofStudy('shared.json');
    const before = planned(file, 'shared');
    expect(before.tasks.filter(({ state }) => state === 'done')).toEqual([]);
    expect(new Set(before.tasks.filter(({ state }) => state === 'ready').map(({ wave }) => wave))).toEqual(
      new Set(['labels', 'counts']),
    );
    for (const task of before.tasks)
      for (const value of [task.seconds, task.memoryBytes, task.storedBytes]) expect(value).toBeGreaterThan(0);
    const counts = planned(file, 'shared', '--unmeasured').tasks.filter(({ wave }) => wave === 'counts');
    for (const { seconds, memoryBytes, storedBytes } of counts)
      expect([seconds, memoryBytes, storedBytes]).toEqual([undefined, undefined, undefined]);
    const all = await Promise.all([1, 2, 3].map(() => made(worker(file, 'shared'))));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    const steps = before.tasks.reduce((sum, task) => sum + task.steps, 0);
    // Models are looked at by each worker; all else is made once.
    expect(all.reduce((sum, each) => sum + (each.steps ?? 0), 0)).toBeLessThanOrEqual(steps + 3 * 3);
    expect(planned(file, 'shared').tasks.every(({ state }) => state === 'done')).toBe(true);
    expect(finish(file, 'shared', 'shared-out').toSorted()).toEqual([
      ...['bootstrap', 'description', 'embedding', 'gallery', 'images', 'profiles', 'report', 'tables', 'tested'],
    ]);
    expect(folderBytes(at('shared-out'))).toEqual(alone(file));
  });

  it('cut into parts that need one another, one after another or side by side', async () => {
    const file = ofStudy('parts.json');
    const first = worker(file, 'parts', '--part', '1/2');
    let waiting: RegExpExecArray | null = null;
    first.stderr?.on(
      'data',
      () => (waiting ??= /^waiting: \d+ tasks? left, which other workers make/mu.exec(first.told())),
    );
    const ended = made(first);
    // Alone it gets no further than what it can make by itself, and says so.
    await expect.poll(() => waiting, { timeout: 300_000 }).not.toBeNull();
    const parts = [await made(worker(file, 'parts', '--part', '2/2')), await ended];
    expect(parts.map(({ code }) => code)).toEqual([0, 0]);
    for (const { steps } of parts) expect(steps).toBeGreaterThan(10);
    for (const wave of ['labels', 'counts', 'thresholds', 'overlaps', 'matches', 'nulls', 'replicates'])
      for (const part of ['1/2', '2/2'])
        expect(await made(worker(file, 'waves', '--wave', wave, '--part', part))).toMatchObject({ code: 0 });
    for (const store of ['parts', 'waves']) {
      expect(planned(file, store).tasks.every(({ state }) => state === 'done')).toBe(true);
      finish(file, store, `${store}-out`);
    }
    expect(folderBytes(at('parts-out'))).toEqual(folderBytes(at('waves-out')));
  });

  it('go on where one of them was killed, and make again what was damaged', async () => {
    const file = ofStudy('killed.json');
    const first = worker(file, 'killed', '--verbose');
    first.stderr?.on('data', () => {
      if (/^maps .*: done/mu.test(first.told())) first.kill('SIGKILL');
    });
    const second = made(worker(file, 'killed'));
    await exit(first);
    expect(await second).toMatchObject({ code: 0 });
    finish(file, 'killed', 'killed-out');
    expect(folderBytes(at('killed-out'))).toEqual(alone(file));
  });

  it('take single tasks by their keys, and refuse keys and parts that are none', async () => {
    const file = ofStudy('single.json');
    const [task] = planned(file, 'single').tasks;
    expect(await made(worker(file, 'single', '--task', task?.key ?? ''))).toEqual({
      ...{ code: 0, tasks: 1 },
      steps: (task?.steps ?? 0) + 3,
    });
    expect(planned(file, 'single').tasks.filter(({ state }) => state === 'done')).toMatchObject([{ key: task?.key }]);
    const refused = (...argv: string[]) => intermodel(['work', file, '--store', at('single'), ...argv]);
    expect(refused('--task', '0'.repeat(64))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('TASK_UNKNOWN') as string,
    });
    for (const part of ['0/2', '3/2', '1', 'a/b', '1/0'])
      expect(refused('--part', part)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`--part ${part}`) as string,
      });
    expect(refused('--wave', 'other').code).toBe(2);
    expect(intermodel(['work', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('STORE_NOT_GIVEN') as string,
    });
  });

  it('end where no image of a shard can be used', async () => {
    cpSync(at('data'), at('bad'), { recursive: true });
    const images = readdirSync(at('bad', 'images')).toSorted();
    // More than a shard of them, one after another.
    for (const name of images.slice(0, 9)) truncateSync(at('bad', 'images', name), 20);
    const file = study({ file: 'bad.json', data: 'bad', more });
    writeFileSync(
      file,
      JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...skippingBad('bad') }),
    );
    expect(await made(worker(file, 'bad-store'))).toMatchObject({ code: 0 });
    finish(file, 'bad-store', 'bad-out');
    expect(folderBytes(at('bad-out'))).toEqual(alone(file));
  });

  it('say where labels of segmentation models are to be kept, which all workers need', () => {
    writeColourSegmenter(at('colours.onnx'), {
      heads: [{ name: 'maps', classes: 3, weights: { 0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1] } }],
    });
    writeFileSync(at('classes.csv'), 'index,name\n0,red\n1,green\n2,blue\n');
    const heads = [{ tensor: 'maps', category: 'color', classes: 'classes.csv' }];
    const data = {
      images: 'data/images',
      segmenters: [{ file: 'colours.onnx', input: { preset: 'zero-one' }, heads }],
    };
    const file = study({ file: 'segmented.json', models: ['a', 'b'], more: { ...more, data } });
    const { code, stderr } = intermodel(['work', file, '--store', at('segmented')]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error LABELS_NOT_KEPT: [^\n]+\n[^\n]+\n.*runtime\.labelCache.*--out/u),
    ]);
  });
});

function skippingBad(data: string): object {
  return {
    data: { images: `${data}/images`, labels: `${data}/labels`, labelNames: `${data}/labels.csv`, skipBad: true },
  };
}
