import { setTimeout as delay } from 'node:timers/promises';
import type { ManifestInput } from '@intermodel/outputs';
import { TaskClaims } from '@intermodel/steps';
import { InputError, IntermodelError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import { stoppableObservable } from '../graph/stoppable-observable.ts';
import { BatchedTasks } from './batched-tasks.ts';
import { openWorker, type OpenWorkerOptions, type StudyWorker } from './open-worker.ts';
import { compareInputs } from './study-inputs.ts';
import { tasksOfPart, type StudyTask, type StudyWave } from './study-tasks.ts';

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
  /** What the study read where the tasks were listed: compared where one of them is unknown. @default not known */
  readonly meantInputs?: readonly ManifestInput[];
  /**
   * Works as one of a batch: goes on past tasks that fail, does not wait for what nobody makes, and fails in the end with
   * `TASKS_FAILED` where that left tasks undone. @default false: the first failure ends it, and it waits
   */
  readonly batch?: boolean;
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

/** A task that could not be made, where a worker of a batch goes on with others. */
export interface TaskFailed extends Omit<TaskDone, 'kind' | 'done' | 'total'> {
  /** Kind of the event. */
  readonly kind: 'task-failed';
  /** What went wrong. */
  readonly error: IntermodelError;
}

/** A worker that waits: what is left is being made by others, or is made of what they make. */
export interface WorkWaiting {
  /** Kind of the event. */
  readonly kind: 'work-waiting';
  /** Tasks that are left to this worker. */
  readonly left: number;
}

/** What a worker tells. */
export type WorkEvent = DissectionEvent | TaskDone | TaskFailed | WorkWaiting;

const pollMillisecondsDefault = 2000;

/**
 * Makes steps of a study and leaves them in the store, beside any number of other workers: each takes tasks that are
 * ready and that nobody else holds, until none of its own is left. A run over the same store then finds all, and writes
 * the same bytes as one that made all by itself.
 *
 * @throws InputError `TASK_UNKNOWN` for a key that is no task of the study, `INPUT_DIFFERS` where that is why; `TASKS_FAILED` with `batch`; those of a run.
 */
export function workStudy(
  given: Study,
  {
    leaseMilliseconds,
    pollMilliseconds,
    signal,
    part,
    tasks,
    wave,
    batch,
    meantInputs = [],
    ...place
  }: WorkStudyOptions,
): Observable<WorkEvent> {
  return stoppableObservable<WorkEvent>(signal, async (stop, onEvent) => {
    const worker = await openWorker(given, { ...place, signal: stop, onEvent });
    try {
      const claims = new TaskClaims(worker.claims, {
        ...(leaseMilliseconds === undefined ? {} : { leaseMilliseconds }),
        signal: stop,
      });
      await work(worker, chosenTasks(worker, { part, tasks, wave }), {
        ...{ claims, stop, onEvent },
        batch: batch === true ? new BatchedTasks(worker.tasks, claims) : undefined,
        pollMilliseconds: pollMilliseconds ?? pollMillisecondsDefault,
      });
    } catch (error) {
      try {
        // Where a task is not known, files differ, or the study does.
        if (meantInputs.length > 0 && error instanceof InputError && error.code === 'TASK_UNKNOWN')
          compareInputs(given.file ?? '', meantInputs, await worker.inputs());
        throw error;
      } finally {
        await worker.stop();
      }
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

/** How tasks are made. */
interface WorkingOptions {
  readonly claims: TaskClaims;
  readonly stop: AbortSignal;
  readonly pollMilliseconds: number;
  /** What is not to be done any more; undefined: everything is waited for. */
  readonly batch: BatchedTasks | undefined;
  readonly onEvent: (event: WorkEvent) => void;
}

/** Makes tasks as they get ready, until all are done. */
async function work(
  worker: StudyWorker,
  tasks: readonly StudyTask[],
  { claims, stop, pollMilliseconds, batch, onEvent }: WorkingOptions,
): Promise<void> {
  const done = new Set<StudyTask>();
  const open = await worker.openSteps();
  for (;;) {
    let isAtWork = false;
    for (const task of tasks) {
      stop.throwIfAborted();
      if (done.has(task) || batch?.hasGivenUp(task) === true) continue;
      const missing = open.of(task.steps);
      if (!(await open.areMade(missing))) {
        if (!(await open.areReady(missing))) continue;
        const claim = await claims.claim(task.key);
        if (!('release' in claim)) continue;
        try {
          await worker.make(task, missing);
        } catch (error) {
          if (batch === undefined || stop.aborted || !(error instanceof IntermodelError)) throw error;
          batch.failed(task, error);
          onEvent({ kind: 'task-failed', task: task.key, wave: task.wave, model: task.model, error });
          isAtWork = true;
          continue;
        } finally {
          await claim.release();
        }
        open.made(missing);
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
      const finished = new Set(tasks.map(({ key }) => key));
      await claims.sweep((key) => Promise.resolve(finished.has(key)));
      return;
    }
    if (isAtWork) continue;
    const left = tasks.filter((task) => !done.has(task));
    if (batch !== undefined && !(await batch.isWorthWaiting(left, open))) throw batch.error(left, open);
    onEvent({ kind: 'work-waiting', left: left.length });
    await delay(pollMilliseconds, undefined, { signal: stop });
  }
}
