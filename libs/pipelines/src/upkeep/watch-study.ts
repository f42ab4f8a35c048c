import path from 'node:path';
import { FileChanges } from '@intermodel/steps';
import { IntermodelError } from '@intermodel/streams';
import { namedPaths, readStudyFile, type Study } from '@intermodel/studies';
import { lastValueFrom, tap, type Observable } from 'rxjs';
import { stoppableObservable } from '../graph/stoppable-observable.ts';
import { filesBeside } from '@intermodel/inputs';
import { runStudy, type RunStudyOptions, type StudyEvent } from '../run/run-study.ts';

/** Options of {@link watchStudy}. */
export interface WatchStudyOptions extends RunStudyOptions {
  /** Folder to write. */
  readonly out: string;
  /** Milliseconds without a further change after which a run begins, at least 0. @default 500 */
  readonly settleMilliseconds?: number;
  /**
   * Milliseconds after which a run that was refused, since another one holds the store or the output folder, is tried
   * again, at least 0. @default 5000
   */
  readonly retryMilliseconds?: number;
  /** Reads the study, such as with options of a command. @default `readStudyFile` */
  readonly read?: (file: string) => Study;
}

/** What watching tells: events of the runs, and between them what changed and what went wrong. */
export type WatchEvent =
  | StudyEvent
  | { readonly kind: 'changed'; readonly files: readonly string[] }
  | { readonly kind: 'failed'; readonly error: IntermodelError }
  /** `isLocked`: also for the end of another run, which holds the store or the output folder. */
  | { readonly kind: 'waiting'; readonly isLocked: boolean };

const settleMillisecondsDefault = 500;
const retryMillisecondsDefault = 5000;
const lockedCodes: readonly string[] = ['STORE_LOCKED', 'OUTPUT_LOCKED'];

/**
 * Runs a study, and again as often as its file, its images and labels, its models or scores change. A run under way is
 * stopped for that: the next one goes on where it was. A study that cannot be run is told of, and looked at again after
 * the next change; one that another run keeps out is told of once, and tried again until that has ended. Goes on until
 * unsubscribed or `signal` is aborted, then completes.
 */
export function watchStudy(
  file: string,
  {
    settleMilliseconds = settleMillisecondsDefault,
    retryMilliseconds = retryMillisecondsDefault,
    read = readStudyFile,
    signal: given,
    ...options
  }: WatchStudyOptions,
): Observable<WatchEvent> {
  return stoppableObservable<WatchEvent>(given, async (signal, next) => {
    const changes = new FileChanges(settleMilliseconds, signal);
    changes.follow([file]);
    let wasLocked = false;
    try {
      while (!signal.aborted) {
        const stop = changes.stopAtNext();
        let error: IntermodelError | undefined;
        try {
          const study = read(file);
          changes.follow(namedPaths(study).map(({ name }) => name));
          changes.follow(await filesBeside(study.models.map((model) => model.file)));
          await lastValueFrom(runStudy(study, { ...options, signal: stop }).pipe(tap(next)), {
            defaultValue: undefined,
          });
        } catch (thrown) {
          if (!stop.aborted) {
            if (!(thrown instanceof IntermodelError)) throw thrown;
            error = thrown;
          }
        }
        const isLocked = error !== undefined && lockedCodes.includes(error.code);
        if (error !== undefined && !(isLocked && wasLocked)) next({ kind: 'failed', error });
        if (!stop.aborted && !(isLocked && wasLocked)) next({ kind: 'waiting', isLocked });
        wasLocked = isLocked;
        const files = await changes.settled(isLocked ? retryMilliseconds : undefined);
        if (files.length > 0)
          next({ kind: 'changed', files: files.map((name) => path.relative(path.dirname(path.resolve(file)), name)) });
      }
    } finally {
      await changes.close();
    }
  });
}
