import path from 'node:path';
import { taskFormats, type TaskFormatName } from '@intermodel/data-loading';
import { kindsFor, taskKinds } from '@intermodel/transfer-probing';
import { defaultsOf } from './options/option-defaults.ts';
import type { StudyContent, TaskContent } from './study-content.ts';
import type { Finding, StudyPath } from './study-problems.ts';

/** Name of a task in tables: its own, else that of its folder or file. */
export function taskName({ name, root, annotations, labels, images }: TaskContent): string {
  if (name !== undefined) return name;
  const place = root ?? annotations ?? labels ?? images;
  return place === undefined ? 'labelled images' : path.basename(place, path.extname(place));
}

/** Whether a task is about the labelled images of the study, having no images of its own. */
export function isOnStudyImages({ root, images }: Pick<TaskContent, 'root' | 'images'>): boolean {
  return root === undefined && images === undefined;
}

/** Options that some readers of tasks know and others do not. */
const readingKeys = [
  ...(['root', 'images', 'annotations', 'labels', 'labelNames', 'dataset', 'parts', 'unpaired', 'encoding'] as const),
  ...(['imageSuffix', 'labelSuffix', 'ignore', 'reducedZero', 'depthScale', 'split'] as const),
];

/** Whether the reader of a format knows an option; what is told of images stands in a file or in a folder of files. */
function hasOption(format: TaskFormatName, key: (typeof readingKeys)[number]): boolean {
  const { options }: { readonly options: readonly string[] } = taskFormats[format];
  const isFile = format === 'class-csv' || format === 'coco-boxes';
  if (key === 'annotations') return isFile;
  return options.includes(key) && !(key === 'labels' && isFile);
}

/** Whether a study names labelled images; one that has tasks may say no more of them than how images are read. */
export function namesImages({ data, tasks }: Pick<StudyContent, 'data' | 'tasks'>): boolean {
  if (data === undefined) return false;
  return tasks === undefined || data.root !== undefined || data.images !== undefined;
}

/** A study without labelled images has tasks. */
export function checkHasTasks({ tasks }: StudyContent): readonly Finding[] {
  if (tasks !== undefined) return [];
  return [
    {
      path: [],
      problem: 'there is no "data", and there are no "tasks"',
      expected: 'images with labels to dissect models on, or tasks to score them on',
      hint: 'Add the one or the other.',
    },
  ];
}

/** Checks that tasks have names of their own, say where their data are, and ask for what these allow. */
export function checkTasks(study: StudyContent): readonly Finding[] {
  const { tasks = [] } = study;
  const hasData = namesImages(study);
  const names = tasks.map(taskName);
  return tasks.flatMap((task, index): Finding[] => {
    const at: StudyPath = ['tasks', index];
    const name = names[index] ?? '';
    const { format } = { ...defaultsOf('tasks[]'), ...task };
    const { targets, title } = taskFormats[format];
    const allowed = kindsFor(targets);
    const findings: Finding[] = [];
    if (names.indexOf(name) < index)
      findings.push({
        path: [...at, 'name'],
        problem: `two tasks are named "${name}"`,
        expected: 'a name of its own for each task',
        hint: 'Give `tasks[].name`.',
      });
    for (const [place, kind] of (task.kinds ?? []).entries())
      if (!allowed.includes(kind))
        findings.push({
          path: [...at, 'kinds', place],
          problem: `"${kind}" needs ${taskKinds[kind].targets}, and the format ${format} has ${targets}`,
          expected: allowed.join(', '),
          hint: 'Name another format, or another kind.',
        });
    for (const key of readingKeys)
      if (task[key] !== undefined && !hasOption(format, key))
        findings.push({
          path: [...at, key],
          problem: `the format "${format}" has no option "${key}"`,
          expected: readingKeys.filter((each) => hasOption(format, each)).join(', '),
          hint: `It is ${title}.`,
        });
    if (isOnStudyImages(task) && !(hasData && (format === 'planes' || format === 'class-csv')))
      findings.push({
        path: at,
        problem: `the task "${name}" does not say where its images are`,
        expected: hasData
          ? '`tasks[].root`, or `tasks[].images`; the formats planes and class-csv go without, on the images of the study'
          : '`tasks[].root`, or `tasks[].images`',
        hint: 'Give `tasks[].root`.',
      });
    const { train, val, test } = { ...defaultsOf('tasks[].split'), ...task.split };
    if (Math.abs(train + val + test - 1) > 1e-9)
      findings.push({
        path: [...at, 'split'],
        problem: `the shares ${String(train)}, ${String(val)} and ${String(test)} do not make 1`,
        expected: 'shares that add up to 1',
        hint: 'Give all three: `tasks[].split`.',
      });
    return findings;
  });
}
