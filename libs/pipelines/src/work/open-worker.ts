import path from 'node:path';
import { prepareModels } from '@intermodel/inputs';
import { labelsFolder, storeFolder, type ManifestInput } from '@intermodel/outputs';
import {
  memoryClaims,
  openStudyStore,
  StudySteps,
  type ClaimPlace,
  type GraphStep,
  type StepGraph,
  type StepStore,
  type StoreLock,
  type StudyStore,
} from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import { planStudy, storedTest } from '../graph/make-study.ts';
import { openStudy, type OpenedStudy } from '../graph/open-study.ts';
import { StudyBench } from '../graph/study-bench.ts';
import { openedInputs } from '../graph/opened-inputs.ts';
import { studyGraph, type StudyGraphOptions } from '../graph/study-graph.ts';
import type { StudyPlace } from '../upkeep/inspect-study.ts';
import { inputsOf, OpenSteps } from './open-steps.ts';
import { cutTasks, type CutTasksOptions, type StudyTask } from './study-tasks.ts';

/** Options of {@link openWorker}. */
export interface OpenWorkerOptions
  extends Pick<StudyGraphOptions, 'stages' | 'consumers'>, Pick<StudyPlace, 'out'>, CutTasksOptions {
  /**
   * Folder of the finished steps, or a store of one's own, which all workers and the run at the end see. @default
   * '.store' in `out`
   */
  readonly store?: StepStore | string;
  /** Threads that count once a pass is through. @default those of the machine, at most 4; one for few images */
  readonly concurrency?: number;
  /** Stops the work; what was made stays. */
  readonly signal: AbortSignal;
  /** Is told of progress and warnings. */
  readonly onEvent: (event: DissectionEvent) => void;
}

/** What {@link StudyWorker} works with. */
interface WorkerParts {
  readonly opened: OpenedStudy;
  readonly graph: StepGraph<StudyBench>;
  readonly bench: StudyBench;
  readonly store: StudyStore;
  readonly lock: StoreLock;
  readonly tasks: readonly StudyTask[];
}

/**
 * Opens a study for a worker: lists and hashes its files, and cuts it into tasks, which can then be made one by one. It
 * counts as a writer of the store until it is closed.
 *
 * @throws InputError for images, labels and models that do not fit; `STORE_LOCKED`.
 */
export async function openWorker(
  given: Study,
  { out, store: storeGiven, stages, consumers, concurrency, signal, onEvent, ...options }: OpenWorkerOptions,
): Promise<StudyWorker> {
  const place = storeGiven ?? (out === undefined ? undefined : path.join(out, storeFolder));
  if (place === undefined) throw new RangeError('openWorker: neither out nor store says where the steps are kept');
  const labelCache = given.runtime.labelCache ?? (out === undefined ? undefined : path.join(out, labelsFolder));
  const store = openStudyStore(place);
  const { hashes, times } = store;
  const steps = new StudySteps({ store: store.store, times, signal, onEvent });
  const lock = await store.store.share({ signal });
  try {
    const opened = await openStudy(await prepareModels(given, { steps, hashes, signal }), {
      ...{ steps, hashes, signal },
      ...(labelCache === undefined ? {} : { labelCache }),
    });
    const { graph, describe } = studyGraph(opened, { stages, consumers, galleries: true });
    const bench = new StudyBench({
      ...opened,
      ...{ consumers, concurrency, steps, hashes, onEvent, describe, signal },
      storeFolder: store.folder,
      keepsModels: true,
    });
    return new StudyWorker({
      opened,
      graph,
      bench,
      store,
      lock,
      tasks: cutTasks(graph, opened, options),
    });
  } catch (error) {
    store.save();
    lock.release();
    throw error;
  }
}

/** A study that is open for a worker, with its tasks. */
export class StudyWorker {
  /** The study with the sizes of its models. */
  readonly study: Study;
  /** All tasks of the study, in their order; the same on every machine. */
  readonly tasks: readonly StudyTask[];
  readonly #parts: WorkerParts;
  /** Model that the last task was about. */
  #model = '';
  #byKey: ReadonlyMap<string, StudyTask> | undefined;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.study = parts.opened.study;
    this.tasks = parts.tasks;
  }

  /** The task of a key. @throws InputError `TASK_UNKNOWN` */
  task(key: string): StudyTask {
    this.#byKey ??= new Map(this.tasks.map((task) => [task.key, task]));
    const task = this.#byKey.get(key);
    if (task !== undefined) return task;
    const { file } = this.study;
    throw new InputError('TASK_UNKNOWN', `there is no task ${key} in the study`, {
      ...(file === undefined ? {} : { file }),
      expected: 'keys of tasks of the study as its files are now, cut by the same version of the program',
      hint: 'List the tasks anew: what differs between two machines gives other keys.',
    });
  }

  /** Steps that are still to be made: looks through the whole study. */
  async openSteps(): Promise<OpenSteps> {
    return new OpenSteps(await planStudy(this.#parts.graph, this.#parts.bench), (step) => this.#isStored(step));
  }

  /** Tasks that can be made now, and those that wait for others: looks through the whole study. */
  async openTasks(): Promise<{ readonly ready: readonly StudyTask[]; readonly waiting: readonly StudyTask[] }> {
    const open = await this.openSteps();
    const ready: StudyTask[] = [];
    const waiting: StudyTask[] = [];
    for (const task of this.tasks) {
      const missing = open.of(task.steps);
      if (missing.length > 0) ((await open.areReady(missing)) ? ready : waiting).push(task);
    }
    return { ready, waiting };
  }

  /** Facts about everything that the study reads, with the hashes of it. */
  inputs(): Promise<readonly ManifestInput[]> {
    const { opened, bench } = this.#parts;
    return openedInputs(opened, bench.hashes, bench.signal);
  }

  /** Where claims of tasks are kept, beside the finished steps. */
  get claims(): string | ClaimPlace {
    return this.#parts.store.store.claims ?? memoryClaims();
  }

  /**
   * Makes those steps of a task that are not stored, and stores them; remembers how long a whole task took.
   *
   * @param task one of its tasks
   * @param steps steps of it that may be missing
   * @returns number of steps that were made
   * @throws InputError `TASK_NOT_READY` where something that they are made of is not stored; those of a run.
   */
  async make(task: StudyTask, steps: readonly GraphStep<StudyBench>[] = task.steps): Promise<number> {
    const begun = performance.now();
    const { bench, store } = this.#parts;
    const missing: GraphStep<StudyBench>[] = [];
    for (const step of steps) if (!(await this.#isStored(step))) missing.push(step);
    const [first] = missing;
    if (first === undefined) return 0;
    const { file } = this.study;
    for (const input of inputsOf(missing)) {
      if (await this.#isStored(input)) continue;
      throw new InputError('TASK_NOT_READY', `what ${first.step} ${first.subject} is made of is not in the store`, {
        ...(file === undefined ? {} : { file }),
        expected: 'a store that holds what the tasks of earlier waves gave',
        hint: 'Make those first; or see to it that all workers have the same store.',
      });
    }
    const { maker, model } = first.family;
    if (this.#model !== model) await bench.turnTo(model);
    this.#model = model;
    await maker.make(missing, bench);
    await bench.settled();
    if (missing.length === task.steps.length) store.times.set(task.key, performance.now() - begun);
    return missing.length;
  }

  /** Closes all that is open. */
  async close(): Promise<void> {
    await this.#leave(() => this.#parts.bench.close());
  }

  /** Ends all work. */
  async stop(): Promise<void> {
    await this.#leave(() => this.#parts.bench.stop());
  }

  /** Whether nothing is left to be made of a step, as the store is now: others make some too. */
  #isStored(step: GraphStep<StudyBench>): boolean | Promise<boolean> {
    return storedTest(this.#parts.bench)(step);
  }

  async #leave(end: () => Promise<void>): Promise<void> {
    const { store, lock } = this.#parts;
    try {
      await end();
    } finally {
      store.save();
      lock.release();
    }
  }
}
