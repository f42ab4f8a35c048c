import {
  isStoreAddress,
  queueWorker,
  redisAddress,
  refusalText,
  safeAddress,
  type QueueStudy,
  type QueueWorkerEvent,
} from '@intermodel/distribution';
import {
  AllowedRoots,
  openSubmitted,
  type DissectionEvent,
  type OpenSubmittedOptions,
  type SubmittedStudy,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { asTyped } from './as-typed.ts';
import { dissectionProgress } from './dissection-progress.ts';
import { easeCollections } from './heap-growth.ts';
import { namedStore, type NamedStore } from './named-store.ts';
import { counted, madeText, noteLine, printResult, type TerminalOptions } from './output.ts';
import { stoppable } from './stopping.ts';
import { writeMessage } from './terminal.ts';

/** Digits of a task that are shown. */
const taskDigits = 12;

/** What a worker on a queue takes from the command line. */
export interface QueueWorkOptions extends NamedStore {
  /** Address of the queue; empty: that of the environment. */
  readonly queue: string;
  /** Folders within which studies may be worked on. */
  readonly allowRoots?: readonly string[];
  /** Whether to end once the queue is empty. */
  readonly untilEmpty?: boolean;
  /** Seconds after which the task of a worker that gives no sign of life is taken over. */
  readonly lockSeconds?: number;
  /** Threads that count once a pass is through. */
  readonly concurrency?: number;
}

/** Makes tasks of the studies in a queue, until it is stopped, or until none is left. */
export async function workOnQueue(own: QueueWorkOptions, terminal: TerminalOptions): Promise<void> {
  const { queue, allowRoots = [], untilEmpty = false, lockSeconds, store, concurrency, ...cache } = own;
  const address = redisAddress(queue === '' ? undefined : queue, process.env);
  const roots = new AllowedRoots(allowRoots);
  const progress = dissectionProgress(terminal);
  const made = { tasks: 0, steps: 0 };
  let gaveBack = false;
  const say = (text: string) => {
    progress.done();
    if (terminal.quiet !== true) writeMessage(`${text}\n`);
  };
  easeCollections();
  await stoppable(
    async (signal) => {
      const onEvent = (event: DissectionEvent) => {
        if (event.kind === 'step-done') made.steps++;
        if (event.kind === 'warning') say(noteLine(event));
        if (event.kind === 'progress') worker.progress(event.done, event.total);
        progress.onEvent(event);
      };
      const worker = queueWorker({
        ...{ address, untilEmpty, signal },
        ...(lockSeconds === undefined ? {} : { times: timesOf(lockSeconds) }),
        open: (study) =>
          openQueued(study, {
            ...{ roots, signal, onEvent },
            ...(store === undefined ? {} : namedStore({ store, ...cache }, terminal)),
            openStore: (name) =>
              isStoreAddress(name) ? (namedStore({ store: name, ...cache }, terminal).store ?? name) : name,
            ...(concurrency === undefined ? {} : { concurrency }),
          }),
        onEvent: (event) => {
          if (event.kind === 'task-made') made.tasks++;
          if (event.kind === 'given-back') gaveBack = true;
          const text = eventText(event, { address, verbose: terminal.verbose === true });
          if (text !== undefined) say(text);
        },
      });
      await worker.ended;
    },
    () => `stopped${gaveBack ? '; the task in hand was given back' : ' with no task in hand'}, and other workers go on`,
  );
  progress.done();
  printResult(terminal, made, () => madeText(made));
}

/** All times of a queue follow from one. */
function timesOf(lockSeconds: number) {
  return { lockMilliseconds: lockSeconds * 1000, refusalMilliseconds: (lockSeconds * 1000) / 6 };
}

async function openQueued(study: SubmittedStudy, options: OpenSubmittedOptions): Promise<QueueStudy> {
  const worker = await openSubmitted(study, options);
  return {
    ready: async () => {
      const { ready, waiting } = await worker.openTasks();
      return { keys: ready.map(({ key }) => key), left: waiting.length };
    },
    make: (key) => worker.make(worker.task(key)),
    close: () => worker.close(),
    stop: () => worker.stop(),
  };
}

/** What is said of an event; settings are as typed. */
function eventText(
  event: QueueWorkerEvent,
  { address, verbose }: { readonly address: string; readonly verbose: boolean },
): string | undefined {
  switch (event.kind) {
    case 'queue-warning':
      return `note: ${event.text}`;
    case 'queue-lost':
      return `waiting for Redis at ${safeAddress(address)}: ${event.reason}`;
    case 'queue-back':
      return `Redis at ${safeAddress(address)} is there`;
    case 'refused':
      return `not worked on here: ${asTyped(refusalText(event.file, event.reason))}`;
    case 'task-failed':
      return `${event.isLast ? 'set aside' : 'to be tried again'}: ${taskText(event.task)}${asTyped(event.reason)}`;
    case 'task-made':
      return verbose ? `${taskText(event.task)}done, ${counted(event.steps, 'step')} made` : undefined;
    case 'given-back':
      return verbose ? `${taskText(event.task)}given back` : undefined;
  }
}

/** What begins what is said of a task; a job that could not be read has none. */
function taskText(key: string): string {
  return key === '' ? '' : `task ${key.slice(0, taskDigits)}: `;
}

/** @throws InputError `WORK_OPTIONS` for what goes with a study, beside a queue, or the other way round. */
export function checkQueueOptions(given: Readonly<Record<string, unknown>>, files: readonly string[]): void {
  const { queue } = given;
  const ofStudy = ['set', 'out', 'part', 'tasks', 'wave', 'shardsPerTask', 'expectStudy', 'batch'];
  const ofQueue = ['allowRoots', 'untilEmpty', 'lockSeconds'];
  const strange = (queue === undefined ? ofQueue : ofStudy).find((name) => given[name] !== undefined);
  if (queue !== undefined && files.length > 0)
    throw new InputError('WORK_OPTIONS', `a study was named beside \`queue\`, whose studies are worked on`, {
      expected: 'a study, or a queue',
      hint: `Leave out ${files.join(' ')}, or \`queue\`.`,
    });
  if (strange !== undefined)
    throw new InputError(
      'WORK_OPTIONS',
      `\`${strange}\` is for ${queue === undefined ? 'workers on a queue' : 'a worker on one study'}`,
      { hint: `Leave \`${strange}\` out${queue === undefined ? ', or give `queue`' : ''}.` },
    );
  if (queue === undefined && files.length === 0)
    throw new InputError('WORK_OPTIONS', 'neither a study nor a queue was named', {
      expected: 'a study file with its store, or `queue`',
      hint: 'See "intermodel work --help" for examples.',
    });
}
