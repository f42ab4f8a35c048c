// What engines share out
export type { DistributedTask } from './distributed-task.ts';
export type { Engine, EnginePlace, Submission, SubmittedJob, TaskReport, WorkOrder } from './engine.ts';

// Engines
export { filesEngine, type FilesEngineOptions } from './files/files-engine.ts';

// Queues: tasks of studies on a Redis server
export { checkRedis, redisAddress, redisVariables, type CheckRedisOptions } from './queue/open-redis.ts';
export type { QueuedInput, QueuedStudy } from './queue/queue-data.ts';
export { queueTimesDefault, type QueueTimes } from './queue/queue-settings.ts';
export {
  queueWorker,
  type QueueStudy,
  type QueueWorker,
  type QueueWorkerEvent,
  type QueueWorkerOptions,
} from './queue/queue-worker.ts';
export {
  openStudyQueue,
  type QueuedTaskState,
  type SetAsideTask,
  type StudyEnd,
  type StudyId,
  type StudyQueue,
  type StudyQueueEvent,
  type SubmitOptions,
} from './queue/study-queue.ts';

// Addresses
export { safeAddress } from './safe-address.ts';

// Stores that machines share without a common folder
export { cacheMegabytesDefault, objectStore, type ObjectStoreOptions } from './object-store/object-store.ts';
export { isStoreAddress } from './object-store/store-address.ts';
