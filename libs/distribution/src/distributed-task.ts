/** A task of a study, as an engine that has others make it sees it: names and small numbers only. */
export interface DistributedTask {
  /** Name of the task: the hash of what its steps are made of. */
  readonly key: string;
  /** Wave that it belongs to: tasks of one wave need nothing of one another. */
  readonly wave: string;
  /** Model that it is about; empty: all. */
  readonly model: string;
  /** Whether it is done, can be made now, or waits for tasks of earlier waves. */
  readonly state: 'done' | 'ready' | 'waiting';
  /** Seconds that it is likely to take; undefined: not known. */
  readonly seconds: number | undefined;
  /** Bytes of memory that it is likely to take; undefined: not known. */
  readonly memoryBytes?: number | undefined;
}
