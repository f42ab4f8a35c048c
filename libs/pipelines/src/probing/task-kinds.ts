import type { FeaturePool } from '@intermodel/schemas';
import type { OpenedTask } from './opened-task.ts';
import type { TaskData } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';
import type { StudyTask } from '@intermodel/studies';
import { kindsFor, taskKinds, type TaskKind } from '@intermodel/transfer-probing';

/**
 * What is measured on a task: what it asks for, else all that its data allow; of images with several classes, only what
 * takes several.
 */
export function kindsOf({ task, data }: Pick<OpenedTask, 'task' | 'data'>): readonly TaskKind[] {
  if (task.kinds !== undefined) return task.kinds;
  const several = data.targets === 'classes' && data.isMultiLabel;
  return kindsFor(data.targets).filter(
    (kind) => (!several || kind === 'many-shot') && (kind !== 'few-shot' || episodeProblem(task, data) === undefined),
  );
}

/**
 * Refuses kinds that were asked for and that the data do not allow, before any feature is made.
 *
 * @throws InputError `EPISODES_IMPOSSIBLE`, `PROBE_SEVERAL_CLASSES`.
 */
export function checkKinds(task: StudyTask, data: TaskData): void {
  const { kinds = [], name } = task;
  const others = kinds.filter((kind) => kind !== 'many-shot');
  if (data.targets === 'classes' && data.isMultiLabel && others.length > 0)
    throw new InputError('PROBE_SEVERAL_CLASSES', `images of the task "${name}" have several classes, or none`, {
      expected: `one class an image, for ${others.join(', ')}`,
      hint: 'Leave these kinds out (`tasks[].kinds`), or the images.',
    });
  const problem = kinds.includes('few-shot') ? episodeProblem(task, data) : undefined;
  if (problem === undefined) return;
  throw new InputError('EPISODES_IMPOSSIBLE', `no episode can be drawn of the task "${name}": ${problem}`, {
    expected: 'as many classes with as many images as an episode takes',
    hint: 'Lower `tasks[].ways`, `tasks[].shots` or `tasks[].queries`, or leave few-shot out of `tasks[].kinds`.',
  });
}

/** What is left out of a task whose kinds were not named, in a sentence each. */
export function kindNotes({ task, data }: Pick<OpenedTask, 'task' | 'data'>): string[] {
  if (task.kinds !== undefined || data.targets !== 'classes') return [];
  const several = data.images.filter(({ target }) => target.length !== 1);
  if (data.isMultiLabel)
    return [
      `${String(several.length)} of ${String(data.images.length)} images have several classes or none (${several[0]?.image ?? ''}), so that only mean average precision is measured`,
    ];
  const problem = episodeProblem(task, data);
  return problem === undefined ? [] : [`few-shot classification is left out: ${problem}`];
}

/** Why no episode of the fewest shots can be drawn; undefined: some can. */
function episodeProblem({ ways, shots, queries }: StudyTask, data: TaskData): string | undefined {
  if (data.targets !== 'classes') return undefined;
  const least = Math.min(...shots) + queries;
  const counts = new Map<number, number>();
  for (const { target } of data.images) for (const each of target) counts.set(each, (counts.get(each) ?? 0) + 1);
  const enough = [...counts.values()].filter((count) => count >= least).length;
  return enough >= ways
    ? undefined
    : `an episode takes ${String(ways)} classes of at least ${String(least)} images, and there ${enough === 1 ? 'is' : 'are'} ${String(enough)}`;
}

/** Features that a kind of a task takes. */
export function poolOf({ pool }: Pick<StudyTask, 'pool'>, kind: TaskKind): FeaturePool {
  return taskKinds[kind].features === 'grid' ? 'grid' : pool;
}
