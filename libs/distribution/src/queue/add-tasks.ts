import type { Job, JobsOptions, Queue } from 'bullmq';
import { taskJobId, type QueuedTask } from './queue-data.ts';
import { jobKinds } from './queue-settings.ts';

/** Jobs that are sent to the server at a time. */
const batchSize = 1000;

/** The job of a task, which the job of its study waits for; where it fails for good, the study goes on without it. */
export function taskJob(
  task: QueuedTask,
  { attempts, backoff }: Pick<JobsOptions, 'attempts' | 'backoff'>,
): { readonly name: string; readonly data: QueuedTask; readonly opts: JobsOptions } {
  return {
    name: jobKinds.task,
    data: task,
    opts: {
      jobId: taskJobId(task),
      ...(attempts === undefined ? {} : { attempts }),
      ...(backoff === undefined ? {} : { backoff }),
      removeOnComplete: true,
      ignoreDependencyOnFailure: true,
      // Stack traces would tell nothing, and take room.
      stackTraceLimit: 0,
    },
  };
}

/** Hands out tasks of a study whose job is in the queue; those that are there already stay as they are. */
export async function addTasks(
  queue: Queue,
  study: Pick<Job, 'opts'> & { readonly id: string; readonly stamp: string },
  keys: readonly string[],
): Promise<void> {
  const { id, stamp } = study;
  const parent = { id, queue: queue.qualifiedName };
  for (let from = 0; from < keys.length; from += batchSize)
    await queue.addBulk(
      keys.slice(from, from + batchSize).map((key) => {
        const { opts, ...job } = taskJob({ study: id, stamp, key }, study.opts);
        return { ...job, opts: { ...opts, parent } };
      }),
    );
}
