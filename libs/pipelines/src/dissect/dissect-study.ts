import path from 'node:path';
import { InputError } from '@intermodel/streams';
import { fromEvent, Observable } from 'rxjs';
import { listModelLayers } from '../list-model-layers.ts';
import type { Study, StudyModel } from '../study-file/study.ts';
import type { DissectionEvent } from './dissect-events.ts';
import { groupModels } from './group-models.ts';
import { openImageSource, type ImageSource } from './image-source.ts';
import { runPass } from './model-pass.ts';

/** Options of {@link dissectStudy}. */
export interface DissectStudyOptions {
  /** Folder for maps that memory does not hold; what is written there is removed at the end. */
  readonly workFolder: string;
  /** Images and labels, if they are open already. @default they are opened */
  readonly source?: ImageSource;
  /** Stops the dissection; models that are done by then have been emitted. */
  readonly signal?: AbortSignal;
}

/**
 * Dissects the models of a study: emits progress and warnings as they come, and each model's results as soon as it is
 * done. Models that share their preprocessing share the decoded images; each is run once.
 *
 * Unsubscribing, or aborting `signal`, stops within the current batch of images and removes what was kept.
 *
 * @throws InputError for images, labels and models that do not fit; MachineError `DISK_TOO_SMALL`, `WRITE_FAILED`.
 */
export function dissectStudy(study: Study, { workFolder, source, signal }: DissectStudyOptions): Observable<DissectionEvent> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const onAbort = () => {
      stop.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    dissect(study, source, workFolder, stop.signal, (event) => {
      subscriber.next(event);
    }).then(
      () => {
        subscriber.complete();
      },
      (error: unknown) => {
        subscriber.error(error);
      },
    );
    return () => {
      signal?.removeEventListener('abort', onAbort);
      stop.abort();
    };
  });
}

async function dissect(study: Study, given: ImageSource | undefined, workFolder: string, signal: AbortSignal, onEvent: (event: DissectionEvent) => void): Promise<void> {
  const source = given ?? (await openImageSource(study, { labelCache: study.runtime.labelCache ?? path.join(workFolder, 'labels'), runtime: study.runtime, signal }));
  const { images, vocabulary } = source;
  for (const { message } of source.warnings) onEvent({ kind: 'warning', subject: study.data.root ?? study.data.images ?? '', text: message });
  const layers = new Map<string, readonly string[]>();
  for (const model of study.models) layers.set(model.name, model.layers === 'usual' ? [await usualLayer(model)] : model.layers);
  for (const models of groupModels(study.models)) {
    const [first] = models;
    if (first === undefined) continue;
    const load = source.load(first.geometry);
    const results = await runPass({ study, models, images, load, vocabulary: vocabulary.concepts, ignore: vocabulary.ignore, layers, workFolder, signal, stop$: fromEvent(signal, 'abort'), onEvent });
    for (const model of models) onEvent({ kind: 'model', model, layers: results.models.get(model.name) ?? [], images: results.images });
  }
}

async function usualLayer({ file, input }: StudyModel): Promise<string> {
  const { layers } = await listModelLayers(file, { inputSize: { height: input.height, width: input.width } });
  const usual = layers.find((layer) => layer.usual);
  if (usual !== undefined) return usual.tensor;
  throw new InputError('LAYER_NOT_GIVEN', 'the model has no layer that is the usual choice', { file, expected: 'the name of a tensor to dissect', hint: `Name a layer: ${layers.slice(-5).map(({ tensor }) => tensor).join(', ') || 'none of this model is spatial'}.` });
}
