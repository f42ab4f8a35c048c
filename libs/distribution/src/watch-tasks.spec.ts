import { describe, expect, it } from 'vitest';
import type { DistributedTask } from './distributed-task.ts';
import type { Engine, TaskReport, WorkOrder } from './engine.ts';
import { watchTasks, type WatchTasksOptions } from './watch-tasks.ts';

const waves = ['counts', 'thresholds', 'matches'];

/**
 * An engine that makes one task at each look, in the order of submission, over tasks of which those of a model need one
 * another; `fails` says how often each ends without a result.
 */
function small(models: readonly string[], fails: Readonly<Record<string, number>>) {
  const done = new Set<string>();
  const left = new Map(Object.entries(fails));
  const reports = new Map<string, TaskReport>();
  const submitted: string[][] = [];
  const nameOf = (wave: string, model: string) => `${wave} ${model}`;
  const isReady = (wave: string, model: string) =>
    waves.slice(0, waves.indexOf(wave)).every((earlier) => done.has(nameOf(earlier, model)));
  const list = () =>
    Promise.resolve(
      waves.flatMap((wave) =>
        models.map((model): DistributedTask => {
          const key = nameOf(wave, model);
          const state = done.has(key) ? 'done' : isReady(wave, model) ? 'ready' : 'waiting';
          return { key, wave, model, state, seconds: undefined };
        }),
      ),
    );
  const engine: Engine = {
    preview: () => Promise.resolve(''),
    submit: ({ tasks }: WorkOrder) => {
      const own = tasks.filter(({ key, state }) => {
        const known = reports.get(key)?.state;
        return state !== 'done' && (known === undefined || known === 'ended');
      });
      submitted.push(own.map(({ key }) => key));
      for (const { key } of own)
        reports.set(key, { key, state: 'waiting', job: String(submitted.length), reason: '', log: undefined });
      return Promise.resolve({ jobs: [], folder: undefined });
    },
    reports: () => {
      const next = [...reports.values()].find(({ state }) => state === 'waiting');
      if (next !== undefined) {
        const [wave = '', model = ''] = next.key.split(' ');
        const times = left.get(next.key) ?? 0;
        if (times > 0) left.set(next.key, times - 1);
        else if (isReady(wave, model)) done.add(next.key);
        reports.set(next.key, { ...next, state: 'ended', reason: 'ENDED' });
      }
      return Promise.resolve([...reports.values()]);
    },
  };
  return { engine, list, submitted, done };
}

const order = { name: 's', studyHash: '', studyFile: '/s', store: '/', submissions: '/s', command: [], gpuWaves: [] };
const watch = ({ engine, list }: Pick<WatchTasksOptions, 'engine' | 'list'>, retries?: number) =>
  watchTasks({
    ...{ engine, list, order, pollMilliseconds: 1, onProgress: () => undefined, onSubmitted: () => undefined },
    ...(retries === undefined ? {} : { retries }),
    signal: new AbortController().signal,
  });

describe(watchTasks, () => {
  it('submits all once where nothing fails', async () => {
    const study = small(['a', 'b'], {});
    expect(await watch(study)).toEqual([]);
    expect(study.submitted).toHaveLength(1);
    expect(study.done.size).toBe(6);
  });

  it('submits again what failed, with what starved for it, until all is done', async () => {
    const study = small(['a', 'b'], { 'counts a': 2, 'matches b': 3 });
    expect(await watch(study)).toEqual([]);
    expect(study.done.size).toBe(6);
    expect(study.submitted.flat().filter((key) => key === 'counts a')).toHaveLength(3);
    expect(study.submitted.flat().filter((key) => key === 'matches b')).toHaveLength(4);
  });

  it('gives up what fails too often, holds back what needs it, and finishes all else', async () => {
    const study = small(['a', 'b'], { 'counts a': Infinity });
    const failed = await watch(study, 1);
    expect(failed.map(({ task, report }) => [task.key, report?.reason])).toEqual([
      ['counts a', 'ENDED'],
      ['thresholds a', undefined],
      ['matches a', undefined],
    ]);
    expect([...study.done].sort()).toEqual(['counts b', 'matches b', 'thresholds b']);
    expect(study.submitted.flat().filter((key) => key === 'counts a')).toHaveLength(2);
  });

  it('counts what ended before it looked as tried once', async () => {
    const study = small(['a'], { 'counts a': 2 });
    await study.engine.submit({ ...order, tasks: await study.list() });
    const failed = await watch(study, 1);
    expect(failed[0]?.task.key).toBe('counts a');
    expect(study.submitted.flat().filter((key) => key === 'counts a')).toHaveLength(2);
  });

  it('stops where it is told to, and leaves what was submitted', async () => {
    const study = small(['a'], {});
    const stop = new AbortController();
    const watching = watchTasks({
      ...{ ...study, order, pollMilliseconds: 60_000, signal: stop.signal },
      onProgress: () => undefined,
      onSubmitted: () => {
        setTimeout(() => {
          stop.abort(new Error('enough'));
        }, 1);
      },
    });
    await expect(watching).rejects.toThrow();
    expect(study.submitted).toHaveLength(1);
  });
});
