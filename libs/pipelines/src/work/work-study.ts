import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withModelSizes } from '@intermodel/inputs';
import { labelsFolder, storeFolder } from '@intermodel/outputs';
import { openStudyStore, TaskClaims, StudySteps, type GraphStep, type StepPlan } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import { planStudy, working } from '../graph/make-study.ts';
import { openStudy } from '../graph/open-study.ts';
import { stoppableObservable } from '../graph/stoppable-observable.ts';
import { StudyBench } from '../graph/study-bench.ts';
import { studyGraph, type StudyGraphOptions } from '../graph/study-graph.ts';
import type { StudyPlace } from '../upkeep/inspect-study.ts';
import {
  cutTasks,
  isReady,
  tasksOfPart,
  wantedKeys,
  type CutTasksOptions,
  type StudyTask,
  type StudyWave,
} from './study-tasks.ts';

/** Options of {@link workStudy}. */
export interface WorkStudyOptions
  extends Pick<StudyGraphOptions, 'stages' | 'consumers'>, Pick<StudyPlace, 'out' | 'signal'>, CutTasksOptions {
  /** Folder of the finished steps, which all workers and the run at the end see. @default '.store' in `out` */
  readonly store?: string;
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
  /** Threads that count once a pass is through. @default those of the machine, at most 4; one for few images */
  readonly concurrency?: number;
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
  { out, store: storeGiven, stages, consumers, concurrency, signal, ...options }: WorkStudyOptions,
): Observable<WorkEvent> {
  const folder = storeGiven ?? (out === undefined ? undefined : path.join(out, storeFolder));
  if (folder === undefined) throw new RangeError('workStudy: neither out nor store says where the steps are kept');
  const labelCache = given.runtime.labelCache ?? (out === undefined ? undefined : path.join(out, labelsFolder));
  return stoppableObservable<WorkEvent>(signal, async (stop, onEvent) => {
    const store = openStudyStore(folder);
    const { hashes, times } = store;
    const steps = new StudySteps({ store: store.store, times, signal: stop, onEvent });
    const lock = await store.store.share({ signal: stop });
    try {
      const opened = await openStudy(await withModelSizes(given), {
        ...{ steps, hashes, signal: stop },
        ...(labelCache === undefined ? {} : { labelCache }),
      });
      const { graph, describe } = studyGraph(opened, { stages, consumers, galleries: true });
      const bench = new StudyBench({
        ...opened,
        ...{ consumers, concurrency, steps, hashes, onEvent, describe, signal: stop },
        storeFolder: store.folder,
        keepsModels: true,
      });
      const tasks = chosenTasks(cutTasks(graph, opened, options), given, options);
      const { leaseMilliseconds, pollMilliseconds = pollMillisecondsDefault } = options;
      const claims = new TaskClaims(path.join(folder, claimsFolder), {
        ...(leaseMilliseconds === undefined ? {} : { leaseMilliseconds }),
        signal: stop,
      });
      await working(bench, () => work(bench, tasks, () => planStudy(graph, bench), claims, pollMilliseconds, onEvent));
    } finally {
      store.save();
      lock.release();
    }
  });
}

/** The tasks that a worker takes. */
function chosenTasks(
  all: readonly StudyTask[],
  { file }: Study,
  { part, tasks, wave }: Pick<WorkStudyOptions, 'part' | 'tasks' | 'wave'>,
): readonly StudyTask[] {
  const unknown = tasks?.find((key) => !all.some((task) => task.key === key));
  if (unknown !== undefined)
    throw new InputError('TASK_UNKNOWN', `there is no task ${unknown} in the study`, {
      ...(file === undefined ? {} : { file }),
      expected: 'keys of tasks of the study as its files are now, cut by the same version of the program',
      hint: 'List the tasks anew: what differs between two machines gives other keys.',
    });
  const named = all.filter(
    (task) => (tasks === undefined || tasks.includes(task.key)) && (wave === undefined || task.wave === wave),
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

/** Makes tasks as they get ready, until all are done. */
async function work(
  bench: StudyBench,
  tasks: readonly StudyTask[],
  plan: () => Promise<StepPlan<StudyBench>>,
  claims: TaskClaims,
  pollMilliseconds: number,
  onEvent: (event: WorkEvent) => void,
): Promise<void> {
  const done = new Set<StudyTask>();
  for (;;) {
    const open = wantedKeys(await plan());
    let isAtWork = false;
    for (const task of tasks) {
      bench.signal.throwIfAborted();
      if (done.has(task)) continue;
      const missing = task.steps.filter(({ key }) => open.has(key));
      if (missing.length > 0) {
        if (!isReady(missing, open)) continue;
        const claim = await claims.claim(task.key);
        if (!('release' in claim)) continue;
        try {
          await makeMissing(missing, bench);
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
    await delay(pollMilliseconds, undefined, { signal: bench.signal });
  }
}

/** Makes the steps of a task that nobody made meanwhile. */
async function makeMissing(steps: readonly GraphStep<StudyBench>[], bench: StudyBench): Promise<void> {
  const missing: GraphStep<StudyBench>[] = [];
  for (const step of steps) if (!(await bench.steps.isStored(step))) missing.push(step);
  const [first] = missing;
  if (first === undefined) return;
  await first.family.maker.make(missing, bench);
  await bench.settled();
}
