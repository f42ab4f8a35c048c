import { Worker as Thread } from 'node:worker_threads';
import { MachineError, packError, unpackError } from '@intermodel/streams';
import { checkRedis } from './open-redis.ts';
import type { QueuedStudy } from './queue-data.ts';
import { queueTimesDefault, type QueueTimes } from './queue-settings.ts';
import type { QueuedWork, QueueThreadSettings, ThreadMessage, WorkerMessage, WorkOutcome } from './worker-messages.ts';

/** A study that is open for a worker. */
export interface QueueStudy {
  /** Tells which tasks can be made now, by their keys, and how many are left besides. */
  ready(): Promise<{ readonly keys: readonly string[]; readonly left: number }>;
  /** Makes what of a task is missing, and gives the number of steps that were. After an error only `stop` may follow. */
  make(key: string): Promise<number>;
  /** Closes it. */
  close(): Promise<void>;
  /** Ends all work on it, and closes it. */
  stop(): Promise<void>;
}

/** What a worker tells. */
export type QueueWorkerEvent =
  /** Of how the queue is set up, for people. */
  | { readonly kind: 'queue-warning'; readonly text: string }
  /** The server cannot be reached; it is waited for. */
  | { readonly kind: 'queue-lost'; readonly reason: string }
  | { readonly kind: 'queue-back' }
  /** A study is not worked on here, and why: others may. Told once for each reason. */
  | { readonly kind: 'refused'; readonly file: string; readonly reason: string }
  /** A task failed; `isLast`: it is set aside, else it is tried again; `task`: its key, empty for what is none. */
  | { readonly kind: 'task-failed'; readonly task: string; readonly reason: string; readonly isLast: boolean }
  /** The worker was stopped with this task in hand. */
  | { readonly kind: 'given-back'; readonly task: string }
  | { readonly kind: 'task-made'; readonly task: string; readonly steps: number };

/** Options of {@link queueWorker}. */
export interface QueueWorkerOptions {
  /** Address of the queue. */
  readonly address: string;
  /** Opens a study; an error means that this worker is not to work on it, and another one may. */
  readonly open: (study: QueuedStudy) => Promise<QueueStudy>;
  /** Whether to end once the queue is empty, or holds nothing but what this worker refuses. @default false */
  readonly untilEmpty?: boolean;
  /** How jobs are taken and kept. @default {@link queueTimesDefault} */
  readonly times?: Partial<QueueTimes>;
  /** Stops the work: the job in hand is given back, and others can take it at once. */
  readonly signal: AbortSignal;
  /** Is told of what happens. */
  readonly onEvent: (event: QueueWorkerEvent) => void;
}

/** A worker on a queue, which others can tell how far it is. */
export interface QueueWorker {
  /**
   * Settles once the worker has ended.
   *
   * @throws InputError `REDIS_REFUSED`; MachineError `TASKS_REFUSED` where what is left is refused; what the signal says.
   */
  readonly ended: Promise<void>;
  /** Tells how far the task in hand is; what comes too often is left out. */
  readonly progress: (done: number, total: number) => void;
}

/** Milliseconds between two reports of progress. */
const progressInterval = 1000;

/** Refused studies that an error tells of. */
const refusalsTold = 5;

/** Milliseconds after which a thread that was to end is ended, as when the server is away. */
const patience = 5000;

/** Makes the tasks of any studies in a queue, one after another. */
export function queueWorker(options: QueueWorkerOptions): QueueWorker {
  const work = new WorkAtHand(options);
  return {
    ended: work.run(),
    progress: (done, total) => {
      work.progress(done, total);
    },
  };
}

class WorkAtHand {
  readonly #options: QueueWorkerOptions;
  #thread: Thread | undefined;
  #study: { readonly stamp: string; readonly opened: QueueStudy } | undefined;
  #id: number | undefined;
  #told = 0;
  #refusedRest: number | undefined;
  /** Why studies are refused, by their states, in the order in which they were. */
  readonly #refusals = new Map<string, { readonly file: string; readonly reasons: Set<string> }>();

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
  }

  #isStopped(): boolean {
    return this.#options.signal.aborted;
  }

  progress(done: number, total: number): void {
    const now = performance.now();
    if (this.#id === undefined || now - this.#told < progressInterval) return;
    this.#told = now;
    this.#post({ kind: 'progress', id: this.#id, done, total });
  }

  async run(): Promise<void> {
    const { address, signal, untilEmpty = false, times, onEvent } = this.#options;
    const warnings = await checkRedis(address, {
      signal,
      onLost: (reason) => {
        onEvent({ kind: 'queue-lost', reason });
      },
      onBack: () => {
        onEvent({ kind: 'queue-back' });
      },
    });
    for (const text of warnings) onEvent({ kind: 'queue-warning', text });
    const thread = startThread({ address, times: { ...queueTimesDefault, ...times }, untilEmpty });
    this.#thread = thread;
    const onAbort = () => {
      this.#post({ kind: 'stop' });
      if (this.#id === undefined) this.#endLater(thread);
    };
    signal.addEventListener('abort', onAbort);
    try {
      await new Promise<void>((resolve, reject) => {
        thread.on('message', (message: ThreadMessage) => {
          this.#hear(message);
        });
        thread.once('error', reject);
        thread.once('exit', () => {
          resolve();
        });
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      await this.#leave();
    }
    signal.throwIfAborted();
    if (this.#refusedRest !== undefined) throw restError(this.#refusedRest, [...this.#refusals.values()]);
  }

  #post(message: WorkerMessage): void {
    this.#thread?.postMessage(message);
  }

  #endLater(thread: Thread): void {
    setTimeout(() => void thread.terminate(), patience).unref();
  }

  #hear(message: ThreadMessage): void {
    const { onEvent, signal } = this.#options;
    if (message.kind === 'lost') onEvent({ kind: 'queue-lost', reason: message.reason });
    else if (message.kind === 'back') onEvent({ kind: 'queue-back' });
    else if (message.kind === 'failed')
      onEvent({ kind: 'task-failed', task: message.task, reason: message.reason, isLast: message.isLast });
    else if (message.kind === 'refused-rest') this.#refusedRest = message.tasks;
    else if (message.kind === 'work') {
      this.#id = message.id;
      void this.#do(message.work).then((outcome) => {
        this.#id = undefined;
        if (outcome.kind === 'given-back' && message.work.kind === 'task')
          onEvent({ kind: 'given-back', task: message.work.key });
        this.#post({ kind: 'outcome', id: message.id, outcome });
        if (signal.aborted && this.#thread !== undefined) this.#endLater(this.#thread);
      });
    }
  }

  async #do(work: QueuedWork): Promise<WorkOutcome> {
    const { onEvent } = this.#options;
    if (this.#isStopped()) return { kind: 'given-back' };
    let study: QueueStudy;
    try {
      study = await this.#open(work.study, work.stamp);
    } catch (error) {
      if (this.#isStopped()) return { kind: 'given-back' };
      const packed = packError(error);
      this.#tellRefusal(work, unpackError(packed).message);
      return { kind: 'refused', error: packed };
    }
    this.#refusals.delete(work.stamp);
    try {
      if (work.kind === 'study') return { kind: 'ready', ...(await study.ready()) };
      const steps = await study.make(work.key);
      onEvent({ kind: 'task-made', task: work.key, steps });
      return { kind: 'made', steps };
    } catch (error) {
      // What failed may have left the study in a state of which nothing is known.
      await this.#leave(true);
      return this.#isStopped() ? { kind: 'given-back' } : { kind: 'failed', error: packError(error) };
    }
  }

  #tellRefusal({ study: { file }, stamp }: QueuedWork, reason: string): void {
    const { reasons } = this.#refusals.get(stamp) ?? { reasons: new Set<string>() };
    this.#refusals.delete(stamp);
    this.#refusals.set(stamp, { file, reasons });
    if (reasons.has(reason)) return;
    reasons.add(reason);
    this.#options.onEvent({ kind: 'refused', file, reason });
  }

  /** Opens a study unless it is open; one is open at a time. */
  async #open(study: QueuedStudy, stamp: string): Promise<QueueStudy> {
    if (this.#study?.stamp === stamp) return this.#study.opened;
    await this.#leave();
    const opened = await this.#options.open(study);
    this.#study = { stamp, opened };
    return opened;
  }

  async #leave(isBroken = this.#isStopped()): Promise<void> {
    const left = this.#study?.opened;
    this.#study = undefined;
    // What goes wrong while broken work ends tells nothing new.
    await (isBroken ? left?.stop().catch(() => undefined) : left?.close());
  }
}

/** What is told where a queue holds only what a worker refuses. */
function restError(
  tasks: number,
  refusals: readonly { readonly file: string; readonly reasons: ReadonlySet<string> }[],
): MachineError {
  const told = refusals
    .slice(-refusalsTold)
    .map(({ file, reasons }) => `  ${refusalText(file, [...reasons].at(-1) ?? '')}`);
  const more = refusals.length - told.length;
  return new MachineError(
    'TASKS_REFUSED',
    [
      `${tasks === 1 ? '1 task is' : `${String(tasks)} tasks are`} left in the queue, of studies that this worker refuses:`,
      ...told,
      ...(more > 0 ? [`  and ${String(more)} more`] : []),
    ].join('\n'),
    { hint: 'Start a worker that may make them, or take them out of the queue with `cancel`.' },
  );
}

/** Why a study is not worked on, with its file, where the reason does not name it. */
export function refusalText(file: string, reason: string): string {
  return reason.includes(file) ? reason : `${file}: ${reason}`;
}

function startThread(settings: QueueThreadSettings): Thread {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Thread(new URL('./queue-thread.js', here), { workerData: settings });
  return new Thread(new URL('./queue-thread-from-sources.mjs', here), {
    workerData: settings,
    execArgv: ['--conditions=@intermodel/source'],
  });
}
