import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { InputError, type ErrorMessage } from '@intermodel/streams';
import type * as Bull from 'bullmq';
import type { Job, JobJson, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { addTasks } from './add-tasks.ts';
import { openRedis, reasonOf } from './open-redis.ts';
import { inWords, processedTasks, setAsideTasks } from './study-tasks.ts';
import { readQueuedStudy, readQueuedTask, studyOfJob, studyStamp, taskOfJob, type QueuedStudy } from './queue-data.ts';
import { jobKinds, openStates, queueName } from './queue-settings.ts';
import type { QueuedWork, QueueThreadSettings, ThreadMessage, WorkerMessage, WorkOutcome } from './worker-messages.ts';

// Jobs are kept in a thread of their own, so that a worker whose work blocks for longer than a lock lasts keeps its job.

/** Milliseconds between two looks whether an idle queue is empty. */
const emptyPoll = 500;

/** Longest pause of a worker that refuses jobs, beside the shortest one. */
const longestPause = 60;

/** Takes jobs, has the worker do what they stand for, and tells the queue what came of it. */
class QueueThread {
  readonly #port: MessagePort;
  readonly #settings: QueueThreadSettings;
  readonly #bull: typeof Bull;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #stopping = new AbortController();
  readonly #atWork = new Map<number, { readonly job: Job; readonly answer: (outcome: WorkOutcome) => void }>();
  readonly #studies = new Map<string, QueuedStudy>();
  /** Studies, by their jobs, of which the last job was refused. */
  readonly #refused = new Set<string>();
  #isLost = false;
  #nextId = 0;
  #refusals = 0;
  readonly #unreadable = new WeakSet<Job>();

  constructor(port: MessagePort, settings: QueueThreadSettings, bull: typeof Bull, redis: Redis) {
    this.#port = port;
    this.#settings = settings;
    this.#bull = bull;
    this.#redis = redis;
    this.#queue = new bull.Queue(queueName, { connection: redis, skipVersionCheck: true });
    // Connections tell of their troubles themselves.
    this.#queue.on('error', () => undefined);
  }

  /** Works until it is told to stop, or until the queue is empty. */
  async run(): Promise<void> {
    this.#port.on('message', (message: WorkerMessage) => {
      this.#hear(message);
    });
    this.#redis.on('error', (error) => {
      if (this.#isLost || this.#stopping.signal.aborted) return;
      this.#isLost = true;
      this.#tell({ kind: 'lost', reason: reasonOf(error) });
    });
    this.#redis.on('ready', () => {
      if (this.#isLost) this.#tell({ kind: 'back' });
      this.#isLost = false;
    });
    const worker = this.#open();
    const stopped = new Promise<void>((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([stopped, this.#settings.untilEmpty ? this.#emptied() : stopped]);
    this.#stopping.abort();
    await worker.close();
    await this.#queue.close();
    this.#redis.disconnect();
    this.#tell({ kind: 'ended' });
  }

  #tell(message: ThreadMessage): void {
    this.#port.postMessage(message);
  }

  #hear(message: WorkerMessage): void {
    if (message.kind === 'stop') {
      this.#stopping.abort();
      return;
    }
    const found = this.#atWork.get(message.id);
    if (message.kind === 'outcome') found?.answer(message.outcome);
    else {
      const { done, total } = message;
      // What is shown on the way may be lost.
      found?.job.updateProgress({ done, total }).catch(() => undefined);
    }
  }

  #open(): Worker {
    const { lockMilliseconds, lostLimit } = this.#settings.times;
    const unreadable = this.#unreadable;
    /** Does not stumble over a job whose data is no JSON. */
    class PatientWorker extends this.#bull.Worker {
      protected override createJob(data: JobJson, id: string): Job {
        try {
          return super.createJob(data, id);
        } catch {
          const job = super.createJob({ ...data, data: 'null' }, id);
          unreadable.add(job);
          return job;
        }
      }
    }
    const worker = new PatientWorker(queueName, (job, token = '') => this.#process(job, token), {
      connection: this.#redis,
      skipVersionCheck: true,
      concurrency: 1,
      lockDuration: lockMilliseconds,
      stalledInterval: lockMilliseconds / 2,
      maxStalledCount: lostLimit,
      // A server that comes back is asked again soon.
      runRetryDelay: 1000,
    });
    worker.on('error', () => undefined);
    worker.on('failed', (job, error) => {
      if (job === undefined) return;
      const isLast = job.finishedOn !== undefined;
      const { id = '' } = job;
      const task = taskOfJob(studyOfJob(id), id) ?? '';
      this.#tell({ kind: 'failed', task, reason: inWords(error.message), isLast });
    });
    return worker;
  }

  /** Waits until nothing is in the queue, and nothing comes back to it, but what this worker refuses. */
  async #emptied(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await delay(emptyPoll);
      if (this.#atWork.size > 0 || this.#isLost) continue;
      const counts = await this.#queue.getJobCounts(...openStates);
      const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
      if (jobs === 0) return;
      if (this.#refused.size === 0) continue;
      const left = await this.#queue.getRanges([...openStates], 0, -1);
      if (this.#atWork.size > 0 || !left.every((id) => this.#refused.has(studyOfJob(id)))) continue;
      // The job of a study is none of its tasks, but may be all that is left of it.
      const tasks = left.filter((id) => id !== studyOfJob(id)).length;
      this.#tell({ kind: 'refused-rest', tasks });
      return;
    }
  }

  async #process(job: Job, token: string): Promise<unknown> {
    // Others that list jobs stumble over it too.
    if (this.#unreadable.has(job)) await job.updateData(null);
    const outcome = await this.#ask(job, await this.#readWork(job));
    if (outcome.kind !== 'refused') {
      this.#refusals = 0;
      this.#refused.delete(studyOfJob(job.id ?? ''));
    }
    switch (outcome.kind) {
      case 'made':
        return { steps: outcome.steps };
      case 'ready':
        return this.#handOut(job, token, outcome.keys, outcome.left);
      case 'failed':
        throw new Error(textOf(outcome.error));
      case 'refused':
        return this.#refuse(job, token, textOf(outcome.error));
      case 'given-back':
        await job.moveToWait(token);
        throw new this.#bull.WaitingError();
    }
  }

  /** What a job stands for. @throws UnrecoverableError for what cannot be read, or has no study any more */
  async #readWork(job: Job): Promise<QueuedWork> {
    try {
      if (job.name === jobKinds.study) {
        const study = readQueuedStudy(job.data);
        return { kind: 'study', study, stamp: studyStamp(study) };
      }
      const { study, stamp, key } = readQueuedTask(job.data);
      return { kind: 'task', key, stamp, study: await this.#studyOf(study, stamp) };
    } catch (error) {
      if (error instanceof InputError) throw new this.#bull.UnrecoverableError(`${error.code}: ${error.message}`);
      throw error;
    }
  }

  async #studyOf(id: string, stamp: string): Promise<QueuedStudy> {
    const known = this.#studies.get(stamp);
    if (known !== undefined) return known;
    const job = await this.#queue.getJob(id);
    const study = job === undefined ? undefined : readQueuedStudy(job.data);
    if (study === undefined || studyStamp(study) !== stamp)
      throw new this.#bull.UnrecoverableError('QUEUE_DATA: the study of this task is not in the queue any more');
    this.#studies.clear();
    this.#studies.set(stamp, study);
    return study;
  }

  /** Has the worker do the work of a job. */
  #ask(job: Job, work: QueuedWork): Promise<WorkOutcome> {
    const id = this.#nextId++;
    return new Promise<WorkOutcome>((answer) => {
      this.#atWork.set(id, { job, answer });
      this.#tell({ kind: 'work', id, work });
    }).finally(() => this.#atWork.delete(id));
  }

  /**
   * Offers a job to others. The more jobs that were refused before a worker refuses again, the longer it takes no others:
   * it would only take them from those who can work on them.
   */
  async #refuse(job: Job, token: string, reason: string): Promise<object> {
    const { id = '' } = job;
    // Whoever takes a study out of the queue does not wait for this worker.
    if (isCancelled(id === studyOfJob(id) ? await this.#queue.getJob(id) : job)) return { left: 0, setAside: 0 };
    const { refusalMilliseconds, refusalLimit } = this.#settings.times;
    if (job.attemptsStarted - job.attemptsMade >= refusalLimit) throw new this.#bull.UnrecoverableError(reason);
    await job.updateProgress({ refused: reason });
    this.#refused.add(studyOfJob(id));
    await job.moveToDelayed(Date.now() + refusalMilliseconds, token);
    const pause = refusalMilliseconds * Math.min(2 ** this.#refusals++, longestPause);
    await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    throw new this.#bull.DelayedError();
  }

  /** Hands out what can be made now, and has the job wait for it; gives the result of the job where nothing is left. */
  async #handOut(job: Job, token: string, keys: readonly string[], left: number): Promise<object> {
    const id = job.id ?? '';
    const processed = new Set(await processedTasks(job));
    const setAside = new Set((await setAsideTasks(job)).map(({ key }) => key));
    const isOver = isCancelled(job);
    const fresh = isOver ? [] : keys.filter((key) => !processed.has(key) && !setAside.has(key));
    if (fresh.length === 0) {
      // Tasks that were made and are not to be seen may only be late, as files of other machines can be.
      const late = keys.filter((key) => processed.has(key)).length;
      if (!isOver && late > 0 && job.attemptsMade + 1 < (job.opts.attempts ?? 1))
        throw new Error(`TASKS_NOT_STORED: ${String(late)} tasks that were made are not in the store`);
      return { left: left + late, setAside: setAside.size };
    }
    await addTasks(this.#queue, { id, stamp: studyStamp(readQueuedStudy(job.data)), opts: job.opts }, fresh);
    if (await job.moveToWaitingChildren(token)) throw new this.#bull.WaitingChildrenError();
    await job.moveToWait(token);
    throw new this.#bull.WaitingError();
  }
}

function isCancelled(job: Job | undefined): boolean {
  return typeof job?.progress === 'object' && 'cancelled' in job.progress;
}

function textOf({ fault, code, message }: ErrorMessage): string {
  return `${fault === 'program' ? 'UNEXPECTED' : code}: ${message}`;
}

async function start(): Promise<void> {
  if (parentPort === null) throw new RangeError('queue-thread is started by queueWorker()');
  const settings = workerData as QueueThreadSettings;
  const redis = await openRedis(settings.address);
  await new QueueThread(parentPort, settings, await import('bullmq'), redis).run();
  parentPort.close();
}

void start();
