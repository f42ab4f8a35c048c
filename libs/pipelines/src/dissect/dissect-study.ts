import { availableParallelism } from 'node:os';
import { indexConcepts, UnitThreads } from '@intermodel/concept-matching';
import { FileHashes, memoryStore, type StepStore } from '@intermodel/streams';
import { Observable } from 'rxjs';
import { StudySteps } from '../steps/study-steps.ts';
import type { Study } from '../study-file/study.ts';
import { checkDisk } from './check-disk.ts';
import type { DissectedModel, DissectionEvent } from './dissect-events.ts';
import { dissectGroup } from './dissect-group.ts';
import { DissectionSteps } from './dissection-steps.ts';
import { ForwardPass } from './forward-pass.ts';
import { groupModels } from './group-models.ts';
import { openImageSource, type ImageSource } from './image-source.ts';
import { cutShards, hashShards } from './image-shards.ts';
import { KeptShards } from './kept-shards.ts';
import { layerPlaces } from './model-facts.ts';
import { ShardReports } from './shard-reports.ts';

/** Options of {@link dissectStudy}. */
export interface DissectStudyOptions {
  /** Where finished steps are kept, so that they are not computed again. @default in memory, for this run alone */
  readonly store?: StepStore;
  /** Images and labels, if they are open already. @default they are opened */
  readonly source?: ImageSource;
  /** Threads that go from activations to thresholds and overlaps once a pass is through, at least 1. @default those of the machine, at most 4 */
  readonly concurrency?: number;
  /** Stops the dissection; models that are done by then have been emitted. */
  readonly signal?: AbortSignal;
}

/** What a dissection works with. */
export interface DissectionContext {
  /** The study. */
  readonly study: Study;
  /** Images and labels. */
  readonly source: ImageSource;
  /** Descriptions of the steps. */
  readonly describe: DissectionSteps;
  /** Stored steps. */
  readonly steps: StudySteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
  /** Stops the dissection. */
  readonly signal: AbortSignal;
  /** Threads that count once a pass is through. */
  readonly concurrency?: number | undefined;
  /** Folder of the store, whose disk must have room for the kept maps; undefined: it is not on a disk. */
  readonly storeFolder?: string | undefined;
  /** Is told of progress and warnings. */
  readonly onEvent: (event: DissectionEvent) => void;
  /** Is told of each model that is done, and waited for. */
  readonly onModel: (model: DissectedModel) => Promise<void>;
}

/**
 * Dissects the models of a study: emits progress and warnings as they come, and each model's results as soon as it is
 * done. Models that share their preprocessing share the decoded images; each is run once, and nothing is run whose
 * results are in the store.
 *
 * Unsubscribing, or aborting `signal`, stops within the current batch of images.
 *
 * @throws InputError for images, labels and models that do not fit; MachineError `DISK_TOO_SMALL`, `WRITE_FAILED`.
 */
export function dissectStudy(study: Study, { store = memoryStore(), source, concurrency, signal }: DissectStudyOptions = {}): Observable<DissectionEvent> {
  return stoppableObservable(signal, async (stop, onEvent) => {
    const opened = source ?? (await openImageSource(study, { ...(study.runtime.labelCache === undefined ? {} : { labelCache: study.runtime.labelCache }), runtime: study.runtime, signal: stop }));
    for (const { message } of opened.warnings) onEvent({ kind: 'warning', subject: study.data.root ?? study.data.images ?? '', text: message });
    const hashes = new FileHashes();
    await dissect({
      ...{ study, source: opened, concurrency, signal: stop, onEvent, hashes, describe: await describeDissection(study, opened, hashes, stop) },
      steps: new StudySteps({ store, signal: stop, onEvent }),
      onModel: (model) => {
        onEvent(model);
        return Promise.resolve();
      },
    });
  });
}

/** Runs work as an observable: unsubscribing and the signal abort it. */
export function stoppableObservable<Event>(signal: AbortSignal | undefined, work: (signal: AbortSignal, next: (event: Event) => void) => Promise<void>): Observable<Event> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    let ended = false;
    const onAbort = () => {
      stop.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    work(stop.signal, (event) => {
      subscriber.next(event);
    }).then(
      () => {
        ended = true;
        subscriber.complete();
      },
      (error: unknown) => {
        subscriber.error(error);
      },
    );
    return () => {
      signal?.removeEventListener('abort', onAbort);
      // What was emitted can still be read after the end.
      if (!ended) stop.abort();
    };
  });
}

/** Images of a study in shards, hashed, with the descriptions of its steps. */
export async function describeDissection(study: Study, { images, vocabulary }: Pick<ImageSource, 'images' | 'vocabulary'>, hashes: FileHashes, signal?: AbortSignal): Promise<DissectionSteps> {
  return new DissectionSteps(study, vocabulary, await hashShards(cutShards(images, study.runtime.imagesPerShard), hashes, signal));
}

/** Dissects the models of a study, group by group. */
export async function dissect({ study, source, describe, steps, hashes, concurrency, signal, storeFolder, onEvent, onModel }: DissectionContext): Promise<void> {
  const threads = openThreads(concurrency);
  const keeps = !study.runtime.secondPass && study.runtime.sketch === undefined;
  try {
    for (const models of groupModels(study.models)) {
      const [first] = models;
      if (first === undefined) continue;
      const beforePass: ConstructorParameters<typeof ForwardPass>[0]['beforePass'] = storeFolder === undefined || !keeps ? undefined : (layers, images) => {
        checkDisk(storeFolder, images, layers);
      };
      const pass = new ForwardPass({ load: source.load(first.geometry), runtime: study.runtime, signal, onEvent, beforePass });
      const context = { study, steps, describe, pass, threads: threads.open, signal, onEvent, shards: new ShardReports(onEvent), concepts: indexConcepts(source.vocabulary.concepts), ignore: source.vocabulary.ignore ?? 0, kept: new KeptShards(study.runtime.keptMapsBytes) };
      try {
        const placed = [];
        for (const model of models) placed.push({ model, places: await layerPlaces(model, steps, hashes, signal) });
        await dissectGroup(context, placed, onModel);
        await pass.close();
      } catch (error) {
        await pass.stop();
        throw error;
      }
    }
  } finally {
    await threads.close();
  }
}

/** Most threads that count, unless told otherwise: beyond it the rest of a run takes longer than they do. */
const threadsMost = 4;

/** Threads that start when they are first asked for. */
function openThreads(concurrency = Math.min(threadsMost, availableParallelism())): { readonly open: () => UnitThreads; readonly close: () => Promise<void> } {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`dissectStudy: concurrency must be a whole number of at least 1, got ${String(concurrency)}`);
  let threads: UnitThreads | undefined;
  return { open: () => (threads ??= new UnitThreads(concurrency === 1 ? 0 : concurrency)), close: async () => threads?.close() };
}
