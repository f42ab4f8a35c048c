import type { ErrorMessage } from '@intermodel/streams';
import type { QueuedStudy } from './queue-data.ts';
import type { QueueTimes } from './queue-settings.ts';

/** What the thread that keeps a worker's jobs is started with. */
export interface QueueThreadSettings {
  /** Address of the queue, with its credentials: it is told nobody. */
  readonly address: string;
  /** How jobs are taken and kept. */
  readonly times: QueueTimes;
  /** Whether to end once nothing is left in the queue, nor comes back to it, but what the worker refuses. */
  readonly untilEmpty: boolean;
}

/** Work that a job stands for. */
export type QueuedWork = {
  /** The study. */
  readonly study: QueuedStudy;
  /** Which state of it, see `studyStamp`. */
  readonly stamp: string;
} & (
  | /** Make a task. */ { readonly kind: 'task'; readonly key: string }
    /** Tell which tasks can be made now. */
  | { readonly kind: 'study' }
);

/** From the thread to the worker. */
export type ThreadMessage =
  | { readonly kind: 'work'; readonly id: number; readonly work: QueuedWork }
  /** A job was set aside, or is tried again; `task`: its key, empty where it is no task. */
  | { readonly kind: 'failed'; readonly task: string; readonly reason: string; readonly isLast: boolean }
  /** The server cannot be reached any more, or can again. */
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'back' }
  /** All that is left in the queue are studies that the worker refused last, with this many tasks. */
  | { readonly kind: 'refused-rest'; readonly tasks: number }
  /** The thread has ended, as it was told to, or since nothing is left for it in the queue. */
  | { readonly kind: 'ended' };

/** How work went. */
export type WorkOutcome =
  /** A task was made, or was stored already. */
  | { readonly kind: 'made'; readonly steps: number }
  /** Tasks that can be made now, and how many are left besides. */
  | { readonly kind: 'ready'; readonly keys: readonly string[]; readonly left: number }
  | { readonly kind: 'failed'; readonly error: ErrorMessage }
  /** This worker must not, or cannot, do it; another one may. */
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  /** The worker ends: others may do it at once. */
  | { readonly kind: 'given-back' };

/** From the worker to the thread. */
export type WorkerMessage =
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: WorkOutcome }
  /** How far the work in hand is. */
  | { readonly kind: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  /** Take nothing new, and end once the work in hand is given back or done. */
  | { readonly kind: 'stop' };
