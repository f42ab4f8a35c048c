import type {
  DistributedTask,
  Engine,
  StudyEnd,
  StudyQueueEvent,
  Submission,
  WorkOrder,
} from '@intermodel/distribution';
import { MachineError } from '@intermodel/streams';
import { asTyped } from './as-typed.ts';
import { counted, durationText, printResult, type TerminalOptions } from './output.ts';
import { stoppable } from './stopping.ts';
import { showProgress, writeMessage } from './terminal.ts';

/** Tasks that were set aside that a message tells of. */
const setAsideTold = 5;

/** Milliseconds between two lines of progress. */
const interval = 100;

/** Hands an order to an engine, and stays until nothing of it is left to be made. @throws MachineError `TASKS_FAILED` */
export async function followToEnd(
  engine: Engine,
  order: WorkOrder & { readonly tasks: readonly (DistributedTask & { readonly images: number })[] },
  terminal: TerminalOptions,
): Promise<void> {
  const submission = await engine.submit(order);
  tellNotes(submission, terminal);
  const allDone = 'All tasks are done: "intermodel run" writes the output.';
  if (submission.jobs.length > 0) {
    if (terminal.quiet !== true) writeMessage(`${handedOut(submission)}\n`);
    const { onEvent, done } = queueProgress(order.tasks, terminal);
    const end = await stoppable(
      async (signal) => engine.follow?.(order, { signal, onEvent }),
      'no longer watching; the queue goes on: the same command comes back to it, with --cancel it is emptied',
    ).finally(done);
    if (end === undefined) throw new RangeError('followToEnd: the engine cannot be followed');
    if (end.failure !== undefined || end.setAside.length + end.left > 0) throw failed(end, order.tasks);
  }
  printResult(terminal, { done: order.tasks.length }, () => allDone);
}

/** Tells what of an engine may lead to trouble. */
export function tellNotes({ notes = [] }: Submission, { quiet }: TerminalOptions): void {
  if (quiet !== true) for (const note of notes) writeMessage(`note: ${asTyped(note)}\n`);
}

/** What was handed out, in a line. */
function handedOut({ jobs }: Submission): string {
  const all = jobs.reduce((sum, { tasks }) => sum + tasks, 0);
  const waves = jobs.map(({ wave, tasks }) => `${wave} ${String(tasks)}`).join(', ');
  return `${counted(all, 'task')} handed out: ${waves}`;
}

/** Shows how far the tasks of a queue are: on a terminal a line for the wave in hand, with the time left. */
function queueProgress(
  tasks: readonly (DistributedTask & { readonly images: number })[],
  { quiet }: TerminalOptions,
): { readonly onEvent: (event: StudyQueueEvent) => void; readonly done: () => void } {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const shares = new Map<string, number>(tasks.flatMap(({ key, state }) => (state === 'done' ? [[key, 1]] : [])));
  const setAside = new Set<string>();
  const isShown = quiet !== true && process.stderr.isTTY;
  let wave = '';
  let workers = 0;
  let begun = 0;
  let atFirst = 0;
  let shown = 0;
  const say = (text: string) => {
    if (isShown) showProgress('');
    if (quiet !== true) writeMessage(`${text}\n`);
  };
  const show = (key: string) => {
    const task = byKey.get(key);
    if (task === undefined || !isShown) return;
    const now = performance.now();
    if (task.wave === wave && now - shown < interval) return;
    shown = now;
    const own = tasks.filter((each) => each.wave === task.wave);
    const made = own.filter((each) => shares.get(each.key) === 1).length;
    const images = own.reduce((sum, each) => sum + each.images * (shares.get(each.key) ?? 0), 0);
    if (task.wave !== wave) {
      wave = task.wave;
      begun = now;
      atFirst = images;
    }
    const rate = (images - atFirst) / Math.max(1e-3, (now - begun) / 1000);
    const left = own.reduce((sum, each) => sum + each.images, 0) - images;
    const estimate = rate === 0 ? '' : `, ${rate.toFixed(1)} images per second, ${durationText(left / rate)} left`;
    const aside = setAside.size === 0 ? '' : `, ${String(setAside.size)} set aside`;
    showProgress(
      `${wave}: ${String(made)} of ${counted(own.length, 'task')}${aside}, ${counted(workers, 'worker')}${estimate}`,
    );
  };
  return {
    onEvent: (event) => {
      switch (event.kind) {
        case 'task-made':
          shares.set(event.key, 1);
          show(event.key);
          return;
        case 'task-progress':
          shares.set(
            event.key,
            // A task can have several passes.
            Math.max(shares.get(event.key) ?? 0, Math.min(0.99, event.done / Math.max(1, event.total))),
          );
          show(event.key);
          return;
        case 'task-set-aside':
          if (setAside.has(event.key)) return;
          setAside.add(event.key);
          say(`set aside: ${nameOf(byKey.get(event.key))}: ${asTyped(event.reason)}`);
          return;
        case 'refused':
          say(`a worker does not work on it: ${asTyped(event.reason)}`);
          return;
        case 'workers':
          workers = event.count;
          if (workers === 0)
            say('no worker is connected: start "intermodel work --queue --allow-root DIR" on machines');
          return;
        case 'queue-lost':
          say(`waiting for Redis: ${event.reason}`);
          return;
        case 'queue-back':
          say('Redis is there again');
      }
    },
    done: () => {
      if (isShown) showProgress('');
    },
  };
}

function failed({ setAside, left, failure }: StudyEnd, tasks: readonly DistributedTask[]): MachineError {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const told = setAside.slice(0, setAsideTold).map(({ key, reason }) => `  ${nameOf(byKey.get(key))}: ${reason}`);
  const more = setAside.length - told.length;
  return new MachineError(
    'TASKS_FAILED',
    [
      failure ??
        `${counted(setAside.length, 'task')} ${setAside.length === 1 ? 'was' : 'were'} set aside, and ${String(left)} ${left === 1 ? 'is' : 'are'} made of what ${setAside.length === 1 ? 'it was' : 'they were'} to leave`,
      ...told,
      ...(more > 0 ? [`  and ${String(more)} more`] : []),
    ].join('\n'),
    { hint: 'Mend what is wrong, and submit again: all else is done.' },
  );
}

function nameOf(task: DistributedTask | undefined): string {
  if (task === undefined) return 'a task';
  return [task.wave, task.model, task.key.slice(0, 12)].filter((part) => part !== '').join(' ');
}
