import { runStudy, type Study, type StudyRun, type StudyWarning } from '@intermodel/pipelines';
import type { LockOptions } from '@intermodel/steps';
import type { Command } from 'commander';
import { filter, lastValueFrom, tap } from 'rxjs';
import { dissectionProgress } from './dissection-progress.ts';
import { easeCollections } from './heap-growth.ts';
import { wholeNumber } from './numbers.ts';
import type { OutputOptions } from './output.ts';
import { reportChoices, type ReportOptions } from './report-options.ts';
import { stoppable } from './stopping.ts';
import { noteLine, writeMessage } from './terminal.ts';

/** Options of commands that run a study, as they are parsed. */
export interface RunOptions extends OutputOptions, ReportOptions {
  /** Folder to write. */
  readonly out: string;
  /** Folder of the finished steps. @default '.store' in the output folder */
  readonly store?: string;
  /** Whether files are hashed again that seem unchanged. */
  readonly verify?: boolean;
  /** Whether to wait for another run that holds the store. */
  readonly wait?: boolean;
  /** Threads that count once a pass is through. */
  readonly concurrency?: number;
  /** Whether each step is told of in a line. */
  readonly verbose?: boolean;
}

/** How many steps a run computed, and how many it found in the store. */
export interface StepCounts {
  /** Steps that were computed. */
  run: number;
  /** Steps that were in the store. */
  stored: number;
}

/** Adds the options of commands that run a study. */
export function withRunOptions(command: Command): Command {
  return command
    .option('--store <DIR>', 'folder of finished steps, which are not run again (default: .store in --out)')
    .option('--verify', 'hash input files again whose size and times have not changed')
    .option('--wait', 'wait for another run of the same store instead of refusing')
    .option(
      '--concurrency <N>',
      'threads that find thresholds and overlaps once the images are through (default: those of the machine, at most 4; one for few images)',
      wholeNumber(1),
    )
    .option('--verbose', 'say in a line on standard error which steps are run, done or found in the store');
}

/** What happens where another run holds the store or the output folder. */
export function lockOptions({
  wait,
  quiet,
}: {
  readonly wait: boolean | undefined;
  readonly quiet: boolean | undefined;
}): Pick<LockOptions, 'waitMilliseconds' | 'onWait'> {
  return {
    waitMilliseconds: wait === true ? Infinity : 0,
    onWait: (holder) => {
      if (quiet !== true)
        writeMessage(`waiting for process ${String(holder)}, which runs a study with this store or output folder\n`);
    },
  };
}

/** Runs a study as the options say, with progress on a terminal. */
export async function runToEnd(
  study: Study,
  options: RunOptions,
  command: string,
): Promise<{ readonly run: StudyRun; readonly steps: StepCounts }> {
  const { out, store, verify, wait, concurrency } = options;
  const { onEvent, done } = dissectionProgress(options);
  const steps: StepCounts = { run: 0, stored: 0 };
  const notes: StudyWarning[] = [];
  easeCollections();
  const work = (signal: AbortSignal) =>
    lastValueFrom(
      runStudy(study, {
        ...{ out, signal, command },
        ...reportChoices(options),
        ...(store === undefined ? {} : { store }),
        ...(verify === undefined ? {} : { verify }),
        ...(concurrency === undefined ? {} : { concurrency }),
        lock: lockOptions({ wait, quiet: options.quiet }),
      }).pipe(
        tap((event) => {
          if (event.kind === 'step-done') steps.run++;
          if (event.kind === 'step-skipped') steps.stored++;
          if (event.kind === 'warning') notes.push(event);
          if (event.kind !== 'tables') onEvent(event);
        }),
        filter((event) => event.kind === 'tables'),
      ),
    );
  const run = await stoppable(work, 'stopped; what is finished is stored, and the same command goes on from there');
  done();
  // What was noticed of the store is no part of the study's record; all else is told with the result.
  const { warnings } = run.record;
  for (const { subject, text } of notes)
    if (options.quiet !== true && !warnings.some((known) => known.subject === subject && known.text === text))
      writeMessage(`${noteLine(subject, text)}\n`);
  return { run, steps };
}
