import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InputError } from '@intermodel/streams';
import { hasRedis, startRedis, type RedisServer } from '@intermodel/testing';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { QueuedStudy, QueuedTask } from './queue-data.ts';
import { queueName } from './queue-settings.ts';
import { queueWorker, type QueueStudy, type QueueWorkerEvent, type QueueWorkerOptions } from './queue-worker.ts';
import type { StudyEnd, StudyQueueEvent } from './study-events.ts';
import { openStudyQueue, type SubmitOptions } from './study-queue.ts';

const key = (name: string) => Buffer.from(name.padEnd(32, '.')).toString('hex');

const study: QueuedStudy = {
  ...{ program: '0.1.0', file: '/data/study.yaml', hash: 'a'.repeat(64), set: [] },
  ...{ store: '/data/steps', shardsPerTask: 0, inputs: [] },
};

/** Tasks of two waves: those of the second need all of the first. */
const waves = [['a1', 'a2', 'a3', 'a4'].map(key), ['b1', 'b2'].map(key)] as const;

/** Short enough for tests, long enough for a busy machine. */
const times = { lockMilliseconds: 2000, refusalMilliseconds: 10 };

describe.skipIf(!hasRedis)('a queue (skipped where redis-server is not installed)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'queue-'));
  let redis: RedisServer;
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    redis = await startRedis(folder);
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    const connection = new Redis(redis.address);
    await connection.flushall();
    connection.disconnect();
  });
  afterAll(async () => {
    await redis.kill();
    rmSync(folder, { recursive: true });
  });

  /** A store that all workers of a test share, and what they made of it. */
  function world(make: (name: string, signal: AbortSignal) => Promise<void> | void = () => undefined) {
    const stored = new Set<string>();
    const made: string[] = [];
    const nameOf = (task: string) => Buffer.from(task, 'hex').toString().replaceAll('.', '');
    const open = (signal: AbortSignal, own = make): QueueStudy => ({
      ready: () => {
        const [first, second] = waves.map((wave) => wave.filter((task) => !stored.has(task)));
        const isOpen = first?.length === 0;
        return Promise.resolve({ keys: (isOpen ? second : first) ?? [], left: isOpen ? 0 : (second?.length ?? 0) });
      },
      make: async (task) => {
        await own(nameOf(task), signal);
        signal.throwIfAborted();
        made.push(nameOf(task));
        stored.add(task);
        return 1;
      },
      close: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    });
    return { made, stored, open };
  }

  function work(
    options: Pick<QueueWorkerOptions, 'untilEmpty' | 'times'> & {
      readonly of: ReturnType<typeof world>;
      readonly make?: (name: string, signal: AbortSignal) => Promise<void> | void;
      readonly open?: QueueWorkerOptions['open'];
    },
  ) {
    const { of, make, open, ...others } = options;
    const stop = new AbortController();
    const events: QueueWorkerEvent[] = [];
    const { ended } = queueWorker({
      ...{ address: redis.address, times, signal: stop.signal, ...others },
      open: open ?? (() => Promise.resolve(of.open(stop.signal, make))),
      onEvent: (event) => events.push(event),
    });
    const settled = ended.catch((error: unknown) => error);
    const end = () => {
      stop.abort();
      return settled;
    };
    ends.push(end);
    return { events, end, settled };
  }

  async function submit(options: SubmitOptions = {}, given = study) {
    const queue = await openStudyQueue(redis.address);
    const stop = new AbortController();
    ends.push(() => {
      stop.abort();
      return queue.close();
    });
    await queue.submit(given, waves[0], { backoffMilliseconds: 20, ...options });
    const events: StudyQueueEvent[] = [];
    const end: Promise<StudyEnd> = queue.watch(given, (event) => events.push(event), stop.signal);
    void end.catch(() => undefined);
    return { queue, events, end };
  }

  it('hands out one wave after another, each task once, and ends when it is empty', async () => {
    const of = world(() => delay(20));
    const { end, events } = await submit();
    const workers = [1, 2, 3].map(() => work({ of, untilEmpty: true }));
    expect(await end).toEqual({ setAside: [], left: 0, failure: undefined });
    expect(of.made.slice(0, 4).toSorted()).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(of.made.slice(4).toSorted()).toEqual(['b1', 'b2']);
    expect(events.filter(({ kind }) => kind === 'task-made')).toHaveLength(6);
    for (const { settled } of workers) expect(await settled).toBeUndefined();
  });

  it('lets a worker keep a task that blocks it for longer than a lock lasts', async () => {
    const of = world((name) => {
      if (name !== 'a1') return;
      const until = performance.now() + 3 * times.lockMilliseconds;
      while (performance.now() < until);
    });
    const { end } = await submit();
    // All share this thread: whoever looks for lost jobs runs in threads that are not blocked.
    for (let worker = 0; worker < 3; worker++) work({ of });
    expect(await end).toEqual({ setAside: [], left: 0, failure: undefined });
    expect(of.made.toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
  });

  it('sets aside what always fails, with its error, and goes on with the rest', async () => {
    let tries = 0;
    const of = world((name) => {
      if (name === 'a2') tries++;
      if (name === 'a2') throw new InputError('FILE_DAMAGED', 'scene-7.png is no image');
    });
    const { end, queue } = await submit();
    work({ of });
    const reason = 'FILE_DAMAGED: scene-7.png is no image';
    expect(await end).toEqual({ setAside: [{ key: key('a2'), reason }], left: 2, failure: undefined });
    expect(tries).toBe(5);
    expect(of.made.toSorted()).toEqual(['a1', 'a3', 'a4']);
    expect(await queue.tasks(study)).toEqual([{ key: key('a2'), state: 'set-aside', reason }]);
  });

  it('sets aside what kills its workers, and says so', async () => {
    const of = world();
    const connection = new Redis(redis.address, { maxRetriesPerRequest: null });
    const { end } = await submit();
    // Takes a task, and is never heard of again.
    const dead = new Worker(queueName, null, { connection, lockDuration: 200 });
    const job = await dead.getNextJob('token');
    work({ of, times: { ...times, lostLimit: 0 } });
    const { setAside, left } = await end;
    expect(setAside).toEqual([
      { key: (job.data as QueuedTask).key, reason: expect.stringMatching(/^WORKER_LOST: /u) as string },
    ]);
    expect([left, of.made.length]).toEqual([2, 3]);
    await dead.close(true);
    connection.disconnect();
  });

  it('tries again what was set aside once the study is handed out again', async () => {
    let isBroken = true;
    const of = world((name) => {
      if (name === 'a2' && isBroken) throw new InputError('FILE_DAMAGED', 'scene-7.png is no image');
    });
    const { end, queue } = await submit({ attempts: 1 });
    work({ of });
    expect(await end).toMatchObject({ left: 2 });
    isBroken = false;
    await queue.submit(study, [key('a2')]);
    expect(await queue.watch(study, () => undefined, new AbortController().signal)).toEqual({
      ...{ setAside: [], left: 0, failure: undefined },
    });
    expect(of.made).toHaveLength(6);
  });

  it('gives the job in hand of a worker that stops to another one at once', async () => {
    const of = world();
    let begun = 0;
    const { end } = await submit();
    const slow = work({ of, make: (_, signal) => (begun++, delay(60_000, undefined, { signal })) });
    while (begun === 0) await delay(10);
    const stopped = performance.now();
    await slow.end();
    work({ of });
    await end;
    expect(performance.now() - stopped).toBeLessThan(times.lockMilliseconds * 20);
    expect(of.made).toHaveLength(6);
    expect(slow.events.filter(({ kind }) => kind === 'task-failed')).toEqual([]);
  });

  it('offers what one worker refuses to others', async () => {
    const of = world();
    const open = () => Promise.reject(new InputError('STUDY_DIFFERS', 'another study'));
    const { end, events } = await submit();
    // However long the other takes to begin.
    const refuser = work({ of, open, times: { ...times, refusalLimit: 10_000 } });
    while (!events.some(({ kind }) => kind === 'refused')) await delay(10);
    work({ of });
    expect(await end).toEqual({ setAside: [], left: 0, failure: undefined });
    expect(of.made).toHaveLength(6);
    // Once, however many tasks are refused.
    expect(events.filter(({ kind }) => kind === 'refused')).toEqual([
      { kind: 'refused', reason: 'STUDY_DIFFERS: another study' },
    ]);
    expect(refuser.events.filter(({ kind }) => kind === 'refused')).toEqual([
      { kind: 'refused', file: study.file, reason: 'another study' },
    ]);
  });

  it('tells nobody who follows later what workers refused that are gone', async () => {
    const queue = await openStudyQueue(redis.address);
    await queue.submit(study, []);
    const open = () => Promise.reject(new InputError('STUDY_DIFFERS', 'another study'));
    const refuser = work({ of: world(), open });
    while (!refuser.events.some(({ kind }) => kind === 'refused')) await delay(10);
    await refuser.end();
    const events: StudyQueueEvent[] = [];
    const stop = new AbortController();
    const watching = queue.watch(study, (event) => events.push(event), stop.signal).catch(() => undefined);
    while (!events.some(({ kind }) => kind === 'workers')) await delay(10);
    stop.abort();
    await watching;
    expect(events).toEqual([{ kind: 'workers', count: 0 }]);
    await queue.close();
  });

  it('ends once all that is left is refused by this very worker, and says what', async () => {
    const of = world(() => delay(20));
    const other = { ...study, store: '/data/other', file: '/data/other.yaml' };
    const refused = await submit({}, other);
    const { end } = await submit();
    const signal = new AbortController().signal;
    const { settled } = work({
      of,
      untilEmpty: true,
      open: ({ store }) =>
        store === other.store
          ? Promise.reject(new InputError('STUDY_DIFFERS', 'another study'))
          : Promise.resolve(of.open(signal)),
    });
    expect(await settled).toMatchObject({
      code: 'TASKS_REFUSED',
      // The tasks, and that which waits for them.
      problem: '4 tasks are left in the queue, of studies that this worker refuses:\n  /data/other.yaml: another study',
    });
    expect(await end).toEqual({ setAside: [], left: 0, failure: undefined });
    expect(await refused.queue.tasks(other)).toHaveLength(4);
  });

  it('finds what is in the queue of the same study file and store', async () => {
    const { queue } = await submit();
    await queue.submit({ ...study, hash: 'b'.repeat(64) }, waves[1]);
    await queue.submit({ ...study, hash: 'c'.repeat(64), store: '/data/other' }, waves[1]);
    await queue.submit({ ...study, hash: 'd'.repeat(64), file: '/data/other.yaml' }, waves[1]);
    expect(await queue.others(study)).toEqual([{ hash: 'b'.repeat(64), tasks: 2 }]);
    expect(await queue.others({ ...study, hash: 'b'.repeat(64) })).toEqual([{ hash: study.hash, tasks: 4 }]);
  });

  it('sets aside what all workers refuse, and goes on with other studies', async () => {
    const of = world();
    const other = { ...study, store: '/data/other' };
    const refused = await submit({}, other);
    const { end } = await submit();
    const stop = new AbortController();
    work({
      of,
      times: { ...times, refusalLimit: 3 },
      open: ({ store }) =>
        store === other.store
          ? Promise.reject(new InputError('STUDY_DIFFERS', 'another study'))
          : Promise.resolve(of.open(stop.signal)),
    });
    const { setAside } = await refused.end;
    expect(setAside.map(({ reason }) => reason)).toEqual(waves[0].map(() => 'STUDY_DIFFERS: another study'));
    expect(await end).toEqual({ setAside: [], left: 0, failure: undefined });
    expect(of.made).toHaveLength(6);
  });

  it('sets aside jobs that hold garbage', async () => {
    const of = world();
    const connection = new Redis(redis.address, { maxRetriesPerRequest: null });
    const raw = new Queue(queueName, { connection });
    const garbage: readonly (readonly [string, unknown])[] = [
      ['task', 'text'],
      ['task', { study: 'x', stamp: 'y', key: '../../etc/passwd' }],
      ['study', { ...study, file: 7 }],
      ['other', { command: 'rm -rf /' }],
      ['task', { study: 'a'.repeat(32), stamp: 'b'.repeat(16), key: 'c'.repeat(64) }],
    ];
    for (const [name, data] of garbage) await raw.add(name, data);
    const broken = await raw.add('task', {});
    await connection.hset(raw.toKey(broken.id ?? ''), 'data', '{"study":');
    const { end } = await submit();
    const { events, settled } = work({ of, untilEmpty: true });
    expect(await end).toMatchObject({ setAside: [], left: 0 });
    expect(await settled).toBeUndefined();
    const failed = await raw.getFailed();
    expect(failed).toHaveLength(garbage.length + 1);
    for (const { failedReason } of failed) expect(failedReason).toMatch(/^QUEUE_DATA: /u);
    expect(events.filter(({ kind }) => kind === 'task-failed')).toHaveLength(garbage.length + 1);
    await raw.close();
    connection.disconnect();
  });

  it('goes on where the server was killed and came back', async () => {
    const of = world(() => delay(100));
    const { end, events } = await submit();
    const { events: told } = work({ of });
    while (of.made.length === 0) await delay(10);
    await redis.kill();
    await delay(500);
    await redis.start();
    expect(await end).toEqual({ setAside: [], left: 0, failure: undefined });
    expect(of.made.toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
    for (const kinds of [events, told].map((each) => each.map(({ kind }) => kind)))
      expect(kinds.filter((kind) => kind.startsWith('queue-'))).toEqual(['queue-lost', 'queue-back']);
  });

  it('takes a study out again, but for what is in hand', async () => {
    const of = world();
    let begun = 0;
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    const { end, queue } = await submit();
    work({ of, make: () => (begun++, held) });
    while (begun === 0) await delay(10);
    expect(await queue.cancel(study)).toBe(3);
    finish();
    expect(await end).toMatchObject({ setAside: [] });
    await delay(300);
    expect(of.made).toHaveLength(1);
    expect(await queue.cancel({ ...study, store: '/elsewhere' })).toBe(0);
  });
});
