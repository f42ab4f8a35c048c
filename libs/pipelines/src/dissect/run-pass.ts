import type { LayerPlace, LayerReading } from '@intermodel/inputs';
import type { ImageSource } from '@intermodel/data-loading';
import {
  batchesUnderWay,
  cutBatches,
  modelCopies,
  OpenModels,
  sharePassTime,
  WorkClock,
  type ImageRange,
} from '@intermodel/activation-streaming';
import type { ActivationBatch } from '@intermodel/schemas';
import { boundedMap, InputError } from '@intermodel/streams';
import type { StudyModel, StudyRuntime } from '@intermodel/studies';
import { concatMap, EMPTY, from, lastValueFrom, mergeMap, of, Subject, type OperatorFunction } from 'rxjs';
import type { KeptLayer } from './check-disk.ts';
import type { DissectionEvent } from './dissect-events.ts';
import type { InferredBatch, PassConsumer, PassShard, PassTask, StoreShard } from './pass-consumer.ts';

/** What is told of each shard of a pass that is being stored. */
export type OnShard = (task: PassTask, skipped: number, stored: Promise<void>) => void;

/** Shards that are stored at a time while others are run. */
const storingMost = 2;

/** Options of {@link ForwardPass}. */
export interface ForwardPassOptions {
  /** Loads groups of images for the models. */
  readonly load: ReturnType<ImageSource['load']>;
  /** How the machine is used. */
  readonly runtime: StudyRuntime;
  /** Gives the graph of an untrained twin, which no file holds. */
  readonly twinGraph: (twin: StudyModel) => Promise<Uint8Array>;
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

/** A batch with what it cost, in milliseconds. */
interface CostedBatch extends InferredBatch {
  readonly range: ImageRange<PassTask>;
  readonly loading: number;
  readonly running: ReadonlyMap<LayerPlace, number>;
}

/** A shard that was run, to be stored. */
interface RunShard {
  readonly task: PassTask;
  readonly skipped: number;
  readonly store: () => Promise<void>;
}

/** Runs models that take the same images over shards of them; models stay open from one pass to the next. */
export class ForwardPass {
  readonly models: OpenModels;
  readonly #options: ForwardPassOptions;
  readonly #clock = new WorkClock();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: ForwardPassOptions) {
    this.#options = options;
    this.models = new OpenModels(options.runtime, options.signal);
  }

  /**
   * Runs shards, each decoded once for all layers that are wanted of it, and stores what consumers make of them. One
   * pass runs at a time: a further one waits.
   *
   * @param tasks shards and layers
   * @param consumers take what is run
   * @param onShard is told of each shard once it is run
   */
  run(
    tasks: readonly PassTask[],
    consumers: readonly PassConsumer[],
    onShard: OnShard = () => undefined,
  ): Promise<void> {
    const running = this.#running.then(() => this.#run(tasks, consumers, onShard));
    this.#running = running.catch(() => undefined);
    return running;
  }

  async #run(tasks: readonly PassTask[], consumers: readonly PassConsumer[], onShard: OnShard): Promise<void> {
    const total = tasks.reduce((sum, { shard }) => sum + shard.entries.length, 0);
    const copies = await this.#open(tasks, total);
    const ranges = cutBatches(tasks, ({ shard }) => shard.entries.length, copies);
    const lanes = consumers.map((consumer) => new Lane(consumer));
    const storing = new Set<Promise<void>>();
    let last = Promise.resolve();
    const shards = from(ranges).pipe(
      boundedMap(
        async (range): Promise<CostedBatch> => {
          // Where shards end sooner than they are stored, no more images are loaded.
          while (storing.size >= storingMost) await Promise.race(storing);
          return this.#infer(range);
        },
        batchesUnderWay(this.#imageBytes(tasks)),
      ),
      takeShards(lanes, this.#progress(tasks, total)),
      mergeMap(({ task, skipped, store }) => {
        // Shards count as stored in their order.
        const stored = Promise.all([this.#checked(task, store), last])
          .then(() => undefined)
          .finally(() => storing.delete(stored));
        last = stored;
        storing.add(stored);
        onShard(task, skipped, stored);
        return stored;
      }),
    );
    try {
      await lastValueFrom(shards, { defaultValue: undefined });
    } catch (error) {
      // Nothing is stored any more once an error is told.
      await Promise.allSettled(storing);
      throw error;
    }
  }

  /** Stores what was made of a shard, if its files and those of its models are still as they were. */
  async #checked(task: PassTask, store: () => Promise<void>): Promise<void> {
    for (const files of new Set([task.shard.files, ...task.places.map(({ modelFiles }) => modelFiles)]))
      await this.#options.checkFiles(files);
    await store();
  }

  /** Opens the models of tasks; gives the copies that each runs in. */
  async #open(tasks: readonly PassTask[], total: number): Promise<number> {
    const { runtime, beforePass, twinGraph } = this.#options;
    const places = [...new Set(tasks.flatMap((task) => task.places))];
    const models = [...new Set(places.map(({ model }) => model))];
    const wanted = models.map((model) => {
      const own = places.filter((place) => place.model === model);
      const layers = new Map<string, LayerReading>(own.map(({ layer, reading }) => [layer, reading]));
      return { model, layers, files: own[0]?.modelFiles ?? new Map<string, string>() };
    });
    const copies = modelCopies(
      wanted.map(({ files }) => files.keys()),
      total,
      runtime,
    );
    for (const { model, layers, files } of wanted)
      await this.#unlessChanged(files, () => {
        const graph = model.twinOf === undefined ? model.graph : () => twinGraph(model);
        return this.models.open({ ...model, graph, layers }, copies);
      });
    beforePass?.(
      models.flatMap(({ name }) =>
        this.models
          .layersOf(name)
          .map(({ units, height, width }) => ({ images: total, units, mapSize: height * width })),
      ),
    );
    return copies;
  }

  /** Bytes of the pixels and maps of an image, over all models. */
  #imageBytes(tasks: readonly PassTask[]): number {
    const models = new Set(tasks.flatMap(({ places }) => places.map(({ model }) => model)));
    return [...models].reduce((sum, { name, input }) => {
      const maps = this.models
        .layersOf(name)
        .reduce((values, { units, height, width }) => values + units * height * width * 4, 0);
      return sum + input.height * input.width * 3 + maps;
    }, 0);
  }

  #progress(tasks: readonly PassTask[], total: number): (images: number) => void {
    const { signal, onEvent } = this.#options;
    const models = [...new Set(tasks.flatMap(({ places }) => places.map(({ model }) => model.name)))];
    let done = 0;
    const tell = (images: number) => {
      signal.throwIfAborted();
      done += images;
      onEvent({ kind: 'progress', step: 'images', models, done, total });
    };
    tell(0);
    return tell;
  }

  async #infer(range: ImageRange<PassTask>): Promise<CostedBatch> {
    const { signal, load } = this.#options;
    signal.throwIfAborted();
    const { shard, places } = range.task;
    const images = shard.entries.slice(range.first, range.end);
    const { result: loaded, milliseconds: loading } = await this.#clock.measure('loading', () =>
      this.#unlessChanged(shard.files, () => load(images)),
    );
    const activations = new Map<LayerPlace, ActivationBatch>();
    const running = new Map<LayerPlace, number>();
    for (const name of new Set(places.map(({ model }) => model.name))) {
      const { result: layers, milliseconds } = await this.#clock.measure(`model ${name}`, () =>
        this.models.infer(name, loaded.batch),
      );
      const own = places.filter(({ model }) => model.name === name);
      for (const place of own) {
        activations.set(place, layers.get(place.layer) as ActivationBatch);
        running.set(place, milliseconds / own.length);
      }
    }
    return { range, loaded, activations, loading, running };
  }

  /** Tells of a file that is being replaced, and so missing or cut short, that it changed, not that it is missing or broken. */
  async #unlessChanged<Result>(files: ReadonlyMap<string, string>, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InputError) await this.#options.checkFiles(files);
      throw error;
    }
  }
}

/** Gives batches to consumers as they come; emits each shard at its last batch, with what is to be stored of it. */
function takeShards(lanes: readonly Lane[], tell: (images: number) => void): OperatorFunction<CostedBatch, RunShard> {
  let begun = performance.now();
  let loading = 0;
  let skipped = 0;
  return concatMap((batch) => {
    const { task, first, end } = batch.range;
    loading += batch.loading;
    skipped += batch.loaded.skipped.length;
    const isLast = end === task.shard.entries.length;
    const taking = lanes.filter(({ consumer }) => consumer.wants(task));
    for (const lane of taking) lane.take(task, batch, first === 0, isLast);
    tell(batch.loaded.batch.numRows + batch.loaded.skipped.length);
    if (!isLast) return EMPTY;
    const now = performance.now();
    const shares = sharePassTime(
      loading,
      taking.map(({ cost }) => cost),
      now - begun,
    );
    const stores = taking.map((lane) => lane.takeStore());
    const run = {
      ...{ task, skipped },
      store: async () => {
        await Promise.all(stores.map((store, index) => store(shares[index] as number)));
      },
    };
    [begun, loading, skipped] = [now, 0, 0];
    return of(run);
  });
}

/** The way of batches to one consumer, with what it costs. */
class Lane {
  readonly consumer: PassConsumer;
  cost = 0;
  readonly #shards = new Subject<PassShard>();
  #batches = new Subject<InferredBatch>();
  #made: StoreShard | undefined;
  #count = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(consumer: PassConsumer) {
    this.consumer = consumer;
    this.#shards.pipe(consumer.stage).subscribe({
      next: (made) => {
        this.#count++;
        this.#made = made;
      },
      error: (error: unknown) => (this.#failure = { error }),
    });
  }

  /** Gives a batch to the consumer, and measures what that takes. @throws what went wrong in it */
  take(task: PassTask, batch: CostedBatch, isFirst: boolean, isLast: boolean): void {
    const begun = performance.now();
    if (isFirst) {
      this.cost = 0;
      this.#batches = new Subject();
      this.#shards.next({ task, batches: this.#batches });
    }
    this.#batches.next(batch);
    if (isLast) this.#batches.complete();
    const { place } = this.consumer;
    this.cost += performance.now() - begun + (place === undefined ? 0 : (batch.running.get(place) ?? 0));
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** What stores what the consumer made of the shard that ended. */
  takeStore(): StoreShard {
    const made = this.#made;
    if (made === undefined || this.#count !== 1)
      throw new InputError(
        'STAGE_FAILED',
        `consumer ${this.consumer.name} made ${String(this.#count)} tables of a shard as it ended`,
        { expected: 'one table of each shard, given when its batches end' },
      );
    this.#count = 0;
    this.#made = undefined;
    return made;
  }
}
