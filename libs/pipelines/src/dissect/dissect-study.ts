import {
  checkModels,
  openImageSource,
  type PlacedModel,
  placeModels,
  placeWarnings,
  probeOptions,
  withModelSizes,
} from '@intermodel/inputs';
import { type ImageSource, checkFiles, cutShards, hashShards } from '@intermodel/data-loading';
import { dismissInference, groupModels } from '@intermodel/activation-streaming';
import { HeldShards, indexConcepts, UnitThreads, countingThreads } from '@intermodel/concept-matching';
import type { DissectionStages } from './dissection-stages.ts';
import { FileHashes, memoryStore, type StepStore, StudySteps } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { Observable } from 'rxjs';
import { checkDisk, type FreeBytes, type KeptLayer } from './check-disk.ts';
import type { DissectedModel, DissectionEvent } from './dissect-events.ts';
import { dissectGroup } from './dissect-group.ts';
import { DissectionSteps } from './dissection-steps.ts';
import { checkIdentities } from './own-stage.ts';
import { ForwardPass } from './run-pass.ts';
import { layersToKeep } from './layers-to-keep.ts';
import type { ShardLabels } from './shard-labels.ts';
import type { StudyConsumer } from './study-consumer.ts';
import { ShardReports } from './shard-reports.ts';

/** Options of {@link dissectStudy}. */
export interface DissectStudyOptions {
  /** Where finished steps are kept, so that they are not computed again. @default in memory, for this run alone */
  readonly store?: StepStore;
  /** Images and labels, if they are open already. @default they are opened */
  readonly source?: ImageSource;
  /**
   * Threads that go from activations to thresholds and overlaps once a pass is through, at least 1. @default those of
   * the machine, at most 4; one for few images
   */
  readonly concurrency?: number;
  /** Stages that take the place of those of network dissection; their identities enter the keys of stored steps. */
  readonly stages?: Partial<DissectionStages>;
  /** Consumers of one's own, which take the activations of every layer in the pass that counts them. */
  readonly consumers?: readonly StudyConsumer[];
  /** Stops the dissection; models that are done by then have been emitted. */
  readonly signal?: AbortSignal;
}

/** What a dissection works with. */
export interface DissectionContext {
  /** The study. */
  readonly study: Study;
  /** Its models, with their layers. */
  readonly placed: readonly PlacedModel[];
  /** Images and labels. */
  readonly source: ImageSource;
  /** Descriptions of the steps. */
  readonly describe: DissectionSteps;
  /** Stored steps. */
  readonly steps: StudySteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
  /** Consumers of the caller's own. @default none */
  readonly consumers?: readonly StudyConsumer[] | undefined;
  /** Stops the dissection. */
  readonly signal: AbortSignal;
  /** Threads that count once a pass is through. */
  readonly concurrency?: number | undefined;
  /** Folder of the store, whose disk must have room for the kept maps; undefined: it is not on a disk. */
  readonly storeFolder?: string | undefined;
  /** Tells what is free there. @default what the system says */
  readonly freeBytes?: FreeBytes | undefined;
  /** Is told of progress and warnings. */
  readonly onEvent: (event: DissectionEvent) => void;
  /**
   * Is told once the labels are stored on the grid of the first model, under the study's preset, and waited for.
   * @default nobody is told
   */
  readonly onLabels?: (labels: ShardLabels) => Promise<void>;
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
export function dissectStudy(
  given: Study,
  { store = memoryStore(), source, concurrency, stages, consumers, signal }: DissectStudyOptions = {},
): Observable<DissectionEvent> {
  return stoppableObservable(signal, async (stop, onEvent) => {
    const study = await withModelSizes(given);
    const hashes = new FileHashes();
    const steps = new StudySteps({ store, signal: stop, onEvent });
    const placed = await placeModels(
      study.models,
      await checkModels(study.models),
      steps,
      hashes,
      probeOptions(study.runtime, stop),
    );
    const opened =
      source ??
      (await openImageSource(study, {
        ...(study.runtime.labelCache === undefined ? {} : { labelCache: study.runtime.labelCache }),
        runtime: study.runtime,
        signal: stop,
      }));
    for (const { subject, text } of placeWarnings(placed)) onEvent({ kind: 'warning', subject, text });
    for (const { message } of opened.warnings)
      onEvent({ kind: 'warning', subject: study.data.root ?? study.data.images ?? '', text: message });
    await dissect({
      ...{
        study,
        placed,
        source: opened,
        concurrency,
        consumers,
        signal: stop,
        onEvent,
        steps,
        hashes,
        describe: await describeDissection(study, opened, hashes, { stages, signal: stop }),
      },
      onModel: (model) => {
        onEvent(model);
        return Promise.resolve();
      },
    });
  });
}

/** Runs work as an observable: unsubscribing and the signal abort it. */
export function stoppableObservable<Event>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, next: (event: Event) => void) => Promise<void>,
): Observable<Event> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    let ended = false;
    const onAbort = () => {
      stop.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const worked = work(stop.signal, (event) => {
      subscriber.next(event);
    });
    worked.finally(dismissInference).then(
      () => {
        ended = true;
        subscriber.complete();
      },
      (error: unknown) => {
        // What breaks because it was stopped is not what went wrong.
        subscriber.error(stop.signal.aborted ? stop.signal.reason : error);
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
export async function describeDissection(
  study: Study,
  { images, vocabulary }: Pick<ImageSource, 'images' | 'vocabulary'>,
  hashes: FileHashes,
  {
    stages,
    signal,
  }: { readonly stages?: Partial<DissectionStages> | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<DissectionSteps> {
  return new DissectionSteps(
    study,
    vocabulary,
    await hashShards(cutShards(images, study.runtime.imagesPerShard), hashes, signal),
    stages,
  );
}

/** Dissects the models of a study, group by group. */
export async function dissect(options: DissectionContext): Promise<void> {
  const {
    study,
    placed,
    source,
    describe,
    steps,
    hashes,
    concurrency,
    signal,
    storeFolder,
    freeBytes,
    onEvent,
    onLabels,
    onModel,
  } = options;
  const { consumers = [] } = options;
  checkIdentities(
    'consumers',
    consumers.map(({ identity }) => identity),
  );
  const { secondPass, sketch } = study.runtime;
  const keeps = !secondPass && sketch === undefined;
  const layers = placed.reduce((sum, { places }) => sum + places.length, 0);
  const threads = openThreads(concurrency ?? countingThreads(source.images.length, layers));
  const diskFolder = keeps ? storeFolder : undefined;
  try {
    const groups = groupModels(study.models).map((models) => placed.filter(({ model }) => models.includes(model)));
    // What a single group keeps is known as soon as its models are open.
    if (diskFolder !== undefined && groups.length > 1)
      checkDisk(diskFolder, await layersOfAll(options, placed), freeBytes);
    for (const [index, group] of groups.entries()) {
      const [first] = group;
      if (first === undefined) continue;
      const pass = new ForwardPass({
        load: source.load(first.model.geometry),
        ...{ runtime: study.runtime, signal, onEvent },
        beforePass: (layers) => {
          if (diskFolder !== undefined) checkDisk(diskFolder, layers, freeBytes);
        },
        checkFiles: (files) => checkFiles(files, hashes, signal),
      });
      const vocabularyFile = study.data.labelNames ?? study.data.root ?? study.data.images;
      const context = {
        ...{ study, steps, describe, pass, keeps, signal, onEvent, threads: threads.open },
        stages: describe.stages,
        consumers,
        shards: new ShardReports(onEvent),
        concepts: indexConcepts(source.vocabulary.concepts, vocabularyFile),
        ignore: source.vocabulary.ignore ?? 0,
        kept: new HeldShards(study.runtime.keptMapsMegabytes),
      };
      try {
        await dissectGroup(context, group, { onLabels: index === 0 ? onLabels : undefined, onModel });
        await pass.models.close();
      } catch (error) {
        await pass.models.stop();
        throw error;
      }
    }
  } finally {
    await threads.close();
  }
}

async function layersOfAll(
  { study, describe, steps, signal }: DissectionContext,
  models: readonly PlacedModel[],
): Promise<KeptLayer[]> {
  const layers: KeptLayer[] = [];
  for (const { places } of models) {
    signal.throwIfAborted();
    layers.push(...(await layersToKeep(study, places, describe, steps, signal)));
  }
  return layers;
}

/** Threads that start when they are first asked for. */
function openThreads(concurrency: number): {
  readonly open: () => UnitThreads;
  readonly close: () => Promise<void>;
} {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError(`dissectStudy: concurrency must be a whole number of at least 1, got ${String(concurrency)}`);
  let threads: UnitThreads | undefined;
  return { open: () => (threads ??= new UnitThreads(concurrency)), close: async () => threads?.close() };
}
