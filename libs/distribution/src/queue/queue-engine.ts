import type { Engine, EnginePlace, Submission, WorkOrder } from '../engine.ts';
import { writeSubmission } from '../jobs/submissions.ts';
import { safeAddress } from '../safe-address.ts';
import { checkRedis, redisAddress } from './open-redis.ts';
import { readQueuedStudy, studyJobId, type QueuedStudy } from './queue-data.ts';
import { openStudyQueue, type OtherStudy, type StudyId, type StudyQueue } from './study-queue.ts';

/** Options of {@link queueEngine}. */
export interface QueueEngineOptions {
  /** Address of the Redis server. @default that of the environment */
  readonly redis?: string;
}

/** Milliseconds for which a server that cannot be reached is waited for. */
const patience = 10_000;

/** Has tasks made by the workers of a BullMQ queue; see {@link queueWorker}. */
export function queueEngine({ redis }: QueueEngineOptions = {}): Engine {
  /** The address is not needed before something is asked of the queue. */
  const addressOf = () => redisAddress(redis, process.env);

  /** Works with the queue once the server is known to be there. */
  const withQueue = async <Result>(
    work: (queue: StudyQueue) => Promise<Result>,
    onWarnings: (warnings: readonly string[]) => void = () => undefined,
  ): Promise<Result> => {
    const address = addressOf();
    onWarnings(await checkRedis(address, { patience }));
    const queue = await openStudyQueue(address);
    try {
      return await work(queue);
    } finally {
      await queue.close();
    }
  };

  return {
    preview: async (order) => {
      const study = await studyOf(order);
      const ready = order.tasks.filter(({ state }) => state === 'ready').length;
      return [
        `Redis at ${safeAddress(addressOf())}, study ${studyJobId(study)}:`,
        `${String(ready)} tasks at once, ${String(openTasks(order).length - ready)} after these`,
        `${JSON.stringify(study, null, 2)}\n`,
      ].join('\n');
    },
    submit: async (order) => {
      const open = openTasks(order);
      if (open.length === 0) return { jobs: [], folder: undefined };
      const ready = open.filter(({ state }) => state === 'ready').map(({ key }) => key);
      let notes: readonly string[] = [];
      await withQueue(
        async (queue) => {
          const known = await studyOf(order);
          await queue.submit(known, ready);
          notes = [...notes, ...othersNotes(await queue.others(known))];
          return known;
        },
        (warnings) => (notes = warnings),
      );
      const { submissions, studyHash, studyFile, shardsPerTask } = order;
      // An address that holds credentials is not kept.
      const options = redis === undefined || safeAddress(redis) !== redis ? {} : { redis };
      const planned = { engine: 'bullmq', studyHash, studyFile, shardsPerTask, options, jobs: [] };
      if (submissions !== undefined) writeSubmission(submissions, planned, () => ({}));
      return { jobs: jobsOf(order), folder: undefined, notes };
    },
    reports: (place) =>
      withQueue(async (queue) => {
        const id = idOf(place);
        return (await queue.tasks(id)).map(({ key, state, reason }) => ({
          ...{ key, state: state === 'set-aside' ? 'ended' : state },
          ...{ job: '', reason, log: undefined },
        }));
      }),
    cancel: (place) =>
      withQueue(async (queue) => {
        const { studyFile: file, studyHash, store } = place;
        let cancelled = await queue.cancel(idOf(place));
        for (const { hash } of await queue.others({ file, hash: studyHash, store }))
          cancelled += await queue.cancel({ hash, store });
        return { cancelled, of: 'tasks' };
      }),
    follow: (place, { signal, onEvent }) => withQueue((queue) => queue.watch(idOf(place), onEvent, signal)),
  };
}

function idOf({ studyHash, store }: EnginePlace): StudyId {
  return { hash: studyHash, store };
}

/** Tells of tasks that nobody would wait for. */
function othersNotes(others: readonly OtherStudy[]): string[] {
  if (others.length === 0) return [];
  const tasks = others.reduce((sum, other) => sum + other.tasks, 0);
  return [
    `${tasks === 1 ? '1 task' : `${String(tasks)} tasks`} of this study file as it was before, or with other settings, are still in the queue, and workers refuse them once the file is another: \`cancel\` takes all tasks of the file out, and what is submitted then is of the file as it is now`,
  ];
}

function openTasks({ tasks }: WorkOrder): WorkOrder['tasks'] {
  return tasks.filter(({ state }) => state !== 'done');
}

/** What workers are told of the study. */
async function studyOf({ studyFile, studyHash, store, shardsPerTask = 0, queued }: WorkOrder): Promise<QueuedStudy> {
  if (queued === undefined) throw new RangeError('queueEngine: the order does not say what workers of a queue need');
  const { program, set } = queued;
  const study = { program, file: studyFile, hash: studyHash, set, store, shardsPerTask };
  return readQueuedStudy({ ...study, inputs: await queued.inputs() });
}

/** What is handed out at once, and what follows, by wave. */
function jobsOf(order: WorkOrder): Submission['jobs'] {
  const open = openTasks(order);
  return [...new Set(open.map(({ wave }) => wave))].map((wave) => {
    const tasks = open.filter((task) => task.wave === wave).length;
    return { wave, job: '', tasks, elements: tasks };
  });
}
