import {
  lastWords,
  readSubmissions,
  type DistributedTask,
  type SubmissionRecord,
  type TaskReport,
} from '@intermodel/distribution';
import type { Study } from '@intermodel/pipelines';
import { IntermodelError } from '@intermodel/streams';
import { asTyped } from './as-typed.ts';
import { engineOf, isEngineName } from './engines.ts';
import { counted } from './output.ts';
import { enginePlace, knownTasks, type SubmittedOptions } from './work-order.ts';

/** Tasks that run, and that failed, of which a text tells. */
const tasksTold = 5;

/** A task that an engine has. */
export interface TaskAtWork {
  /** Name of the task. */
  readonly task: string;
  /** Its wave. */
  readonly wave: string;
  /** Model that it is about; empty: all. */
  readonly model: string;
  /** What makes it, as the engine names that; empty: it has no name beside the task. */
  readonly job: string;
}

/** A task that came to an end without leaving its steps. */
export interface FailedReport extends TaskAtWork {
  /** What the engine says of its end; empty: nothing. */
  readonly reason: string;
  /** What its worker said last; empty: nothing. */
  readonly error: string;
  /** File of all that its worker said; undefined: there is none. */
  readonly log: string | undefined;
}

/** Where the tasks stand that were submitted of a study. */
export interface SubmittedTasks {
  /** Engine that has them. */
  readonly engine: string;
  /** Tasks that run. */
  readonly running: readonly TaskAtWork[];
  /** Tasks that wait for their turn. */
  readonly waiting: number;
  /** Tasks that came to an end without leaving their steps. */
  readonly failed: readonly FailedReport[];
  /** Why the engine could not be asked; undefined: it was. */
  readonly unknown: string | undefined;
}

/** What was last submitted of a study. */
export function lastSubmission(study: Study, own: SubmittedOptions): SubmissionRecord | undefined {
  return readSubmissions(enginePlace(study, own)).at(-1);
}

/** Where the tasks stand that were submitted of a study; undefined: none were. */
export async function submittedTasks(study: Study, own: SubmittedOptions): Promise<SubmittedTasks | undefined> {
  const last = lastSubmission(study, own);
  if (last === undefined || !isEngineName(last.engine)) return undefined;
  const { reports } = engineOf(last.engine, { [last.engine]: last.options });
  if (reports === undefined) return undefined;
  try {
    const told = new Map((await reports(enginePlace(study, own))).map((report) => [report.key, report]));
    const open = (await knownTasks(study, own, { shardsPerTask: last.shardsPerTask, unmeasured: true })).flatMap(
      (task) => {
        const report = told.get(task.key);
        return task.state === 'done' || report === undefined ? [] : [{ task, report }];
      },
    );
    const of = (state: TaskReport['state']) => open.filter(({ report }) => report.state === state);
    return {
      engine: last.engine,
      running: of('running').map(({ task, report }) => taskAtWork(task, report)),
      waiting: of('waiting').length,
      failed: of('ended').map(({ task, report }) => failedReport(task, report)),
      unknown: undefined,
    };
  } catch (error) {
    if (!(error instanceof IntermodelError)) throw error;
    return { engine: last.engine, running: [], waiting: 0, failed: [], unknown: error.problem };
  }
}

/** A task that failed, with what its worker said. */
export function failedReport(task: DistributedTask, report: TaskReport): FailedReport {
  const { reason, log } = report;
  return { ...taskAtWork(task, report), reason, error: log === undefined ? '' : lastWords(log, task.key), log };
}

function taskAtWork({ key, wave, model }: DistributedTask, { job }: TaskReport): TaskAtWork {
  return { task: key, wave, model, job };
}

/** Failed tasks in lines, the first few with what their workers said. */
export function failureLines(failed: readonly FailedReport[]): string[] {
  const told = failed
    .slice(0, tasksTold)
    .flatMap(({ wave, model, job, reason, error, log }) => [
      [
        nameOf({ wave, model }),
        [job === '' ? '' : `job ${job}`, asTyped(reason)].filter((part) => part !== '').join(', '),
        error,
      ]
        .filter((part) => part !== '')
        .join(': '),
      ...(log === undefined ? [] : [`  log: ${log}`]),
    ]);
  const more = failed.length - tasksTold;
  return [...told, ...(more > 0 ? [`and ${String(more)} more`] : [])];
}

/** Where submitted tasks stand, in words. */
export function submittedLines({ engine, running, waiting, failed, unknown }: SubmittedTasks): string[] {
  if (unknown !== undefined) return [`Submitted to ${engine}, which could not be asked: ${unknown}`];
  return [
    `Submitted to ${engine}: ${counted(running.length, 'task')} ${running.length === 1 ? 'runs' : 'run'}${runningText(running)}, ${String(waiting)} wait, ${String(failed.length)} failed.`,
    ...failureLines(failed),
  ];
}

function runningText(running: readonly TaskAtWork[]): string {
  if (running.length === 0) return '';
  const told = running
    .slice(0, tasksTold)
    .map((task) => `${nameOf(task)}${task.job === '' ? '' : `, job ${task.job}`}`);
  return ` (${[...told, ...(running.length > tasksTold ? ['…'] : [])].join('; ')})`;
}

function nameOf({ wave, model }: Pick<TaskAtWork, 'wave' | 'model'>): string {
  return [wave, model].filter((part) => part !== '').join(' ');
}
