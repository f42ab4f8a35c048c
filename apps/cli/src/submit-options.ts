import type { OptionRow } from '@intermodel/pipelines';

/** An option of `intermodel submit`: path, flag, help and what else its row says. */
type SubmitOption = readonly [path: string, flags: string, help: string, row?: Partial<OptionRow>];

const whole = (minimum: number) => ({ type: { kind: 'whole', minimum } }) as const;

/** Options of `intermodel submit`; those of one engine are under its name. */
export const submitOptions: readonly SubmitOption[] = [
  [
    'engine',
    '--engine <NAME>',
    'Who has the tasks made: a Slurm cluster, or whatever runs the commands of files.',
    { type: { kind: 'choice', choices: ['files'] } },
  ],
  ['dryRun', '--dry-run', 'Print what would be submitted, and submit nothing.'],
  [
    'command',
    '--command <WORD>',
    'Command of the program where workers run it; given several times, word by word.',
    { type: { kind: 'list', of: { kind: 'text' } }, otherwise: 'the one that submits, by its absolute path' },
  ],
  ['files.jobs', '--jobs <DIR>', 'Engine files: folder for the lists of commands, new or empty.'],
  [
    'files.tasksPerElement',
    '--tasks-per-command <N>',
    'Engine files: tasks that one command makes.',
    { ...whole(1), default: 1 },
  ],
];
