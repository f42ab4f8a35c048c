import type { OptionRow } from '@intermodel/pipelines';

/** An option of `intermodel submit`: path, flag, help and what else its row says. */
type SubmitOption = readonly [path: string, flags: string, help: string, row?: Partial<OptionRow>];

const whole = (minimum: number) => ({ type: { kind: 'whole', minimum } }) as const;
const texts = { type: { kind: 'list', of: { kind: 'text' } } } as const;
const ofSite = { otherwise: 'that of the site' };

/** Options of `intermodel submit`; those of one engine are under its name. */
export const submitOptions: readonly SubmitOption[] = [
  [
    'engine',
    '--engine <NAME>',
    'Who has the tasks made: slurm, a cluster; bullmq, workers on a queue; files, whatever runs lists of commands.',
    { type: { kind: 'choice', choices: ['slurm', 'bullmq', 'files'] }, otherwise: 'that of the last submission' },
  ],
  ['dryRun', '--dry-run', 'Print what would be submitted, and submit nothing.'],
  [
    'resume',
    '--resume',
    'Submit again what is missing and does not wait or run, with the options of the last submission where none are given.',
  ],
  [
    'watch',
    '--watch',
    'Stay until all tasks are done, and submit again what failed; Ctrl-C leaves what was submitted running.',
  ],
  [
    'retries',
    '--retries <N>',
    'How often --watch submits a task again that ended without its result.',
    { ...whole(0), default: 3 },
  ],
  ['pollSeconds', '--poll-seconds <N>', 'Seconds between two looks of --watch.', { ...whole(1), default: 10 }],
  ['cancel', '--cancel', 'End all jobs of the study, or take its tasks out of the queue; what is finished is stored.'],
  [
    'command',
    '--command <WORD>',
    'Command of the program where workers run it; given several times, word by word.',
    { ...texts, otherwise: 'the one that submits, by its absolute path; with --image, intermodel' },
  ],
  ['slurm.partition', '--partition <NAME>', 'Slurm: partition.', ofSite],
  ['slurm.account', '--account <NAME>', 'Slurm: account that pays.', { otherwise: 'that of the user' }],
  ['slurm.time', '--time <TIME>', 'Slurm: time limit of an element, such as 04:00:00.', ofSite],
  [
    'slurm.memory',
    '--memory <SIZE>',
    'Slurm: memory of an element, such as 8G.',
    { otherwise: 'as planned, where that is known' },
  ],
  ['slurm.cpus', '--cpus <N>', 'Slurm: processors of an element.', { ...whole(1), ...ofSite }],
  [
    'slurm.gres',
    '--gres <TEXT>',
    'Slurm: generic resources of an element.',
    { otherwise: 'gpu:1 where the study runs with cuda' },
  ],
  [
    'slurm.arrayLimit',
    '--array-limit <N>',
    'Slurm: elements of an array that run at once.',
    { ...whole(1), otherwise: 'as many as there is room for' },
  ],
  [
    'slurm.tasksPerElement',
    '--tasks-per-element <N>',
    'Slurm: tasks that one element makes.',
    { ...whole(1), otherwise: 'as few as the largest array of the site allows' },
  ],
  ['slurm.sbatch', '--slurm-option <OPTION>', 'Slurm: any other option of sbatch, such as --constraint=fast.', texts],
  [
    'bullmq.redis',
    '--redis <URL>',
    'Queue: address of the Redis server, redis://HOST:PORT.',
    { otherwise: 'that of INTERMODEL_REDIS or REDIS_URL, which keeps a password off the command line' },
  ],
  ['detach', '--detach', 'Queue: return at once.', { otherwise: 'stay until all tasks are done or set aside' }],
  ['files.jobs', '--jobs <DIR>', 'Files: folder for the lists of commands, new or empty.'],
  [
    'files.tasksPerElement',
    '--tasks-per-command <N>',
    'Files: tasks that one command makes.',
    { ...whole(1), default: 1 },
  ],
  [
    'files.image',
    '--image <NAME>',
    'Files: image with the program, for which Kubernetes manifests are written too; --command names the program in it.',
  ],
  [
    'files.volumes',
    '--volume <CLAIM=FOLDER>',
    'Files: volume claim of Kubernetes, mounted under a folder; study, store and --jobs lie in such folders, with the same paths as here.',
    texts,
  ],
  [
    'files.parallelism',
    '--parallelism <N>',
    'Files: pods of a Kubernetes job that run at once.',
    { ...whole(1), default: 10 },
  ],
];
