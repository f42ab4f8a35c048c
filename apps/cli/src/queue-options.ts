import type { OptionRow } from '@intermodel/pipelines';

/** An option of a worker on a queue: path, flag, help and what else its row says. */
type QueueOption = readonly [path: string, flags: string, help: string, row?: Partial<OptionRow>];

/** Options of `intermodel work` on a queue. */
export const queueOptions: readonly QueueOption[] = [
  [
    'queue',
    '--queue [URL]',
    'Work on the studies that were submitted to this Redis server, redis://HOST:PORT; without URL: the one of INTERMODEL_REDIS or REDIS_URL, which keeps a password off the command line.',
    { type: { kind: 'text' }, otherwise: 'work on STUDY' },
  ],
  [
    'allowRoots',
    '--allow-root <DIR>',
    'Folder within which a study of the queue, and all that it names, may lie.',
    { type: { kind: 'list', of: { kind: 'text' } }, otherwise: 'none: one is needed' },
  ],
  [
    'untilEmpty',
    '--until-empty',
    'End once the queue is empty, or holds nothing but what this worker refuses, which is an error.',
    { otherwise: 'stay' },
  ],
  [
    'lockSeconds',
    '--lock-seconds <N>',
    'Seconds after which the task of a worker of the queue that gives no sign of life is taken over.',
    { type: { kind: 'whole', minimum: 1 }, default: 30 },
  ],
];
