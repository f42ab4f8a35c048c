import { prepareModels } from '@intermodel/inputs';
import type { ImageSource } from '@intermodel/data-loading';
import { FileHashes, memoryStore, type StepExecutor, type StepStore, StudySteps } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { FreeBytes } from '../dissect/check-disk.ts';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import type { DissectionStages } from '../dissect/dissection-stages.ts';
import type { StudyConsumer } from '../dissect/study-consumer.ts';
import { makeStudy, working } from './make-study.ts';
import { openStudy, studyWarnings } from './open-study.ts';
import { stoppableObservable } from './stoppable-observable.ts';
import { StudyBench } from './study-bench.ts';
import { studyGraph } from './study-graph.ts';

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
  /** Who makes the steps. @default this process */
  readonly executor?: StepExecutor<StudyBench>;
  /** Folder of the store, whose disk must have room for the kept maps. @default it is not on a disk */
  readonly storeFolder?: string;
  /** Tells what is free there. @default what the system says */
  readonly freeBytes?: FreeBytes;
  /** Stops the dissection; models that are done by then have been emitted. */
  readonly signal?: AbortSignal;
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
  { store = memoryStore(), source, stages, executor, signal, ...options }: DissectStudyOptions = {},
): Observable<DissectionEvent> {
  return stoppableObservable(signal, async (stop, onEvent) => {
    const hashes = new FileHashes();
    const steps = new StudySteps({ store, signal: stop, onEvent });
    const opened = await openStudy(await prepareModels(given, { steps, hashes, signal: stop }), {
      ...{ steps, hashes, source, signal: stop },
      ...(given.runtime.labelCache === undefined ? {} : { labelCache: given.runtime.labelCache }),
    });
    for (const { subject, text } of studyWarnings(opened)) onEvent({ kind: 'warning', subject, text });
    const graph = studyGraph(opened, { stages, consumers: options.consumers, galleries: false });
    const bench = new StudyBench({
      ...options,
      ...opened,
      steps,
      hashes,
      onEvent,
      describe: graph.describe,
      signal: stop,
    });
    await working(bench, () =>
      makeStudy(graph, bench, {
        executor,
        onModel: (model) => {
          onEvent(model);
          return Promise.resolve();
        },
      }),
    );
  });
}
