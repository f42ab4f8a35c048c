import { lastWords, readSubmissions, type SubmissionRecord, type TaskReport } from '@intermodel/distribution';
import type { Study } from '@intermodel/pipelines';
import { IntermodelError } from '@intermodel/streams';
import { engineOf, isEngineName } from './engines.ts';
import { enginePlace, knownTasks, type SubmittedOptions } from './work-order.ts';

/** Failed tasks that a text tells of. */
const failuresTold = 5;

/** A task that came to an end without leaving its steps. */
export interface FailedReport {
  /** Name of the task. */
  readonly task: string;
  /** Its wave. */
  readonly wave: string;
  /** Model that it is about; empty: all. */
  readonly model: string;
  /** What made it, as the engine names that. */
  readonly job: string;
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
  readonly running: number;
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
    const count = (state: TaskReport['state']) => open.filter(({ report }) => report.state === state).length;
    return {
      engine: last.engine,
      ...{ running: count('running'), waiting: count('waiting') },
      failed: open.flatMap(({ task, report }) => (report.state === 'ended' ? [failedReport(task, report)] : [])),
      unknown: undefined,
    };
  } catch (error) {
    if (!(error instanceof IntermodelError)) throw error;
    return { engine: last.engine, running: 0, waiting: 0, failed: [], unknown: error.problem };
  }
}

/** A task that failed, with what its worker said. */
export function failedReport(
  { key, wave, model }: { readonly key: string; readonly wave: string; readonly model: string },
  { job, reason, log }: TaskReport,
): FailedReport {
  return { task: key, wave, model, job, reason, error: log === undefined ? '' : lastWords(log, key), log };
}

/** Failed tasks in lines, the first few with what their workers said. */
export function failureLines(failed: readonly FailedReport[]): string[] {
  const told = failed
    .slice(0, failuresTold)
    .flatMap(({ wave, model, job, reason, error, log }) => [
      `${[wave, model].filter((part) => part !== '').join(' ')}: job ${job}${reason === '' ? '' : `, ${reason}`}${error === '' ? '' : `: ${error}`}`,
      ...(log === undefined ? [] : [`  log: ${log}`]),
    ]);
  const more = failed.length - failuresTold;
  return [...told, ...(more > 0 ? [`and ${String(more)} more`] : [])];
}

/** Where submitted tasks stand, in words. */
export function submittedLines({ engine, running, waiting, failed, unknown }: SubmittedTasks): string[] {
  if (unknown !== undefined) return [`Submitted to ${engine}, which could not be asked: ${unknown}`];
  return [
    `Submitted to ${engine}: ${String(running)} tasks run, ${String(waiting)} wait, ${String(failed.length)} failed.`,
    ...failureLines(failed),
  ];
}
