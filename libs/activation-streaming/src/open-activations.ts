import os from 'node:os';
import {
  activationList,
  activationSchema,
  type ActivationBatch,
  type ActivationColumns,
  type ActivationShape,
  type LabelledImageBatch,
} from '@intermodel/schemas';
import { BatchSchemaError } from '@intermodel/streams';
import {
  DataType,
  Float32,
  makeData,
  RecordBatch,
  Struct,
  type Data,
  type FixedSizeList,
  type Schema,
} from 'apache-arrow';
import { startCopies } from './inference-copies.ts';
import type { LayerMaps, LayerOptions, LayerValues } from './layer-maps.ts';
import {
  resolvePreprocessing,
  type InputLayout,
  type Preprocessing,
  type PreprocessingInput,
} from './preprocessing.ts';

/** Options of {@link openActivations} and {@link streamActivations}. */
export interface ActivationOptions {
  /** Name of the model, written to the schema of every batch. */
  readonly model: string;
  /** Path of the ONNX file. */
  readonly file: string;
  /** ONNX graph that is read in place of the file, which holds its weights. @default the file is the graph */
  readonly graph?: Uint8Array | undefined;
  /**
   * Layers to dissect, at least one: names of tensors (or of nodes with one output), with settings where they need
   * some.
   */
  readonly layers: readonly (string | LayerOptions)[];
  /** How images become the model's input: a preset or its parts. @default 'imagenet' */
  readonly input?: string | PreprocessingInput;
  /** Execution providers, the preferred first. @default ['cpu'] */
  readonly executionProviders?: readonly string[];
  /** Threads of all copies together, at least 1. @default the number of processors */
  readonly threads?: number;
  /**
   * Copies of the model that run side by side, at least 1, each with its share of the threads: where other work shares
   * the processors, two copies are faster than one on twice the threads, for the memory of one more model. @default 1
   */
  readonly copies?: number;
  /**
   * Images of one run, at least 1. @default on processors 1 or 2, on other devices up to 8, so that a run takes about
   * 64 MiB
   */
  readonly batchSize?: number;
}

/** Defaults of {@link ActivationOptions}. */
export const activationDefaults = {
  input: 'imagenet',
  executionProviders: ['cpu'],
  copies: 1,
} as const satisfies Partial<ActivationOptions>;

/** A model that runs in threads of its own. */
export interface ActivationModel {
  /** Layers, in the order asked for. */
  readonly layers: readonly LayerMaps[];
  /** Preprocessing with every choice made, for the manifest. */
  readonly input: Preprocessing & { readonly layout: InputLayout };
  /** Images of one run. */
  readonly batchSize: number;
  /**
   * Activations of a batch of images, one batch for each layer in the order of `layers`. Images and labels are those of
   * the given batch, not copies. Calls may overlap: two at a time for each copy of the model keep all of them busy.
   */
  infer(batch: LabelledImageBatch): Promise<ActivationBatch[]>;
  /** Frees the model after the calls under way. */
  close(): Promise<void>;
  /** Ends at once; calls under way fail with `INFERENCE_STOPPED`. */
  stop(): Promise<void>;
}

/**
 * Opens a model in worker threads, one for each copy. Call {@link ActivationModel.infer} inside the bounded step that
 * loads the images, so that no more batches are alive than that step allows. Aborting `signal` stops the model, also
 * while it is being opened.
 *
 * @throws InputError for a model, layer or preprocessing that does not fit (the codes of `openSession`, and
 * `PREPROCESSING_PRESET`, `PREPROCESSING_KEY`, `PREPROCESSING_VALUE`, `MODEL_INPUT_SIZE`, `MODEL_INPUT_CHANNELS`,
 * `MODEL_INPUT_LAYOUT`, `TOKEN_GRID`).
 */
export async function openActivations(options: ActivationOptions, signal?: AbortSignal): Promise<ActivationModel> {
  const {
    model: name,
    file,
    graph,
    executionProviders = activationDefaults.executionProviders,
    threads = os.availableParallelism(),
    copies = activationDefaults.copies,
    batchSize,
  } = options;
  for (const [column, count] of Object.entries({
    threads,
    copies,
    batchSize: batchSize ?? 1,
    layers: options.layers.length,
  })) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`openActivations: ${column} must be a whole number of at least 1, got ${String(count)}`);
  }
  const input = resolvePreprocessing(options.input);
  const layers = options.layers.map((layer) => (typeof layer === 'string' ? { tensor: layer } : layer));
  const thread = await startCopies(
    { file, graph, layers, input, executionProviders, threads, batchSize },
    copies,
    signal,
  );
  const builders = new Map<string, LayerBuilder[]>();
  return {
    layers: thread.model.layers,
    input: { ...input, layout: thread.model.layout },
    batchSize: thread.model.batchSize,
    async infer(batch) {
      const pixels = readPixels(batch, input);
      const plane = labelSize(batch);
      const key = plane.join();
      let build = builders.get(key);
      if (build === undefined)
        builders.set(key, (build = thread.model.layers.map((layer) => layerBuilder(name, layer, plane))));
      const values = batch.numRows === 0 ? [] : await thread.infer(pixels, batch.numRows);
      return build.map((layer, index) =>
        layer(batch, values[index] ?? { maps: new Float32Array(), prefix: undefined }),
      );
    },
    close: () => thread.close(),
    stop: () => thread.stop(),
  };
}

/** A copy of the pixels, since their buffer goes to the thread and other models may need them too. */
function readPixels(batch: LabelledImageBatch, { height, width }: Preprocessing): Uint8Array {
  const type = batch.schema.fields[1]?.type;
  const size = height * width * 3;
  if (!DataType.isFixedSizeList(type) || type.listSize !== size) {
    throw new BatchSchemaError(
      'streamActivations',
      'pixels',
      `FixedSizeList[${String(size)}]<Uint8>, as the model takes ${String(width)} x ${String(height)} pixels`,
      String(type),
    );
  }
  const bytes = batch.data.children[1]?.children[0]?.values as Uint8Array;
  return bytes.slice(0, batch.numRows * size);
}

function labelSize({ schema }: LabelledImageBatch): [height: number, width: number] {
  const stated = schema.metadata.get('labels');
  if (stated === undefined)
    throw new BatchSchemaError('streamActivations', 'labels', 'planes whose size the schema states', 'without a size');
  return JSON.parse(stated) as [number, number];
}

type LayerBuilder = (batch: LabelledImageBatch, values: LayerValues) => ActivationBatch;

function layerBuilder(
  model: string,
  { tensor, units, height, width, prefixTokens }: LayerMaps,
  [labelHeight, labelWidth]: readonly [number, number],
): LayerBuilder {
  const shape: ActivationShape = {
    model,
    layer: tensor,
    units,
    mapHeight: height,
    mapWidth: width,
    labelHeight,
    labelWidth,
  };
  const schema: Schema<ActivationColumns> = activationSchema(shape, prefixTokens);
  const mapList = activationList(units * height * width);
  const tokenList = activationList(units * prefixTokens);
  const struct = new Struct<ActivationColumns>(schema.fields);
  return (batch, { maps, prefix }) => {
    const length = batch.numRows;
    const [image, , labels] = batch.data.children;
    const lists = [image, listData(mapList, length, maps), labels];
    if (prefixTokens > 0) lists.push(listData(tokenList, length, prefix ?? new Float32Array()));
    const children = lists as Data<ActivationColumns[keyof ActivationColumns]>[];
    return new RecordBatch(schema, makeData({ type: struct, length, nullCount: 0, children }));
  };
}

function listData(type: FixedSizeList<Float32>, length: number, data: Float32Array): Data<FixedSizeList<Float32>> {
  const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
  return makeData({ type, length, nullCount: 0, child });
}
