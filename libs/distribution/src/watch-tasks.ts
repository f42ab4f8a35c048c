import { setTimeout as delay } from 'node:timers/promises';
import type { DistributedTask } from './distributed-task.ts';
import type { Engine, Submission, TaskReport, WorkOrder } from './engine.ts';

/** How tasks are watched. */
export interface WatchTasksOptions {
  /** Who has them made; must report. */
  readonly engine: Engine;
  /** What is to be made; its tasks are listed anew. */
  readonly order: Omit<WorkOrder, 'tasks' | 'held'>;
  /** Lists all tasks of the study, as the store has them by now. */
  readonly list: () => Promise<readonly DistributedTask[]>;
  /** How often a task is submitted again that ended without leaving its steps. @default 3 */
  readonly retries?: number;
  /** Milliseconds between two looks. @default 10000 */
  readonly pollMilliseconds?: number;
  /** Ends the watching; what was submitted stays so. */
  readonly signal: AbortSignal;
  /** Is told how far it is, at each look. */
  readonly onProgress: (progress: WatchedTasks) => void;
  /** Is told of what was submitted, and what of it was submitted before. */
  readonly onSubmitted: (submission: Submission, again: readonly TaskReport[]) => void;
}

/** How far watched tasks are. */
export interface WatchedTasks {
  /** Tasks in all. */
  readonly total: number;
  /** Tasks whose steps are stored. */
  readonly done: number;
  /** Tasks that an element makes, or is to make in its turn. */
  readonly running: number;
  /** Tasks that wait for their turn. */
  readonly waiting: number;
}

/** A task that was given up. */
export interface FailedTask {
  /** The task. */
  readonly task: DistributedTask;
  /** What the engine says of it; undefined: it was held back, since what it is made of was given up. */
  readonly report: TaskReport | undefined;
}

const retriesDefault = 3;
const pollMillisecondsDefault = 10_000;
/** Looks at the engine between two at the store where the engine tells nothing new. */
const looksDefault = 6;

/**
 * Stays with the tasks of a study until all are done: submits what the store lacks and the engine does not have, again
 * as often as it may be. Gives the tasks that are not done in the end.
 *
 * @throws those of the engine and of `list`; the reason of the signal.
 */
export async function watchTasks(options: WatchTasksOptions): Promise<FailedTask[]> {
  const { engine, order, list, signal, onProgress, onSubmitted } = options;
  const { retries = retriesDefault, pollMilliseconds = pollMillisecondsDefault } = options;
  const { reports } = engine;
  if (reports === undefined) throw new RangeError('watchTasks: the engine does not tell where tasks stand');
  const submitted = new Map<string, number>();
  let seen: string | undefined;
  let tasks: readonly DistributedTask[] = [];
  for (let look = 0; ; look++) {
    signal.throwIfAborted();
    const byKey = new Map((await reports(order)).map((report) => [report.key, report]));
    const live = [...byKey.values()].filter(({ state }) => state !== 'ended');
    const held = new Set(live.map(({ key }) => key));
    const now = live.map(({ key, state }) => `${key}${state}`).join();
    if (now !== seen || look % looksDefault === 0) tasks = await list();
    seen = now;
    const count = (state: TaskReport['state']) => live.filter((report) => report.state === state).length;
    onProgress({
      total: tasks.length,
      done: tasks.filter(({ state }) => state === 'done').length,
      ...{ running: count('running'), waiting: count('waiting') },
    });
    const missing = tasks.filter(({ key, state }) => state !== 'done' && !held.has(key));
    // What ended before anyone watched was tried once.
    if (look === 0) for (const { key } of missing) submitted.set(key, byKey.has(key) ? 1 : 0);
    const givenUp = missing.filter(({ key }) => (submitted.get(key) ?? 0) > retries);
    const gone = new Set(givenUp);
    const open = missing.filter((task) => !gone.has(task) && !isHeldBack(task, givenUp, tasks));
    // What waits for others goes along with them, or alone once nothing else moves.
    const isAnyReady = open.some(({ state }) => state === 'ready');
    if (isAnyReady || (open.length > 0 && live.length === 0)) {
      const own = new Set(open);
      const submission = await engine.submit({
        ...{ ...order, held },
        tasks: tasks.filter((task) => task.state === 'done' || held.has(task.key) || own.has(task)),
      });
      // What cannot be made yet may end once more for want of it, through no fault of its own.
      for (const { key, state } of open)
        if (state === 'ready' || !isAnyReady) submitted.set(key, (submitted.get(key) ?? 0) + 1);
      onSubmitted(
        submission,
        open.flatMap(({ key }) => byKey.get(key) ?? []),
      );
      seen = undefined;
    } else if (open.length === 0 && live.length === 0)
      return missing.map((task) => ({ task, report: gone.has(task) ? byKey.get(task.key) : undefined }));
    await delay(pollMilliseconds, undefined, { signal });
  }
}

/** Whether a task waits for one of the same model, or of all, that was given up. */
function isHeldBack(
  { state, wave, model }: DistributedTask,
  givenUp: readonly DistributedTask[],
  tasks: readonly DistributedTask[],
): boolean {
  if (state !== 'waiting' || givenUp.length === 0) return false;
  const waves = [...new Set(tasks.map((task) => task.wave))];
  return givenUp.some(
    (task) => waves.indexOf(task.wave) < waves.indexOf(wave) && (task.model === '' || task.model === model),
  );
}
