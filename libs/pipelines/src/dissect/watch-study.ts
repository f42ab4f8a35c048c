import path from 'node:path';
import { IntermodelError } from '@intermodel/streams';
import { watch } from 'chokidar';
import { lastValueFrom, tap, type Observable } from 'rxjs';
import { readStudyFile } from '../study-file/read-study-file.ts';
import type { Study } from '../study-file/study.ts';
import { stoppableObservable } from './dissect-study.ts';
import { runStudy, type RunStudyOptions, type StudyEvent } from './run-study.ts';

/** Options of {@link watchStudy}. */
export interface WatchStudyOptions extends Omit<RunStudyOptions, 'lock'> {
  /** What happens where another run holds the store. @default it is waited for: nothing would tell of its end */
  readonly lock?: NonNullable<RunStudyOptions['lock']>;
  /** Folder to write. */
  readonly out: string;
  /** Milliseconds without a further change after which a run begins, at least 0. @default 500 */
  readonly settleMilliseconds?: number;
  /** Changes the study that was read, such as by options of a command. @default it is taken as it is */
  readonly adapt?: (study: Study) => Study;
}

/** What watching tells: events of the runs, and between them what changed and what went wrong. */
export type WatchEvent = StudyEvent | { readonly kind: 'changed'; readonly files: readonly string[] } | { readonly kind: 'failed'; readonly error: IntermodelError } | { readonly kind: 'waiting' };

const settleMillisecondsDefault = 500;

/**
 * Runs a study, and again as often as its file, its images and labels, its models or scores change. A run under way is
 * stopped for that: the next one goes on where it was. A study that cannot be run is told of, and looked at again after
 * the next change. Goes on until unsubscribed or `signal` is aborted, then completes.
 */
export function watchStudy(file: string, { settleMilliseconds = settleMillisecondsDefault, adapt = (study) => study, signal: given, ...options }: WatchStudyOptions): Observable<WatchEvent> {
  return stoppableObservable<WatchEvent>(given, async (signal, next) => {
    const changes = new Changes(settleMilliseconds, signal);
    changes.follow([file]);
    try {
      while (!signal.aborted) {
        const stop = changes.stopAtNext();
        try {
          const study = adapt(readStudyFile(file));
          changes.follow(watchedPaths(study));
          await lastValueFrom(runStudy(study, { lock: { waitMilliseconds: Infinity }, ...options, signal: stop }).pipe(tap(next)), { defaultValue: undefined });
        } catch (error) {
          if (!stop.aborted) {
            if (!(error instanceof IntermodelError)) throw error;
            next({ kind: 'failed', error });
          }
        }
        if (!stop.aborted) next({ kind: 'waiting' });
        const files = await changes.settled();
        if (files.length > 0) next({ kind: 'changed', files: files.map((name) => path.relative(path.dirname(path.resolve(file)), name)) });
      }
    } finally {
      await changes.close();
    }
  });
}

/** All that a study reads. */
function watchedPaths({ data, models, scores, scoreColumns, embedding }: Study): string[] {
  const { root, images, labels, labelNames, imageLabels, names, vocabulary, segmenters = [] } = data;
  const ofSegmenters = segmenters.flatMap((segmenter) => [segmenter.file, segmenter.labels, ...(segmenter.heads ?? []).flatMap(({ classes, owners }) => [classes, owners])]);
  return [root, images, labels, labelNames, imageLabels, names, vocabulary?.synonyms, vocabulary?.categories, scoreColumns, embedding?.frozen, ...ofSegmenters, ...models.map(({ file }) => file), ...scores].filter((name) => name !== undefined);
}

/** Gathers changes of files until they have settled. */
class Changes {
  readonly #watcher = watch([], { ignoreInitial: true });
  readonly #settleMilliseconds: number;
  readonly #signal: AbortSignal;
  readonly #changed = new Set<string>();
  readonly #followed = new Set<string>();
  #stop = new AbortController();
  #waiting: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(settleMilliseconds: number, signal: AbortSignal) {
    this.#settleMilliseconds = settleMilliseconds;
    this.#signal = signal;
    this.#watcher.on('all', (_, file) => {
      this.#changed.add(path.resolve(file));
      this.#stop.abort();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#waiting?.(), settleMilliseconds);
    });
    signal.addEventListener('abort', () => {
      this.#stop.abort();
      this.#waiting?.();
    });
  }

  /** Watches more paths; those that are watched already stay so. */
  follow(paths: readonly string[]): void {
    const added = paths.map((name) => path.resolve(name)).filter((name) => !this.#followed.has(name));
    for (const name of added) this.#followed.add(name);
    if (added.length > 0) this.#watcher.add(added);
  }

  /** A signal that is aborted at the next change. */
  stopAtNext(): AbortSignal {
    this.#stop = new AbortController();
    if (this.#changed.size > 0 || this.#signal.aborted) this.#stop.abort();
    return this.#stop.signal;
  }

  /** Waits until there were changes and no more come, and gives them. */
  async settled(): Promise<readonly string[]> {
    do {
      if (this.#signal.aborted) break;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
        clearTimeout(this.#timer);
        if (this.#changed.size > 0) this.#timer = setTimeout(resolve, this.#settleMilliseconds);
      });
    } while (this.#changed.size === 0);
    this.#waiting = undefined;
    const files = [...this.#changed].sort();
    this.#changed.clear();
    return files;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher.close();
  }
}
