import type { QueuedInput } from './queue/queue-data.ts';
import type { StudyEnd, StudyQueueEvent } from './queue/study-events.ts';
import type { DistributedTask } from './distributed-task.ts';

/** What an engine is to have made: tasks of one study, and how others are told to make them. */
export interface WorkOrder {
  /** Name of the study, for people. */
  readonly name: string;
  /** Hash of what the study is: workers refuse another one. */
  readonly studyHash: string;
  /** Absolute path of the study file. */
  readonly studyFile: string;
  /** Absolute path or address of the store, which all workers see. */
  readonly store: string;
  /** Folder for scripts and logs of what is submitted, which all workers see; undefined: there is none. */
  readonly submissions: string | undefined;
  /** Command line of a worker, word by word, to which `--task KEY` is added for each of its tasks. */
  readonly command: readonly string[];
  /** The words of it that start the program, where another was given than the one that submits. */
  readonly program?: readonly string[] | undefined;
  /** The tasks in the order of their waves: those that are to be made, and those that are done or with the engine. */
  readonly tasks: readonly DistributedTask[];
  /** Keys of tasks that the engine had before they were listed: they may have been made meanwhile. @default none */
  readonly held?: ReadonlySet<string>;
  /** Waves in which models run on a GPU; empty: none. */
  readonly gpuWaves: readonly string[];
  /** How tasks were cut, where that was said. */
  readonly shardsPerTask?: number | undefined;
  /** What workers of a queue are told besides, who look for the study by themselves. */
  readonly queued?: OrderForQueue;
}

/** What workers of a queue need to find a study, and to tell whether it is the one that is meant. */
export interface OrderForQueue {
  /** Version of the program. */
  readonly program: string;
  /** Options that go over those of the study file, `PATH=VALUE`. */
  readonly set: readonly string[];
  /** Hashes of all that the study reads. */
  readonly inputs: () => Promise<readonly QueuedInput[]>;
}

/** A job as its engine names it. */
export interface SubmittedJob {
  /** Wave that it makes tasks of. */
  readonly wave: string;
  /** What the engine calls it; empty: it has no jobs. */
  readonly job: string;
  /** Tasks that it makes. */
  readonly tasks: number;
  /** Pieces that the engine runs by themselves. */
  readonly elements: number;
}

/** What came of handing an order over. */
export interface Submission {
  /** Jobs in the order of their waves. */
  readonly jobs: readonly SubmittedJob[];
  /** Folder of the files that were written for it; undefined: none were. */
  readonly folder: string | undefined;
  /** What of the engine may lead to trouble, for people. @default nothing */
  readonly notes?: readonly string[];
}

/** Where a task that was handed over stands with its engine. What is done is known by the store alone. */
export interface TaskReport {
  /** Name of the task. */
  readonly key: string;
  /** Whether it waits for its turn, runs, or came to an end; whoever ended without leaving its steps has failed. */
  readonly state: 'waiting' | 'running' | 'ended';
  /** What makes it, as the engine names that; empty: it has no name beside the task. */
  readonly job: string;
  /** What the engine says of it, such as `NODE_FAIL`; empty: nothing. */
  readonly reason: string;
  /** File with what its worker said; undefined: there is none. */
  readonly log: string | undefined;
}

/** What an engine was told to leave unmade. */
export interface Cancelled {
  /** How many. */
  readonly cancelled: number;
  /** What is counted: jobs that were told to end, or tasks that no worker had in hand. */
  readonly of: 'jobs' | 'tasks';
}

/** Which study of which store it is about. */
export type EnginePlace = Pick<WorkOrder, 'store' | 'submissions' | 'studyHash' | 'studyFile'>;

/** Has tasks made elsewhere. Schedules nothing itself. */
export interface Engine {
  /** Tells what it would hand over, and hands nothing over. */
  preview(order: WorkOrder): Promise<string>;
  /**
   * Hands an order over, whole or not at all: tasks that are neither done nor with the engine already.
   *
   * @throws MachineError, InputError with what the engine says.
   */
  submit(order: WorkOrder): Promise<Submission>;
  /** Where the tasks of all orders of a study stand, each in the last one; absent: it does not come back to them. */
  readonly reports?: (place: EnginePlace) => Promise<readonly TaskReport[]>;
  /** Ends what runs and waits of a study, and tells what that was; absent: it cannot. */
  readonly cancel?: (place: EnginePlace) => Promise<Cancelled>;
  /** Stays until nothing of a study is left to be made, and tells what happens; absent: it is asked for reports. */
  readonly follow?: (
    place: EnginePlace,
    options: { readonly signal: AbortSignal; readonly onEvent: (event: StudyQueueEvent) => void },
  ) => Promise<StudyEnd>;
}
