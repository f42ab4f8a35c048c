import { probeStudy, type ProbeStudyOptions, type Study } from '@intermodel/pipelines';
import { filter, lastValueFrom, tap } from 'rxjs';
import type { Given } from './command.ts';
import { dissectionProgress } from './dissection-progress.ts';
import { namedStore, type NamedStore } from './named-store.ts';
import { noteLine, printResult } from './output.ts';
import { probeResult, probeText } from './probe-results.ts';
import { openReport } from './results.ts';
import { lockOptions, type StudyFileOptions } from './run-options.ts';
import { statedCommand } from './stated-command.ts';
import { stoppable } from './stopping.ts';

/** Options of the app of commands that score models on tasks. */
export type ProbeOptions = Omit<ProbeStudyOptions, 'signal' | 'command'> &
  NamedStore &
  StudyFileOptions & { readonly out: string };

/** Scores the models of a study on its tasks, with progress on a terminal, and prints what came of it. */
export async function probeToEnd(study: Study, given: Given<ProbeOptions>): Promise<void> {
  const { own, terminal, parsed } = given;
  const { set: _set, ...options } = own;
  const { onEvent, done } = dissectionProgress(terminal);
  const work = (signal: AbortSignal) =>
    lastValueFrom(
      probeStudy(study, {
        ...options,
        ...namedStore(own, terminal),
        command: statedCommand(parsed),
        lock: lockOptions(own, terminal),
        signal,
      }).pipe(
        tap((event) => {
          if (event.kind !== 'probes') onEvent(event);
        }),
        filter((event) => event.kind === 'probes'),
      ),
    );
  const { tables, warnings, files } = await stoppable(
    work,
    'stopped; what is finished is stored, and the same command goes on from there',
  );
  done();
  printResult(terminal, { out: own.out, files, ...probeResult(tables), warnings }, () =>
    [
      ...probeText(tables),
      ...warnings.map(noteLine),
      `\ntables in ${own.out}, scores.csv as "intermodel relate" takes it${openReport(own.out, files)}`,
    ].join('\n'),
  );
}
