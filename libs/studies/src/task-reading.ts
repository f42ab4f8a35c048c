import { taskFormats, type ReadTaskDataOptions } from '@intermodel/data-loading';
import type { StudyTask } from './study.ts';

/** How the data of a task are read: of what the study says, what the reader of its format knows. */
export function taskReading(task: StudyTask): ReadTaskDataOptions {
  const { annotations, labels = annotations } = task;
  const given: Readonly<Record<string, unknown>> = { ...task, labels };
  return Object.fromEntries(
    taskFormats[task.format].options.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])),
  );
}
