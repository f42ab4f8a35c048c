import type { Job } from 'bullmq';
import { taskOfJob } from './queue-data.ts';
import type { SetAsideTask } from './study-events.ts';

/** Tasks that are asked for at a time. */
const atATime = 1000;

/** Tasks of the job of a study that were made, by their keys. */
export async function processedTasks(job: Job): Promise<string[]> {
  const keys: string[] = [];
  let cursor = 0;
  do {
    const { processed = {}, nextProcessedCursor = 0 } = await job.getDependencies({
      processed: { count: atATime, cursor },
    });
    for (const child of Object.keys(processed)) keys.push(taskOf(job, child));
    cursor = nextProcessedCursor;
  } while (cursor !== 0);
  return keys;
}

/** Tasks of the job of a study that are handed out and not made yet, by their keys. */
export async function openTasks(job: Job): Promise<string[]> {
  const keys: string[] = [];
  let cursor = 0;
  do {
    const { unprocessed = [], nextUnprocessedCursor = 0 } = await job.getDependencies({
      unprocessed: { count: atATime, cursor },
    });
    for (const child of unprocessed) keys.push(taskOf(job, child));
    cursor = nextUnprocessedCursor;
  } while (cursor !== 0);
  return keys;
}

/** Tasks of the job of a study that were set aside, by their keys. */
export async function setAsideTasks(job: Job): Promise<SetAsideTask[]> {
  const failed = await job.getIgnoredChildrenFailures();
  return Object.entries(failed)
    .map(([child, reason]) => ({ key: taskOf(job, child), reason: inWords(reason) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Why a job failed, where BullMQ says so in words of its own. */
export function inWords(reason: string): string {
  return reason === 'job stalled more than allowable limit'
    ? 'WORKER_LOST: the workers that made it died, or were cut off from the queue, too often'
    : reason;
}

function taskOf({ id = '' }: Job, child: string): string {
  return taskOfJob(id, child.slice(child.lastIndexOf(':') + 1)) ?? '';
}
