import { StudySteps, type StepTimes } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { planStudy } from '../graph/make-study.ts';
import { inspectStudy, type StudyPlace } from '../upkeep/inspect-study.ts';
import { cutTasks, isReady, wantedKeys, type CutTasksOptions, type StudyTask } from './study-tasks.ts';

/** A task as it is listed. */
export interface ListedTask extends Pick<StudyTask, 'key' | 'wave' | 'model' | 'images'> {
  /** Its steps. */
  readonly steps: number;
  /** Those that are stored, or not needed any more. */
  readonly stored: number;
  /** Whether it is done, can be made now, or waits for others. */
  readonly state: 'done' | 'ready' | 'waiting';
  /** Seconds that it is likely to take, by what stored steps of its wave and model took; undefined: none are. */
  readonly seconds: number | undefined;
}

/** The tasks of a study. */
export interface StudyTasks {
  /** Tasks in the order of their waves. */
  readonly tasks: readonly ListedTask[];
  /** Images that are still to be segmented; while there are some, the tasks are not known. */
  readonly unsegmented: number;
}

/**
 * Lists the tasks that workers share out, and what of them is stored. Nothing is run or written.
 *
 * @throws InputError for images, labels and models that do not fit.
 */
export async function listTasks(study: Study, place: StudyPlace, options: CutTasksOptions = {}): Promise<StudyTasks> {
  const { store, opened, graph: known, unsegmented } = await inspectStudy(study, place);
  if (opened === undefined || known === undefined) return { tasks: [], unsegmented };
  const { signal = new AbortController().signal } = place;
  const steps = new StudySteps({ ...store, signal, onEvent: () => undefined });
  const open = wantedKeys(await planStudy(known.graph, { steps, hashes: store.hashes }));
  const tasks = cutTasks(known.graph, opened, options);
  const secondsOf = pace(tasks, store.times);
  return {
    unsegmented,
    tasks: tasks.map((task): ListedTask => {
      const { key, wave, model, images } = task;
      const missing = task.steps.filter((step) => open.has(step.key));
      const state = missing.length === 0 ? 'done' : isReady(missing, open) ? 'ready' : 'waiting';
      const all = task.steps.length;
      return { key, wave, model, images, steps: all, stored: all - missing.length, state, seconds: secondsOf(task) };
    }),
  };
}

/** How long tasks are likely to take: as long an image as the steps of their wave and model that were timed. */
function pace(tasks: readonly StudyTask[], times: StepTimes): (task: StudyTask) => number | undefined {
  const paces = new Map<string, { images: number; milliseconds: number }>();
  const nameOf = ({ wave, model }: StudyTask) => JSON.stringify([wave, model]);
  for (const task of tasks) {
    const took = task.steps.map(({ key }) => times.get(key));
    if (took.includes(undefined)) continue;
    const known = paces.get(nameOf(task)) ?? { images: 0, milliseconds: 0 };
    known.images += task.images;
    known.milliseconds += took.reduce<number>((sum, time) => sum + (time ?? 0), 0);
    paces.set(nameOf(task), known);
  }
  return (task) => {
    const known = paces.get(nameOf(task));
    return known === undefined ? undefined : ((known.milliseconds / known.images) * task.images) / 1000;
  };
}
