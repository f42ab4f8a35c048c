import { StudySteps, type GraphStep, type StepPlan, type StudyStore } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { planStudy } from '../graph/make-study.ts';
import type { StudyBench } from '../graph/study-bench.ts';
import { inspectStudy, type StudyPlace } from '../upkeep/inspect-study.ts';
import { estimateTask, type KnownPace, type TaskEstimate } from './estimate-tasks.ts';
import { measureRuns } from './measure-runs.ts';
import { inputsOf } from './open-steps.ts';
import { cutTasks, type CutTasksOptions, type StudyTask } from './study-tasks.ts';

/** A task as it is listed, with what it is likely to take. */
export interface ListedTask extends Pick<StudyTask, 'key' | 'wave' | 'model' | 'images'>, TaskEstimate {
  /** Its steps. */
  readonly steps: number;
  /** Those that are stored, or not needed any more. */
  readonly stored: number;
  /** Whether it is done, can be made now, or waits for others. */
  readonly state: 'done' | 'ready' | 'waiting';
}

/** The tasks of a study. */
export interface StudyTasks {
  /** Tasks in the order of their waves. */
  readonly tasks: readonly ListedTask[];
  /** Images that are still to be segmented; while there are some, the tasks are not known. */
  readonly unsegmented: number;
}

/** Options of {@link listTasks}. */
export interface ListTasksOptions extends CutTasksOptions {
  /**
   * Whether no model is run: what models take of which no task was done stays open. Else up to eight of these are run on
   * one image each, in a process of its own. @default false
   */
  readonly unmeasured?: boolean;
}

/** Done tasks of a wave and model whose steps are looked at for their bytes. */
const lookedAt = 2;

/**
 * Lists the tasks that workers share out, what of them is stored, and what they are likely to take. Nothing is made or
 * written.
 *
 * @throws InputError for images, labels and models that do not fit.
 */
export async function listTasks(
  study: Study,
  place: StudyPlace,
  { unmeasured = false, ...cutting }: ListTasksOptions = {},
): Promise<StudyTasks> {
  const { store, opened, graph: known, unsegmented } = await inspectStudy(study, place);
  if (opened === undefined || known === undefined) return { tasks: [], unsegmented };
  const { signal = new AbortController().signal } = place;
  const steps = new StudySteps({ ...store, signal, onEvent: () => undefined });
  const plan = await planStudy(known.graph, { steps, hashes: store.hashes });
  const tasks = cutTasks(known.graph, opened, cutting);
  const missingOf = new Map(tasks.map((task) => [task, task.steps.filter(plan.isWanted).length]));
  const paces = await knownPaces(
    tasks.filter((task) => missingOf.get(task) === 0),
    store,
  );
  const paceOf = (task: StudyTask) => paces.get(paceName(task)) ?? {};
  const open = new Set(tasks.flatMap((task) => (missingOf.get(task) === 0 ? [] : [task.model])));
  const runs = unmeasured
    ? new Map<string, never>()
    : await measureRuns(
        opened.placed.filter(({ model }) => open.has(model.name)),
        opened.study,
        signal,
      );
  const images = opened.shards.reduce((sum, { entries }) => sum + entries.length, 0);
  const estimating = {
    ...{ study: opened.study, shards: opened.shards.length, images, paceOf },
    runOf: (model: string) => runs.get(model),
  };
  return {
    unsegmented,
    tasks: tasks.map((task): ListedTask => {
      const { key, wave, model, steps: all } = task;
      const missing = missingOf.get(task) ?? 0;
      const state = missing === 0 ? 'done' : waits(all.filter(plan.isWanted), plan) ? 'waiting' : 'ready';
      const { length } = all;
      return {
        ...{ key, wave, model, images: task.images, steps: length, stored: length - missing, state },
        ...estimateTask(task, estimating),
      };
    }),
  };
}

/** Whether something that steps are made of is still to be made. */
function waits(steps: readonly GraphStep<StudyBench>[], { isWanted }: StepPlan<StudyBench>): boolean {
  for (const input of inputsOf(steps)) if (isWanted(input)) return true;
  return false;
}

/** Name under which tasks of one wave and model share what is known of them. */
function paceName({ wave, model }: StudyTask): string {
  return JSON.stringify([wave, model]);
}

/** What done tasks tell: how long they took, and what they left in the store. */
async function knownPaces(done: readonly StudyTask[], { store, times }: StudyStore): Promise<Map<string, KnownPace>> {
  const sums = new Map<string, { images: number; milliseconds: number; looked: StudyTask[] }>();
  for (const task of done) {
    const name = paceName(task);
    const sum = sums.get(name) ?? { images: 0, milliseconds: 0, looked: [] };
    sums.set(name, sum);
    if (sum.looked.length < lookedAt) sum.looked.push(task);
    const took = times.get(task.key);
    if (took === undefined) continue;
    sum.images += task.images;
    sum.milliseconds += took;
  }
  const paces = new Map<string, KnownPace>();
  for (const [name, { images, milliseconds, looked }] of sums) {
    const records = await Promise.all(looked.flatMap(({ steps }) => steps).map(({ key }) => store.find(key)));
    const bytes = records.reduce((sum, record) => sum + (record?.bytes ?? 0), 0);
    paces.set(name, {
      milliseconds: images === 0 ? undefined : milliseconds / images,
      bytes: bytes === 0 ? undefined : bytes / looked.reduce((sum, task) => sum + task.images, 0),
    });
  }
  return paces;
}
