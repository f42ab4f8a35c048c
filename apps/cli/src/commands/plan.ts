import { listTasks, studyWaves, type CutTasksOptions, type ListedTask, type StudyTasks } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { durationText, printResult, textTable } from '../output.ts';
import { chosenStudy, studyPlace, type StoreOptions } from '../run-to-end.ts';

/** `intermodel plan`: the tasks that workers share out. */
export function planCommand(): Command {
  return makeCommand<StoreOptions & CutTasksOptions>({
    name: 'plan',
    description:
      'List the tasks that "intermodel work" shares out, wave by wave: how many are done, can be made now, or wait for others, and how long they are likely to take. Runs and writes nothing.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    examples: [
      'plan study.yaml --store steps',
      'plan study.yaml --store steps --json    # each task with its key, for --task of "intermodel work"',
    ],
    run: async (given) => {
      const { shardsPerTask } = given.own;
      const tasks = await listTasks(
        chosenStudy(given.files[0] ?? '', given),
        studyPlace(given.own),
        shardsPerTask === undefined ? {} : { shardsPerTask },
      );
      printResult(given.terminal, tasks, () => planText(tasks));
    },
  });
}

function planText({ tasks, unsegmented }: StudyTasks): string {
  if (unsegmented > 0)
    return `${String(unsegmented)} images have no labels of the segmentation models yet; the tasks are not known before they are made.`;
  const rows = studyWaves.map((wave) => {
    const own = tasks.filter((task) => task.wave === wave);
    const count = (state: ListedTask['state']) => own.filter((task) => task.state === state).length;
    const open = own.filter(({ state }) => state !== 'done');
    const known = open.flatMap(({ seconds }) => seconds ?? []);
    const seconds = known.length < open.length ? undefined : known.reduce((sum, each) => sum + each, 0);
    return [
      ...[wave, own.length, count('done'), count('ready'), count('waiting')],
      ...[
        own.reduce((sum, { steps }) => sum + steps, 0),
        open.length === 0 || seconds === undefined ? '' : durationText(seconds),
      ],
    ];
  });
  return [
    textTable(['wave', 'tasks', 'done', 'ready', 'waiting', 'steps', 'time left'], rows),
    '',
    tasks.every(({ state }) => state === 'done')
      ? 'All tasks are done: "intermodel run" writes the output.'
      : 'Time is that of one worker; it is known of waves and models of which a task was done.',
  ].join('\n');
}
