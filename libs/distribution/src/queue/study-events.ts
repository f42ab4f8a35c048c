/** A task that was set aside. */
export interface SetAsideTask {
  /** Its key. */
  readonly key: string;
  /** Why, with the code of the error. */
  readonly reason: string;
}

/** What comes of a study in the queue. */
export interface StudyEnd {
  /** Tasks that failed for good. */
  readonly setAside: readonly SetAsideTask[];
  /** Tasks that could not be made, as what they are made of is missing. */
  readonly left: number;
  /** Why the study as a whole could not go on; undefined: it did. */
  readonly failure: string | undefined;
}

/** What a queue tells of a study. */
export type StudyQueueEvent =
  | { readonly kind: 'task-made'; readonly key: string }
  | { readonly kind: 'task-set-aside'; readonly key: string; readonly reason: string }
  | { readonly kind: 'task-progress'; readonly key: string; readonly done: number; readonly total: number }
  /** A worker does not take tasks of the study; told once for each reason. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** How many workers are connected. */
  | { readonly kind: 'workers'; readonly count: number }
  | { readonly kind: 'queue-lost'; readonly reason: string }
  | { readonly kind: 'queue-back' };
