import { setTimeout as delay } from 'node:timers/promises';
import { InputError } from '@intermodel/streams';
import type * as Bull from 'bullmq';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { addTasks, taskJob } from './add-tasks.ts';
import { openRedis, reasonOf } from './open-redis.ts';
import { inWords, openTasks, processedTasks, setAsideTasks } from './study-tasks.ts';
import type { StudyEnd, StudyQueueEvent } from './study-events.ts';
import { studyJobId, studyOfJob, studyStamp, taskOfJob, type QueuedStudy } from './queue-data.ts';
import { attempts, backoffMilliseconds, jobKinds, openStates, queueName } from './queue-settings.ts';

/** A study whose tasks are handed out. */
export type StudyId = Pick<QueuedStudy, 'hash' | 'store'>;

/** Where a task of a study stands in the queue. */
export interface QueuedTaskState {
  /** Its key. */
  readonly key: string;
  /** Whether it waits for its turn, is being made, or was set aside. */
  readonly state: 'waiting' | 'running' | 'set-aside';
  /** Why it was set aside; empty otherwise. */
  readonly reason: string;
}

/** Another study of the same file. */
export interface OtherStudy {
  /** Its hash. */
  readonly hash: string;
  /** Its tasks that are in the queue. */
  readonly tasks: number;
}

/** How tasks are tried again. */
export interface SubmitOptions {
  /** How often a task is tried before it is set aside, at least 1. @default 5 */
  readonly attempts?: number;
  /** Milliseconds before a task that failed is tried again; doubled each time. @default 1000 */
  readonly backoffMilliseconds?: number;
}

/** Milliseconds between two looks at a study. */
const pollMilliseconds = 1000;

/** The queue as those see it who have studies worked on. */
export class StudyQueue {
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #address: string;
  readonly #bull: typeof Bull;

  /** See {@link openStudyQueue}. */
  constructor(address: string, redis: Redis, bull: typeof Bull) {
    this.#address = address;
    this.#redis = redis;
    this.#bull = bull;
    // Troubles of the connection are told by those who wait for something.
    redis.on('error', () => undefined);
    this.#queue = new bull.Queue(queueName, { connection: redis, skipVersionCheck: true });
    this.#queue.on('error', () => undefined);
  }

  /**
   * Hands out the tasks of a study that can be made now; workers find out by themselves which can be made after these.
   * A study that is being worked on already stays as it is, but for its tasks that were set aside: these are tried again.
   *
   * @param study what workers are to know of it
   * @param ready keys of the tasks
   * @param options how they are tried again
   * @returns whether it was being worked on
   */
  async submit(study: QueuedStudy, ready: readonly string[], options: SubmitOptions = {}): Promise<boolean> {
    const id = studyJobId(study);
    const stamp = studyStamp(study);
    const job = await this.#queue.getJob(id);
    if (job !== undefined) {
      const state = await job.getState();
      if (!['completed', 'failed', 'unknown'].includes(state) && studyStamp(job.data as QueuedStudy) === stamp) {
        await job.updateProgress({});
        for (const { key } of await setAsideTasks(job)) await this.#retry(id, key);
        return true;
      }
      await this.cancel(study);
      if ((await this.#queue.getJob(id)) !== undefined)
        throw new InputError('STUDY_AT_WORK', 'tasks of an earlier state of this study are still being made', {
          expected: 'a study of which no task is in hand',
          hint: 'No more of them are handed out: try again once they are finished.',
        });
    }
    const opts = {
      attempts: options.attempts ?? attempts,
      backoff: { type: 'exponential', delay: options.backoffMilliseconds ?? backoffMilliseconds },
    };
    const first = 1000;
    const flow = new this.#bull.FlowProducer({ connection: this.#redis, skipVersionCheck: true });
    flow.on('error', () => undefined);
    await flow.add({
      name: jobKinds.study,
      queueName,
      data: study,
      opts: { jobId: id, ...opts, stackTraceLimit: 0 },
      children: ready.slice(0, first).map((key) => ({ queueName, ...taskJob({ study: id, stamp, key }, opts) })),
    });
    await addTasks(this.#queue, { id, stamp, opts }, ready.slice(first));
    return false;
  }

  /**
   * Waits until nothing of a study is left to be made, and tells what happens. Once the signal has come, the queue can
   * only be closed.
   */
  async watch(study: StudyId, onEvent: (event: StudyQueueEvent) => void, signal: AbortSignal): Promise<StudyEnd> {
    const id = studyJobId(study);
    const listening = await this.#listen(id, onEvent);
    let workers = -1;
    let before = -1;
    let isKnown = false;
    // What is asked of a server that is away would wait for it.
    const onAbort = () => {
      this.#redis.disconnect();
    };
    signal.addEventListener('abort', onAbort);
    try {
      for (;;) {
        signal.throwIfAborted();
        const job = (await this.#queue.getJob(id)) as Job | undefined;
        if (job === undefined)
          return { setAside: [], left: 0, failure: 'QUEUE_LOST: the study is not in the queue any more' };
        // What came to an end before anyone listened.
        if (!isKnown) for (const key of await processedTasks(job)) onEvent({ kind: 'task-made', key });
        if (!isKnown) for (const task of await setAsideTasks(job)) onEvent({ kind: 'task-set-aside', ...task });
        isKnown = true;
        const state = await job.getState();
        if (state === 'completed' || state === 'failed') return await this.#end(job, state === 'failed');
        const count = await this.#queue.getWorkersCount();
        // One that comes back after a moment was not gone.
        if (count !== workers && (count > 0 || before === 0)) {
          onEvent({ kind: 'workers', count });
          workers = count;
        }
        before = count;
        await delay(pollMilliseconds, undefined, { signal });
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      await listening.end();
    }
  }

  /** Where the tasks of a study stand that are in the queue. */
  async tasks(study: StudyId): Promise<readonly QueuedTaskState[]> {
    const id = studyJobId(study);
    const job = await this.#queue.getJob(id);
    if (job === undefined) return [];
    const active = new Set((await this.#queue.getActive()).map((each) => taskOfJob(id, each.id ?? '')));
    const open = await openTasks(job);
    return [
      ...open.map((key): QueuedTaskState => ({ key, state: active.has(key) ? 'running' : 'waiting', reason: '' })),
      ...(await setAsideTasks(job)).map((task): QueuedTaskState => ({ ...task, state: 'set-aside' })),
    ];
  }

  /**
   * Other studies in the queue that came of the same study file for the same store: as it was before, or with other
   * settings. Gives their hashes, with the number of tasks that are open.
   */
  async others({ file, hash, store }: Pick<QueuedStudy, 'file' | 'hash' | 'store'>): Promise<readonly OtherStudy[]> {
    const ids = await this.#queue.getRanges([...openStates], 0, -1);
    const found: OtherStudy[] = [];
    // Of tasks there can be many: only the jobs of studies are read.
    for (const id of ids.filter((each) => studyOfJob(each) === each)) {
      const job = await this.#queue.getJob(id);
      if (job?.name !== jobKinds.study) continue;
      const data = Object(job.data) as Partial<QueuedStudy>;
      if (data.file !== file || data.store !== store || typeof data.hash !== 'string' || data.hash === hash) continue;
      const { unprocessed = 0 } = await job.getDependenciesCount({ unprocessed: true });
      found.push({ hash: data.hash, tasks: unprocessed });
    }
    return found.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  }

  /** Takes a study out of the queue; tasks in hand are finished. Gives the number of tasks that were taken out. */
  async cancel(study: StudyId): Promise<number> {
    const job = await this.#queue.getJob(studyJobId(study));
    if (job === undefined) return 0;
    const count = async () => (await job.getDependenciesCount({ unprocessed: true })).unprocessed ?? 0;
    const before = await count();
    // A worker that is just about to hand out more sees this.
    await job.updateProgress({ cancelled: true });
    await job.removeUnprocessedChildren();
    const after = await count();
    // While a task is in hand the job stays, and ends with it.
    await job.remove({ removeChildren: true }).catch(() => undefined);
    return before - after;
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#queue.close();
    this.#redis.disconnect();
  }

  async #listen(id: string, onEvent: (event: StudyQueueEvent) => void): Promise<{ readonly end: () => Promise<void> }> {
    const connection = await openRedis(this.#address);
    let isLost = false;
    connection.on('error', (error) => {
      if (!isLost) onEvent({ kind: 'queue-lost', reason: reasonOf(error) });
      isLost = true;
    });
    connection.on('ready', () => {
      if (isLost) onEvent({ kind: 'queue-back' });
      isLost = false;
    });
    const events = new this.#bull.QueueEvents(queueName, { connection, skipVersionCheck: true });
    events.on('error', () => undefined);
    events.on('completed', ({ jobId }) => {
      const key = taskOfJob(id, jobId);
      if (key !== undefined) onEvent({ kind: 'task-made', key });
    });
    events.on('failed', ({ jobId, failedReason }) => {
      const key = taskOfJob(id, jobId);
      if (key !== undefined) onEvent({ kind: 'task-set-aside', key, reason: inWords(failedReason) });
    });
    // What is kept of refusals in jobs may be of workers that are gone: only those that happen now are told.
    const refusals = new Set<string>();
    events.on('progress', ({ jobId, data }) => {
      if (studyOfJob(jobId) !== id || typeof data !== 'object') return;
      const { refused, done, total } = data as Readonly<Record<string, unknown>>;
      const key = taskOfJob(id, jobId);
      if (typeof refused === 'string') {
        if (!refusals.has(refused)) onEvent({ kind: 'refused', reason: refused });
        refusals.add(refused);
      } else if (key !== undefined && typeof done === 'number' && typeof total === 'number')
        onEvent({ kind: 'task-progress', key, done, total });
    });
    await events.waitUntilReady();
    return {
      end: async () => {
        connection.removeAllListeners('error').on('error', () => undefined);
        // What was opened for it is not closed with it.
        connection.disconnect();
        await events.close();
      },
    };
  }

  async #end(job: Job, hasFailed: boolean): Promise<StudyEnd> {
    const { left = 0 } = Object(job.returnvalue) as { readonly left?: number };
    return { setAside: await setAsideTasks(job), left, failure: hasFailed ? inWords(job.failedReason) : undefined };
  }

  async #retry(id: string, key: string): Promise<void> {
    const job = await this.#queue.getJob(`${id}-${key}`);
    if (job !== undefined && (await job.isFailed())) await job.retry('failed', { resetAttemptsMade: true });
  }
}

/** Opens a queue to have studies worked on. */
export async function openStudyQueue(address: string): Promise<StudyQueue> {
  return new StudyQueue(address, await openRedis(address), await import('bullmq'));
}
