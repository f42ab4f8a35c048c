import {
  listTasks,
  studyWaves,
  type ListedTask,
  type ListTasksOptions,
  type StudyTasks,
  type TaskEstimate,
} from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { limitHeap } from '../heap-growth.ts';
import { bytesText, durationText, printResult, textTable } from '../output.ts';
import { chosenStudy, studyPlace, type StoreOptions } from '../run-to-end.ts';

/** `intermodel plan`: the tasks that workers share out. */
export function planCommand(): Command {
  return makeCommand<StoreOptions & ListTasksOptions>({
    name: 'plan',
    description:
      'List the tasks that "intermodel work" shares out, wave by wave: how many are done, can be made now, or wait for others, and what is left of them is likely to take in time, memory of a process, and bytes of the store. Makes and writes nothing.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    examples: [
      'plan study.yaml --store steps',
      'plan study.yaml --store steps --json    # each task with its key, for --task of "intermodel work"',
      'plan study.yaml --store steps --unmeasured',
    ],
    run: async (given) => {
      const { shardsPerTask, unmeasured } = given.own;
      limitHeap();
      const tasks = await listTasks(chosenStudy(given.files[0] ?? '', given), studyPlace(given.own, given.terminal), {
        ...(shardsPerTask === undefined ? {} : { shardsPerTask }),
        ...(unmeasured === undefined ? {} : { unmeasured }),
      });
      printResult(given.terminal, tasks, () => planText(tasks));
    },
  });
}

function planText({ tasks, unsegmented }: StudyTasks): string {
  if (unsegmented > 0)
    return `${String(unsegmented)} images have no labels of the segmentation models yet; the tasks are not known before they are made.`;
  const rows = studyWaves.flatMap((wave) => {
    const own = tasks.filter((task) => task.wave === wave);
    if (own.length === 0) return [];
    const count = (state: ListedTask['state']) => own.filter((task) => task.state === state).length;
    const open = own.filter(({ state }) => state !== 'done');
    return [
      [
        ...[wave, own.length, count('done'), count('ready'), count('waiting')],
        own.reduce((sum, { steps }) => sum + steps, 0),
        known(open, 'seconds', sum, durationText),
        known(open, 'memoryBytes', greatest, bytesText),
        known(open, 'storedBytes', sum, bytesText),
      ],
    ];
  });
  return [
    textTable(['wave', 'tasks', 'done', 'ready', 'waiting', 'steps', 'time left', 'memory', 'to store'], rows),
    '',
    noteText(tasks.filter(({ state }) => state !== 'done')),
  ].join('\n');
}

function noteText(open: readonly ListedTask[]): string {
  if (open.length === 0) return 'All tasks are done: "intermodel run" writes the output.';
  const meaning = 'Time is that of one worker on a machine like this one; memory is what a process needs.';
  return open.some(({ seconds, memoryBytes }) => seconds === undefined || memoryBytes === undefined)
    ? `${meaning} Blank is what is not known before a task of each model was done, as no run of it was measured on a processor.`
    : `${meaning} Both go by tasks that were done, else by a run of the models on one image.`;
}

/** What open tasks take together; nothing where that is not known of all of them. */
function known(
  open: readonly ListedTask[],
  name: keyof TaskEstimate,
  together: (values: readonly number[]) => number,
  text: (value: number) => string,
): string {
  const values = open.flatMap((task) => task[name] ?? []);
  return open.length === 0 || values.length < open.length ? '' : text(together(values));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
