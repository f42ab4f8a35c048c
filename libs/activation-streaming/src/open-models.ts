import type { ActivationBatch, LabelledImageBatch } from '@intermodel/schemas';
import type { LayerOptions } from './layer-maps.ts';
import { openActivations, type ActivationModel, type ActivationOptions } from './open-activations.ts';
import type { PreprocessingInput } from './preprocessing.ts';

/** A model that is wanted, with its layers. */
export interface WantedModel {
  /** Name of the model, written to the schema of every batch. */
  readonly name: string;
  /** Path of the ONNX file. */
  readonly file: string;
  /** ONNX graph that is read in place of the file, which may hold its weights, or what gives it. @default the file is the graph */
  readonly graph?: Uint8Array | (() => Promise<Uint8Array>) | undefined;
  /** How images become the model's input. */
  readonly input: PreprocessingInput;
  /** Layers, by name of the tensor, with what is known of how their values lie. */
  readonly layers: ReadonlyMap<string, Omit<LayerOptions, 'tensor'>>;
}

/** How models are run. */
export interface OpenModelsOptions extends Pick<ActivationOptions, 'threads' | 'batchSize'> {
  /** Execution providers, the preferred first. */
  readonly executionProviders: readonly string[];
}

interface OpenedModel {
  readonly layers: readonly string[];
  readonly activations: ActivationModel;
}

/** Models that stay open from one pass over images to the next. */
export class OpenModels {
  readonly #options: OpenModelsOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #opened = new Map<string, OpenedModel>();
  #closing: Promise<void> | undefined;

  /**
   * @param options how models are run
   * @param signal stops models, also while they are being opened
   */
  constructor(options: OpenModelsOptions, signal?: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /**
   * Opens a model in so many copies, unless it is open with these layers.
   *
   * @throws InputError of {@link openActivations}
   */
  async open({ name, file, graph, input, layers }: WantedModel, copies: number): Promise<void> {
    const before = this.#opened.get(name);
    if (before !== undefined) {
      if ([...layers.keys()].every((layer) => before.layers.includes(layer))) return;
      await before.activations.close();
      this.#opened.delete(name);
    }
    const activations = await openActivations(
      {
        ...this.#options,
        ...{ model: name, file, input, copies, graph: typeof graph === 'function' ? await graph() : graph },
        layers: [...layers].map(([tensor, options]) => ({ tensor, ...options })),
      },
      this.#signal,
    );
    this.#opened.set(name, { layers: [...layers.keys()], activations });
  }

  /** Sizes of the layers of an open model. */
  layersOf(name: string): ActivationModel['layers'] {
    return this.#opened.get(name)?.activations.layers ?? [];
  }

  /** Activations of a batch of images, by layer. Calls may overlap. */
  async infer(name: string, images: LabelledImageBatch): Promise<ReadonlyMap<string, ActivationBatch>> {
    const opened = this.#opened.get(name);
    if (opened === undefined) throw new RangeError(`OpenModels.infer: model ${name} is not open`);
    const batches = await opened.activations.infer(images);
    return new Map(batches.map((batch, index) => [opened.layers[index] as string, batch]));
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
}
