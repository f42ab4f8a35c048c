// What engines share out
export type { DistributedTask } from './distributed-task.ts';
export type {
  Cancelled,
  Engine,
  EnginePlace,
  Submission,
  SubmittedJob,
  OrderForQueue,
  TaskReport,
  WorkOrder,
} from './engine.ts';

// Engines
export { slurmEngine } from './slurm/slurm-engine.ts';
export type { SlurmOptions } from './slurm/slurm-options.ts';
export { filesEngine, type FilesEngineOptions } from './files/files-engine.ts';

// What was submitted
export { lastWords } from './jobs/last-words.ts';
export { readSubmissions, type PlannedSubmission, type SubmissionRecord } from './jobs/submissions.ts';
export { watchTasks, type FailedTask, type WatchedTasks, type WatchTasksOptions } from './watch-tasks.ts';

// Queues: tasks of studies on a Redis server
export { checkRedis, redisAddress, redisVariables, type CheckRedisOptions } from './queue/open-redis.ts';
export type { QueuedInput, QueuedStudy } from './queue/queue-data.ts';
export { queueTimesDefault, type QueueTimes } from './queue/queue-settings.ts';
export {
  queueWorker,
  refusalText,
  type QueueStudy,
  type QueueWorker,
  type QueueWorkerEvent,
  type QueueWorkerOptions,
} from './queue/queue-worker.ts';
export {
  openStudyQueue,
  type QueuedTaskState,
  type StudyId,
  type StudyQueue,
  type SubmitOptions,
} from './queue/study-queue.ts';
export type { SetAsideTask, StudyEnd, StudyQueueEvent } from './queue/study-events.ts';
export { queueEngine, type QueueEngineOptions } from './queue/queue-engine.ts';

// Addresses
export { safeAddress } from './safe-address.ts';

// Stores that machines share without a common folder
export { cacheMegabytesDefault, objectStore, type ObjectStoreOptions } from './object-store/object-store.ts';
export { isStoreAddress } from './object-store/store-address.ts';
