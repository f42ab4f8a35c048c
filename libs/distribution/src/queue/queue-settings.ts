/** Queue of the tasks of all studies, as BullMQ knows it. */
export const queueName = 'intermodel';

/** Kinds of jobs: a study, which hands out the tasks of each wave once the one before is through; and a task. */
export const jobKinds = { study: 'study', task: 'task' } as const;

/** States of jobs that are still to come to an end. */
export const openStates = ['wait', 'active', 'delayed', 'prioritized', 'waiting-children'] as const;

/** How jobs are taken, kept and tried again. */
export interface QueueTimes {
  /** Milliseconds after which the job of a worker that gives no sign of life is free to be taken. @default 30000 */
  readonly lockMilliseconds: number;
  /** How often a job may be left behind by dead workers before it is set aside. @default 3 */
  readonly lostLimit: number;
  /** Milliseconds before a job that a worker refused is offered again. @default 5000 */
  readonly refusalMilliseconds: number;
  /** How often a job may be refused or given back before it is set aside. @default 20 */
  readonly refusalLimit: number;
}

/** How jobs are taken unless a worker says otherwise. */
export const queueTimesDefault: QueueTimes = {
  lockMilliseconds: 30_000,
  lostLimit: 3,
  refusalMilliseconds: 5_000,
  refusalLimit: 20,
};

/** How often a task is tried before it is set aside. */
export const attempts = 5;

/** Milliseconds before a task that failed is tried again; doubled each time. */
export const backoffMilliseconds = 1000;
