import path from 'node:path';
import { isStoreAddress } from '@intermodel/distribution';
import {
  readStudyFile,
  runStudy,
  storeFolder,
  type RunStudyOptions,
  type Study,
  type StudyEvent,
  type StudyPlace,
  type StudyWarning,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { filter, lastValueFrom, tap } from 'rxjs';
import type { Given } from './command.ts';
import { dissectionProgress } from './dissection-progress.ts';
import { easeCollections } from './heap-growth.ts';
import { namedStore, type NamedStore } from './named-store.ts';
import { noteLine, type TerminalOptions } from './output.ts';
import { printRun, type StepCounts } from './results.ts';
import { probeToEnd } from './probe-to-end.ts';
import { lockOptions, type StudyFileOptions } from './run-options.ts';
import { statedCommand } from './stated-command.ts';
import { stoppable } from './stopping.ts';
import { writeMessage } from './terminal.ts';

/** Options of the app of commands that look into the store of a study. */
export type StoreOptions = Partial<StudyPlace> & NamedStore & StudyFileOptions;

/** Options of the app of commands that run a study. */
export type RunOptions = Omit<RunStudyOptions, 'signal' | 'command'> &
  NamedStore &
  StudyFileOptions & { readonly out: string };

/** The study of a file, with what the command line changes of it. */
export function chosenStudy(
  file: string,
  { content: { gallery = {}, significance = {}, resampling = {} }, own: { set = [] } }: Given<StudyFileOptions>,
): Study {
  const flags = Object.entries({ gallery, significance, resampling }).flatMap(([group, options]) =>
    Object.entries(options).map(([key, value]) => `${group}.${key}=${String(value)}`),
  );
  return readStudyFile(file, { set: [...flags, ...set] });
}

/** Where a study is kept. @throws InputError `STORE_NOT_GIVEN`, `ADDRESS_INVALID`, `CACHE_NOT_USED`. */
export function studyPlace(own: StoreOptions, terminal?: TerminalOptions): StudyPlace {
  const { out, store } = own;
  if (out === undefined && store === undefined)
    throw new InputError('STORE_NOT_GIVEN', 'neither --out nor --store was given', {
      expected: 'the folder of finished steps, which workers and runs share, or the output folder that holds it',
      hint: 'Give --store DIR, or --out DIR as for "intermodel run".',
    });
  return { ...(out === undefined ? {} : { out }), ...namedStore(own, terminal) };
}

/** Folder of the store, by its absolute path, or its address. @throws InputError as {@link studyPlace}. */
export function storeOf(place: StoreOptions): string {
  studyPlace(place);
  const { out = '', store } = place;
  if (typeof store !== 'string') return path.resolve(path.join(out, storeFolder));
  return isStoreAddress(store) ? store : path.resolve(store);
}

/** What a run takes from the command line; `name` is the command that a report states. */
export function runOptions(
  { own: { set, ...own }, terminal, parsed }: Given<RunOptions>,
  name?: string,
): RunStudyOptions & { readonly out: string } {
  return {
    ...own,
    ...namedStore(own, terminal),
    command: statedCommand(parsed, name),
    lock: lockOptions(own, terminal),
  };
}

/** Counts the steps that a run tells of. */
export function countSteps(steps: StepCounts, { kind }: StudyEvent): void {
  if (kind === 'step-done') steps.run++;
  if (kind === 'step-skipped') steps.stored++;
}

/**
 * Runs a study as the options say, with progress on a terminal, and prints what came of it. One of tasks alone is what
 * `probe` runs.
 */
export async function runToEnd(study: Study, given: Given<RunOptions>): Promise<void> {
  if (!study.hasData) {
    await probeToEnd(study, given);
    return;
  }
  const { own, terminal } = given;
  const { onEvent, done } = dissectionProgress(terminal);
  const steps: StepCounts = { run: 0, stored: 0 };
  const notes: StudyWarning[] = [];
  easeCollections();
  const work = (signal: AbortSignal) =>
    lastValueFrom(
      runStudy(study, { ...runOptions(given), signal }).pipe(
        tap((event) => {
          countSteps(steps, event);
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
  for (const note of notes)
    if (
      terminal.quiet !== true &&
      !warnings.some(({ subject, text }) => subject === note.subject && text === note.text)
    )
      writeMessage(`${noteLine(note)}\n`);
  printRun(terminal, own.out, run, steps);
}
