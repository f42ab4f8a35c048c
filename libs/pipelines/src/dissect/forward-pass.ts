import { openActivations, type ActivationModel } from '@intermodel/activation-streaming';
import { readActivations } from '@intermodel/concept-matching';
import { labelledImageRows, type LoadedImages } from '@intermodel/data-loading';
import { activationShape, type ActivationBatch, type ActivationShape } from '@intermodel/schemas';
import { InputError } from '@intermodel/streams';
import type { StudyModel, StudyRuntime } from '@intermodel/studies';
import type { LayerPlace, LayerReading } from './dissection-steps.ts';
import type { DissectionEvent } from './dissect-events.ts';
import type { KeptLayer } from './check-disk.ts';
import type { ImageShard } from '../images/image-shards.ts';
import type { ImageSource } from '../images/image-source.ts';
import { modelCopies } from './model-copies.ts';
import { cutBatches, imagesPerBatch, type PassBatch } from './pass-batches.ts';
import { sharePassTime, WorkClock, type PassTimes } from './pass-times.ts';

/** A shard to run, and the layers that are wanted of it; none where only its labels are. */
export interface PassTask {
  /** Images. */
  readonly shard: ImageShard;
  /** Layers. */
  readonly places: readonly LayerPlace[];
  /** Whether labels are taken. @default false */
  readonly wantsLabels?: boolean;
}

/** Takes what a pass brings, the images in order, then shard by shard. */
export interface PassSink {
  /** Begins a shard: what comes next is of its images. */
  readonly beginShard?: (task: PassTask) => void;
  /** Label planes of the next image of the shard under way, one after the other, and whether EXIF calls to turn it. */
  readonly labels?: (task: PassTask, image: string, planes: Uint16Array, isTurned: boolean) => void;
  /** Activations of a layer for the next images: units x height x width values of each, which stay as they are. */
  readonly activations?: (
    task: PassTask,
    place: LayerPlace,
    shape: ActivationShape,
    images: readonly Float32Array[],
  ) => void;
  /**
   * Ends the shard; images that were passed over are named. What it returns is waited for before the next shard ends.
   */
  readonly endShard?: (
    task: PassTask,
    skipped: LoadedImages['skipped'],
    times: PassTimes<LayerPlace>,
  ) => Promise<void> | undefined;
}

/** Options of {@link ForwardPass}. */
export interface ForwardPassOptions {
  /** Loads groups of images for the models. */
  readonly load: ReturnType<ImageSource['load']>;
  /** How the machine is used. */
  readonly runtime: StudyRuntime;
  /** Stops the pass. */
  readonly signal: AbortSignal;
  /** Is told of progress. */
  readonly onEvent: (event: DissectionEvent) => void;
  /** Is asked before a pass with the sizes of its layers; throws where their maps cannot be kept. */
  readonly beforePass?: ((layers: readonly KeptLayer[]) => void) | undefined;
  /**
   * Is asked after each shard whether its files and those of its models are still as they were; rejects where one is
   * not.
   */
  readonly checkFiles: (files: ReadonlyMap<string, string>) => Promise<void>;
}

/**
 * Bytes of the batches between decoding and counting, which are so many at least and at most: models have work while
 * the main thread is busy.
 */
const aliveBytes = 2 ** 26;
const [fewestAlive, mostAlive] = [3, 9];

/** A batch of images that was loaded and run. */
interface InferredBatch {
  readonly loaded: LoadedImages;
  readonly activations: ReadonlyMap<LayerPlace, ActivationBatch>;
  /** Milliseconds of decoding, and of running each layer. */
  readonly loading: number;
  readonly running: ReadonlyMap<LayerPlace, number>;
}

/** A model that is open. */
interface OpenedModel {
  readonly layers: ReadonlySet<string>;
  readonly activations: ActivationModel;
}

/** What was measured of the shard under way. */
class ShardCosts {
  loading = 0;
  labels = 0;
  readonly places = new Map<LayerPlace, number>();

  add(place: LayerPlace, milliseconds: number): void {
    this.places.set(place, (this.places.get(place) ?? 0) + milliseconds);
  }
}

/** Runs models that take the same images over shards of them; models stay open from one pass to the next. */
export class ForwardPass {
  readonly #options: ForwardPassOptions;
  #closing: Promise<void> | undefined;
  readonly #opened = new Map<string, OpenedModel>();
  readonly #clock = new WorkClock();

  constructor(options: ForwardPassOptions) {
    this.#options = options;
  }

  /** Runs shards, each decoded once for all layers that are wanted of it. */
  async run(tasks: readonly PassTask[], sink: PassSink): Promise<void> {
    const { signal, onEvent } = this.#options;
    const models = [...new Set(tasks.flatMap(({ places }) => places.map(({ model }) => model)))];
    const total = tasks.reduce((sum, { shard }) => sum + shard.entries.length, 0);
    const wanted = models.map((model) => {
      const own = tasks.flatMap(({ places }) => places.filter((place) => place.model === model));
      return {
        model,
        layers: new Map(own.map(({ layer, reading }) => [layer, reading])),
        files: own[0]?.modelFiles ?? new Map<string, string>(),
      };
    });
    const copies = modelCopies(
      wanted.map(({ files }) => files.keys()),
      total,
      this.#options.runtime,
    );
    for (const { model, layers, files } of wanted)
      await this.#unlessChanged(files, () => this.#open(model, layers, copies));
    const batchesAlive = this.#batchesAlive(models);
    this.#options.beforePass?.(
      models.flatMap(({ name }) =>
        (this.#opened.get(name)?.activations.layers ?? []).map(({ units, height, width }) => ({
          images: total,
          units,
          mapSize: height * width,
        })),
      ),
    );
    const batches = cutBatches(tasks, ({ shard }) => shard.entries.length, copies);
    const underWay: Promise<InferredBatch>[] = [];
    let [done, next, writing, begun]: [number, number, Promise<void> | undefined, number] = [
      0,
      0,
      undefined,
      performance.now(),
    ];
    const tell = () => {
      onEvent({ kind: 'progress', step: 'images', models: models.map(({ name }) => name), done, total });
    };
    tell();
    const skipped: LoadedImages['skipped'][number][] = [];
    let costs = new ShardCosts();
    try {
      for (const { task, first, end } of batches) {
        while (next < batches.length && underWay.length < batchesAlive) {
          const inferred = this.#infer(batches[next++] as PassBatch<PassTask>);
          // Its failure is met when its turn comes; until then it must not count as unheard.
          inferred.catch(() => undefined);
          underWay.push(inferred);
        }
        const inferred = await (underWay.shift() as Promise<InferredBatch>);
        const { loaded } = inferred;
        signal.throwIfAborted();
        if (first === 0) sink.beginShard?.(task);
        takeBatch(task, inferred, costs, sink);
        skipped.push(...loaded.skipped);
        done += loaded.batch.numRows + loaded.skipped.length;
        tell();
        if (end < task.shard.entries.length) continue;
        await writing;
        for (const files of new Set([task.shard.files, ...task.places.map(({ modelFiles }) => modelFiles)]))
          await this.#options.checkFiles(files);
        const now = performance.now();
        const { loading, labels, places } = costs;
        writing = sink.endShard?.(
          task,
          skipped.splice(0),
          sharePassTime({ loading, labels: task.wantsLabels === true ? labels : undefined, places }, now - begun),
        );
        costs = new ShardCosts();
        writing?.catch(() => undefined);
        begun = now;
      }
      await writing;
    } catch (error) {
      await Promise.allSettled([writing, ...underWay]);
      throw error;
    }
  }

  /** Frees the models after what is under way. */
  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all([this.#closing, ...opened.map(({ activations }) => activations.close())]);
  }

  /** Begins to free the models, while others go on; a further pass opens them again. */
  closeBeside(): void {
    this.#closing = this.close();
    this.#closing.catch(() => undefined);
  }

  /** Ends the models at once. */
  async stop(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.allSettled([this.#closing, ...opened.map(({ activations }) => activations.stop())]);
  }

  async #infer({ task: { shard, places }, first, end }: PassBatch<PassTask>): Promise<InferredBatch> {
    const { result: loaded, milliseconds: loading } = await this.#clock.measure('loading', () =>
      this.#unlessChanged(shard.files, () => this.#options.load(shard.entries.slice(first, end))),
    );
    const activations = new Map<LayerPlace, ActivationBatch>();
    const running = new Map<LayerPlace, number>();
    for (const name of new Set(places.map(({ model }) => model.name))) {
      const opened = this.#opened.get(name);
      if (opened === undefined) throw new RangeError(`ForwardPass: model ${name} is not open`);
      const { result: layers, milliseconds } = await this.#clock.measure(`model ${name}`, () =>
        opened.activations.infer(loaded.batch),
      );
      const own = places.filter(({ model }) => model.name === name);
      for (const place of own) {
        const batch = layers[[...opened.layers].indexOf(place.layer)];
        if (batch !== undefined) activations.set(place, batch);
        running.set(place, milliseconds / own.length);
      }
    }
    return { loaded, activations, loading, running };
  }

  /** Batches that may be under way at a time, by what the pixels and maps of one take. */
  #batchesAlive(models: readonly StudyModel[]): number {
    const bytes = models.reduce((sum, { name, input }) => {
      const layers = this.#opened.get(name)?.activations.layers ?? [];
      return (
        sum +
        input.height * input.width * 3 +
        layers.reduce((values, { units, height, width }) => values + units * height * width * 4, 0)
      );
    }, 0);
    return Math.max(fewestAlive, Math.min(mostAlive, Math.floor(aliveBytes / (imagesPerBatch * Math.max(1, bytes)))));
  }

  /**
   * Tells of a file that is being replaced, and so missing or cut short, that it changed, not that it is missing or
   * broken.
   */
  async #unlessChanged<Result>(files: ReadonlyMap<string, string>, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InputError) await this.#options.checkFiles(files);
      throw error;
    }
  }

  async #open(model: StudyModel, layers: ReadonlyMap<string, LayerReading>, copies: number): Promise<void> {
    const before = this.#opened.get(model.name);
    if (before !== undefined) {
      if ([...layers.keys()].every((layer) => before.layers.has(layer))) return;
      await before.activations.close();
      this.#opened.delete(model.name);
    }
    const { executionProviders, threads, batchSize } = this.#options.runtime;
    const activations = await openActivations(
      {
        model: model.name,
        file: model.file,
        layers: [...layers].map(([tensor, reading]) => ({ tensor, ...reading })),
        preprocessing: model.input,
        executionProviders,
        copies,
        ...(threads === undefined ? {} : { intraOpThreads: threads }),
        ...(batchSize === undefined ? {} : { batchSize }),
      },
      this.#options.signal,
    );
    this.#opened.set(model.name, { layers: new Set(layers.keys()), activations });
  }
}

function takeBatch(
  task: PassTask,
  { loaded, activations, loading, running }: InferredBatch,
  costs: ShardCosts,
  { labels, activations: take }: PassSink,
): void {
  costs.loading += loading;
  const begun = performance.now();
  if (labels !== undefined && task.wantsLabels === true) {
    const turned = new Set(loaded.turned);
    for (const { image, planes } of labelledImageRows(loaded.batch)) {
      const whole = new Uint16Array(planes.reduce((sum, { length }) => sum + length, 0));
      planes.forEach((plane, index) => {
        whole.set(plane, index * plane.length);
      });
      labels(task, image, whole, turned.has(image));
    }
  }
  costs.labels += performance.now() - begun;
  for (const place of task.places) {
    const before = performance.now();
    const batch = activations.get(place);
    const shape = batch === undefined ? undefined : activationShape(batch.schema);
    if (batch === undefined || shape === undefined) throw new RangeError('a batch of activations states no shape');
    take?.(
      task,
      place,
      shape,
      Array.from(readActivations(batch, shape), ({ activations: values }) => values),
    );
    costs.add(place, (running.get(place) ?? 0) + performance.now() - before);
  }
}
