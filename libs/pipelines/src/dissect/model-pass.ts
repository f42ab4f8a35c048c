import path from 'node:path';
import { openActivations, type ActivationModel } from '@intermodel/activation-streaming';
import { ActivationDissection, readActivations, type Concept } from '@intermodel/concept-matching';
import { noLabelsError, type openLabelledImages, type LabelledImageEntry, type LoadedImages } from '@intermodel/data-loading';
import { TopActivations } from '@intermodel/numerics';
import { activationShape, type ActivationBatch, type ActivationShape } from '@intermodel/schemas';
import { boundedMap } from '@intermodel/streams';
import { lastValueFrom, range, takeUntil, tap, type Observable } from 'rxjs';
import type { Study, StudyModel } from '../study-file/study.ts';
import { checkDisk } from './check-disk.ts';
import type { DissectedLayer, DissectionEvent } from './dissect-events.ts';

/** What a pass over the images needs. */
export interface PassOptions {
  /** The study. */
  readonly study: Study;
  /** Models that share decoded images. */
  readonly models: readonly StudyModel[];
  /** Images with their label sources, in order. */
  readonly images: readonly LabelledImageEntry[];
  /** Loads a group of images. */
  readonly load: ReturnType<typeof openLabelledImages>;
  /** Concepts of the label planes. */
  readonly vocabulary: readonly Concept[];
  /** Number of pixels that nobody judged. */
  readonly ignore: number | undefined;
  /** Layers of each model, by its name. */
  readonly layers: ReadonlyMap<string, readonly string[]>;
  /** Folder for maps that memory does not hold. */
  readonly workFolder: string;
  /** Stops the pass. */
  readonly signal: AbortSignal;
  /** Emits when the pass has to stop. */
  readonly stop$: Observable<unknown>;
  /** Is told of progress and of images that were passed over. */
  readonly onEvent: (event: DissectionEvent) => void;
}

/** Batches of images between decoding and counting at a time: one that loads or runs while another one is counted. */
const batchesAlive = 3;

/** Images of a batch: enough to keep the thread of the model busy, few enough to keep memory small. */
const imagesPerBatch = 8;

/** What is counted of a layer. */
interface OpenLayer {
  readonly main: ActivationDissection;
  readonly diff: ActivationDissection | undefined;
  readonly top: TopActivations;
}

/** What a pass gives. */
export interface PassResult {
  /** Results of the layers of each model, by its name. */
  readonly models: ReadonlyMap<string, DissectedLayer[]>;
  /** Images that were counted, by their numbers. */
  readonly images: readonly LabelledImageEntry[];
}

/** A model within a pass: its thread, and a dissection for each layer and preset. */
interface OpenModel {
  readonly model: StudyModel;
  readonly activations: ActivationModel;
  readonly layers: Map<string, OpenLayer>;
}

/** Dissects models that share decoded images, in one forward pass each, and gives their results by name. */
export async function runPass(options: PassOptions): Promise<PassResult> {
  const opened: OpenModel[] = [];
  try {
    for (const model of options.models) opened.push(await openModel(model, options));
    checkDisk(options.workFolder, options.images.length, opened.flatMap(({ activations }) => activations.layers.map(({ units, height, width }) => ({ units, mapSize: height * width }))), options.study.runtime.secondPass || options.study.runtime.sketch !== undefined ? Infinity : options.study.runtime.keptMapsBytes);
    const images = await forwardPass(opened, options, true);
    while (endPass(opened)) await forwardPass(opened, options, false);
    for (const { activations } of opened) await activations.close();
    const results = new Map<string, DissectedLayer[]>();
    for (const open of opened) results.set(open.model.name, await finishModel(open, options));
    return { models: results, images };
  } catch (error) {
    await Promise.all(opened.map(({ activations }) => activations.stop()));
    for (const dissection of dissectionsOf(opened)) dissection.discard();
    throw error;
  }
}

async function openModel(model: StudyModel, { study, layers, signal }: PassOptions): Promise<OpenModel> {
  const { executionProviders, threads, batchSize } = study.runtime;
  const activations = await openActivations(
    {
      model: model.name,
      file: model.file,
      layers: (layers.get(model.name) ?? []).map((tensor) => ({ tensor, ...model.tokens })),
      preprocessing: model.input,
      executionProviders,
      ...(threads === undefined ? {} : { intraOpThreads: threads }),
      ...(batchSize === undefined ? {} : { batchSize }),
    },
    signal,
  );
  return { model, activations, layers: new Map() };
}

/** Runs all images once, and gives those that were counted. */
async function forwardPass(opened: readonly OpenModel[], options: PassOptions, isFirst: boolean): Promise<readonly LabelledImageEntry[]> {
  const { images, load, models, onEvent, stop$ } = options;
  const batches = Math.ceil(images.length / imagesPerBatch);
  let [done, planes] = [0, 0];
  const counted: LabelledImageEntry[] = [];
  const byName = new Map(images.map((entry) => [entry.image, entry]));
  const infer = async (index: number) => {
    const loaded = await load(images.slice(index * imagesPerBatch, (index + 1) * imagesPerBatch));
    const activations: ActivationBatch[][] = [];
    for (const { activations: model } of opened) activations.push(await model.infer(loaded.batch));
    return { loaded, activations };
  };
  const count = ({ loaded, activations }: { readonly loaded: LoadedImages; readonly activations: ActivationBatch[][] }) => {
    opened.forEach((open, index) => {
      for (const batch of activations[index] ?? []) addBatch(open, batch, counted.length, options, isFirst);
    });
    for (const { image, error } of loaded.skipped) onEvent({ kind: 'warning', subject: image, text: `passed over: ${error.message}` });
    for (const { image } of loaded.batch) counted.push(byName.get(image) as LabelledImageEntry);
    planes += loaded.batch.getChild('labels')?.data[0]?.children[0]?.length ?? 0;
    done += loaded.batch.numRows + loaded.skipped.length;
    onEvent({ kind: 'progress', step: 'images', models: models.map(({ name }) => name), done, total: images.length });
  };
  const counting = range(0, batches).pipe(boundedMap(infer, batchesAlive), tap(count), takeUntil(stop$));
  await lastValueFrom(counting, { defaultValue: undefined });
  options.signal.throwIfAborted();
  if (planes === 0) throw noLabelsError(images.length);
  return counted;
}

function addBatch(open: OpenModel, batch: ActivationBatch, firstImage: number, options: PassOptions, isFirst: boolean): void {
  const shape = activationShape(batch.schema);
  if (shape === undefined) throw new RangeError('a batch of activations states no shape');
  let layer = open.layers.get(shape.layer);
  if (layer === undefined) open.layers.set(shape.layer, (layer = openDissections(shape, path.join(options.workFolder, open.model.name, String(open.layers.size)), options)));
  let image = firstImage;
  for (const { activations, planes } of readActivations(batch, shape)) {
    layer.main.add(image, activations, { planes });
    layer.diff?.add(image, activations, { planes });
    if (isFirst) layer.top.add(image, activations);
    image++;
  }
}

/** Each dissection spills into a folder of its own: their files have the same names. */
function openDissections(shape: ActivationShape, folder: string, { study, images, vocabulary, ignore }: PassOptions) {
  const { runtime, diff, matching } = study;
  const keep = (name: string) => (runtime.secondPass ? ('forbid' as const) : { memoryBytes: runtime.keptMapsBytes, folder: path.join(folder, name) });
  const common = { shape, vocabulary, maximumImages: images.length, ...(runtime.sketch === undefined ? {} : { sketch: runtime.sketch }), ...(ignore === undefined ? {} : { ignore }) };
  return { main: new ActivationDissection({ ...common, preset: matching, keep: keep('main') }), diff: diff === undefined ? undefined : new ActivationDissection({ ...common, preset: diff.matching, keep: keep('diff') }), top: new TopActivations({ units: shape.units, mapSize: shape.mapHeight * shape.mapWidth, images: study.gallery.images, pool: study.gallery.pool }) };
}

/** Ends a pass where no maps are kept; says whether the images are needed once more. */
function endPass(opened: readonly OpenModel[]): boolean {
  return dissectionsOf(opened).filter((dissection) => dissection.store === undefined && dissection.endPass() === 'again').length > 0;
}

async function finishModel({ model, layers }: OpenModel, { onEvent, signal }: PassOptions): Promise<DissectedLayer[]> {
  const finish = async (dissection: ActivationDissection) => {
    let last = performance.now();
    if (dissection.store !== undefined) {
      for (const { step, done, total } of dissection.steps()) {
        if (performance.now() - last < 100) continue;
        onEvent({ kind: 'progress', step, models: [model.name], done, total });
        // Signals and timers have to get a turn between images.
        await new Promise(setImmediate);
        signal.throwIfAborted();
        last = performance.now();
      }
    }
    return dissection.finish();
  };
  const results: DissectedLayer[] = [];
  for (const [layer, { main, diff, top }] of layers) {
    const { mapHeight, mapWidth } = main.shape;
    results.push({ layer, mapHeight, mapWidth, top, ...(await finish(main)), diff: diff === undefined ? undefined : await finish(diff) });
  }
  return results;
}

function dissectionsOf(opened: readonly OpenModel[]): ActivationDissection[] {
  return opened.flatMap(({ layers }) => [...layers.values()].flatMap(({ main, diff }) => (diff === undefined ? [main] : [main, diff])));
}
