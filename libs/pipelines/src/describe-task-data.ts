import {
  describeTask,
  type DescribeTaskOptions,
  type TaskDescription,
  type TaskFormatName,
} from '@intermodel/data-loading';
import { openImageSource } from '@intermodel/inputs';
import { InputError } from '@intermodel/streams';
import { isOnStudyImages, type Study, studyOfFlags, type StudyTask, type TaskContent } from '@intermodel/studies';
import type { TaskKind } from '@intermodel/transfer-probing';
import { namingTask } from './probing/naming-task.ts';
import { readTask } from './probing/open-tasks.ts';
import { kindsOf } from './probing/task-kinds.ts';

/** What is in the data of a task, and what can be measured on them. */
export interface DescribedTask extends TaskDescription {
  /** Name of the task. */
  readonly name: string;
  /** Layout of the data. */
  readonly format: TaskFormatName;
  /** What is measured on them: what the task asks for, else all that the data allow. */
  readonly kinds: readonly TaskKind[];
}

/** Options of {@link describeTaskData}. */
export interface DescribeTaskDataOptions extends Omit<DescribeTaskOptions, 'maxPixels'> {
  /** Options of the study around the task, `PATH=VALUE`, that go over all that is given. */
  readonly set?: readonly string[];
}

/**
 * Describes the data of a task as an entry of the key `tasks` of a study names them; relative paths are taken from the
 * current folder. No model is run.
 *
 * @throws InputError of a study and of the readers.
 */
export async function describeTaskData(
  content: TaskContent,
  { set = [], ...options }: DescribeTaskDataOptions = {},
): Promise<DescribedTask> {
  // A study has models; none is opened to describe its data.
  const study = studyOfFlags(
    { tasks: [content], models: [{ name: 'any', file: 'any.onnx' }] },
    { set, checkFiles: false },
  );
  const [task] = study.tasks;
  if (task === undefined)
    throw new InputError('DATA_OPTIONS', 'no task is left', {
      column: 'tasks',
      expected: 'a task to describe',
      hint: 'Leave out the setting that takes it away.',
    });
  return describeOne(study, task, options);
}

/**
 * Describes the data of all tasks of a study, one after the other. No model of the study is run; a segmenter is where a
 * task is about its labels.
 *
 * @param study models need not be there
 * @param options `onProgress` is told of the images of each task
 * @throws InputError of the readers and segmenters, with the name of the task.
 */
export async function describeStudyTasks(
  study: Study,
  options: Omit<DescribeTaskDataOptions, 'set'> = {},
): Promise<readonly DescribedTask[]> {
  const described: DescribedTask[] = [];
  for (const task of study.tasks) described.push(await describeOne(study, task, options));
  return described;
}

async function describeOne(
  study: Study,
  task: StudyTask,
  options: Omit<DescribeTaskDataOptions, 'set'>,
): Promise<DescribedTask> {
  const { signal } = options;
  const source =
    isOnStudyImages(task) && task.format === 'planes'
      ? await openImageSource(study, { runtime: study.runtime, ...(signal === undefined ? {} : { signal }) })
      : undefined;
  const data = await namingTask(task.name, () => readTask(study, task, source));
  return {
    name: task.name,
    format: task.format,
    kinds: kindsOf({ task, data }),
    ...(await describeTask(data, { ...options, maxPixels: study.data.maxPixels })),
  };
}
