import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TaskClaims } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import { stoppableObservable } from '../graph/stoppable-observable.ts';
import { openWorker, type OpenWorkerOptions, type StudyWorker } from './open-worker.ts';
import { isReady, tasksOfPart, type StudyTask, type StudyWave } from './study-tasks.ts';

/** Options of {@link workStudy}. */
export interface WorkStudyOptions extends Omit<OpenWorkerOptions, 'signal' | 'onEvent'> {
  /** Stops the work; what was made stays. */
  readonly signal?: AbortSignal;
  /** Takes one of several parts of each wave, from 1: cut alike on every machine. @default all of it */
  readonly part?: { readonly part: number; readonly parts: number };
  /** Takes these tasks alone, by their keys. @default all */
  readonly tasks?: readonly string[];
  /** Takes the tasks of one wave alone. @default all, each as soon as what it is made of is stored */
  readonly wave?: StudyWave;
  /** Milliseconds after which a task whose holder gives no sign of life is taken over. @default 60000 */
  readonly leaseMilliseconds?: number;
  /** Milliseconds between two looks for tasks that wait for others. @default 2000 */
  readonly pollMilliseconds?: number;
}

/** A task that was made, or found done, by this worker. */
export interface TaskDone {
  /** Kind of the event. */
  readonly kind: 'task-done';
  /** Name of the task. */
  readonly task: string;
  /** Its wave. */
  readonly wave: StudyWave;
  /** Model that it is about; empty: all. */
  readonly model: string;
  /** Tasks of this worker that are done. */
  readonly done: number;
  /** Tasks of this worker. */
  readonly total: number;
}

/** A worker that waits: what is left is being made by others, or is made of what they make. */
export interface WorkWaiting {
  /** Kind of the event. */
  readonly kind: 'work-waiting';
  /** Tasks that are left to this worker. */
  readonly left: number;
}

/** What a worker tells. */
export type WorkEvent = DissectionEvent | TaskDone | WorkWaiting;

const pollMillisecondsDefault = 2000;

/** Folder of the claims of workers, within that of the store. */
const claimsFolder = 'claims';

/**
 * Makes steps of a study and leaves them in the store, beside any number of other workers: each takes tasks that are
 * ready and that nobody else holds, until none of its own is left. A run over the same store then finds all, and writes
 * the same bytes as one that made all by itself.
 *
 * @throws InputError `TASK_UNKNOWN` for a key that is no task of the study; those of a run.
 */
export function workStudy(
  given: Study,
  { leaseMilliseconds, pollMilliseconds, signal, part, tasks, wave, ...place }: WorkStudyOptions,
): Observable<WorkEvent> {
  return stoppableObservable<WorkEvent>(signal, async (stop, onEvent) => {
    const worker = await openWorker(given, { ...place, signal: stop, onEvent });
    try {
      const claims = new TaskClaims(path.join(worker.storeFolder, claimsFolder), {
        ...(leaseMilliseconds === undefined ? {} : { leaseMilliseconds }),
        signal: stop,
      });
      await work(worker, chosenTasks(worker, { part, tasks, wave }), {
        ...{ claims, stop, onEvent },
        pollMilliseconds: pollMilliseconds ?? pollMillisecondsDefault,
      });
    } catch (error) {
      await worker.stop();
      throw error;
    }
    await worker.close();
  });
}

/** Which tasks a worker takes. */
interface TaskChoice {
  readonly part: WorkStudyOptions['part'];
  readonly tasks: WorkStudyOptions['tasks'];
  readonly wave: WorkStudyOptions['wave'];
}

/** The tasks that a worker takes. */
function chosenTasks(worker: StudyWorker, { part, tasks, wave }: TaskChoice): readonly StudyTask[] {
  const keys = tasks === undefined ? undefined : new Set(tasks.map((key) => worker.task(key).key));
  const named = worker.tasks.filter(
    (task) => (keys === undefined || keys.has(task.key)) && (wave === undefined || task.wave === wave),
  );
  if (part === undefined) return named;
  // Parts are cut of each wave, so that all workers have something to do in each.
  const waves = [...new Set(named.map((task) => task.wave))];
  return waves.flatMap((each) =>
    tasksOfPart(
      named.filter((task) => task.wave === each),
      part.part,
      part.parts,
    ),
  );
}

/** What a worker goes by while it works. */
interface Working {
  readonly claims: TaskClaims;
  readonly stop: AbortSignal;
  readonly onEvent: (event: WorkEvent) => void;
  readonly pollMilliseconds: number;
}

/** Makes tasks as they get ready, until all are done. */
async function work(
  worker: StudyWorker,
  tasks: readonly StudyTask[],
  { claims, stop, onEvent, pollMilliseconds }: Working,
): Promise<void> {
  const done = new Set<StudyTask>();
  for (;;) {
    const open = await worker.wanted();
    let isAtWork = false;
    for (const task of tasks) {
      stop.throwIfAborted();
      if (done.has(task)) continue;
      const missing = task.steps.filter(({ key }) => open.has(key));
      if (missing.length > 0) {
        if (!isReady(missing, open)) continue;
        const claim = await claims.claim(task.key);
        if (!('release' in claim)) continue;
        try {
          await worker.make(missing);
        } finally {
          await claim.release();
        }
        for (const { key } of missing) open.delete(key);
        isAtWork = true;
      }
      done.add(task);
      onEvent({
        ...{ kind: 'task-done', task: task.key, wave: task.wave, model: task.model },
        done: done.size,
        total: tasks.length,
      });
    }
    if (done.size === tasks.length) {
      await claims.sweep((key) => Promise.resolve(tasks.some((task) => task.key === key)));
      return;
    }
    if (isAtWork) continue;
    onEvent({ kind: 'work-waiting', left: tasks.length - done.size });
    await delay(pollMilliseconds, undefined, { signal: stop });
  }
}
