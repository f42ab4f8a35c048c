import { InputError } from '@intermodel/errors';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { cutGraph, type CutModel, type CutOptions } from './cut-graph.ts';
import { checkExecutionProviders, providerError } from './execution-providers.ts';
import { findTensor, inputDependents } from './find-tensor.ts';
import { floatsFromHalves, halvesFromFloats } from './half-floats.ts';
import { mapLayouts } from './map-layouts.ts';
import { describeInput, type FreeSizes, type Layout, type ModelInput } from './model-input.ts';
import type { OnnxModel } from './onnx-model.ts';
import { readModel } from './read-model.ts';
import { runtimeError } from './runtime-errors.ts';

// The runtime would keep records of its use in the home folder, and send them to its makers.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** Settings of {@link openSession}. */
export interface OpenSessionOptions {
  /** Path of the model. */
  readonly file: string;
  /** ONNX graph that is read in place of the file, which holds its weights. @default the file is the graph */
  readonly graph?: Uint8Array | undefined;
  /** Tensors to put out: names of tensors, or of nodes with one output. */
  readonly tensors: readonly string[];
  /** Execution providers, the preferred first; see {@link listExecutionProviders}. @default ['cpu'] */
  readonly executionProviders?: readonly string[];
  /** Threads of one run, at least 1. @default the runtime's choice, one a core */
  readonly threads?: number;
  /**
   * Whether threads spin while they wait, as the runtime has it by default: a little faster while nothing else runs,
   * and several times slower as soon as something does. @default false
   */
  readonly spinning?: boolean;
  /**
   * Size of the images, in pixels, where the file leaves it free. @default square images of as many values as a run is
   * given
   */
  readonly inputSize?: FreeSizes;
  /** Whether tensors of whole numbers, such as class numbers, may be put out too. @default false */
  readonly wholeNumbers?: boolean;
  /** Whether tensors of images x units, which hold no maps, may be put out too. @default false */
  readonly vectors?: boolean;
}

/** Values of a tensor. */
export interface TensorValues {
  /** Sizes of the axes. */
  readonly dims: readonly number[];
  /** Values row by row, in a buffer of their own that may be transferred. */
  readonly data: Float32Array;
}

/** A model cut to some of its tensors, ready to run. */
export interface ModelSession {
  /** The one input of the model. */
  readonly input: ModelInput;
  /** Tensors put out, in the order asked for. */
  readonly tensors: readonly string[];
  /** What the runtime knows of the tensors' axes before a run; undefined sizes vary. */
  readonly shapes: ReadonlyMap<string, readonly (number | undefined)[]>;
  /** Order of the axes of those tensors of which the graph tells it; channels first is usual for the others. */
  readonly layouts: ReadonlyMap<string, Layout>;
  /** Those of the tensors that hold whole numbers; their values are exact up to 2^24. */
  readonly wholeNumbers: ReadonlySet<string>;
  /**
   * Runs `batch` images, whose values follow each other. A model that was exported for a fixed number of images is run
   * as often as it takes, with zeros in the places left over.
   */
  run(values: Float32Array, batch: number): Promise<Map<string, TensorValues>>;
  /** Frees the runtime's memory. */
  release(): Promise<void>;
}

/** Types of whole numbers that class numbers come in. */
const wholeTypes: ReadonlySet<string> = new Set([
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
]);

/** Model files above this size are not copied: the runtime maps the weights in place. */
const inPlaceBytes = 32e6;

function canStayInPlace({ memory, source }: OnnxModel): boolean {
  return memory === undefined && source.length > inPlaceBytes;
}

/**
 * Opens a model for some of its intermediate tensors; what they do not need is cut away and never loaded.
 *
 * @throws InputError for a file, layer, input or provider that cannot be used (see the codes of {@link readModel},
 * {@link cutGraph}, `MODEL_INPUTS`, `MODEL_INPUT_RANK`, `MODEL_INPUT_TYPE`, `LAYER_NOT_SPATIAL`, `OPSET_UNSUPPORTED`,
 * `IR_VERSION_UNSUPPORTED`, `OPERATOR_UNSUPPORTED`, `MODEL_INVALID`, `PROVIDER_UNAVAILABLE`).
 */
export async function openSession(options: OpenSessionOptions): Promise<ModelSession> {
  const {
    file,
    graph,
    tensors,
    executionProviders = ['cpu'],
    threads,
    spinning = false,
    inputSize,
    wholeNumbers = false,
    vectors = false,
  } = options;
  const fewestAxes = vectors ? 2 : 3;
  checkExecutionProviders(executionProviders);
  const model = readModel(file, graph);
  const cut = cutGraph(model, tensors, {
    weightsInPlace: canStayInPlace(model),
    dequantise: !wholeNumbers,
  });
  const input = describeInput(file, cut, inputSize);
  const settings = {
    executionProviders: [...executionProviders],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  const session = await createSession(file, cut, settings, spinning);
  const names = new Map(cut.outputs.map((name, index) => [name, cut.tensors[index] ?? name]));
  const shapes = new Map([...outputShapes(session)].map(([name, shape]) => [names.get(name) ?? name, shape]));
  const whole = new Set(
    session.outputMetadata
      .filter((metadata) => metadata.isTensor && wholeTypes.has(metadata.type))
      .map(({ name }) => name),
  );
  for (const metadata of session.outputMetadata)
    if (!wholeNumbers || !whole.has(metadata.name))
      checkFloats(file, { ...metadata, name: names.get(metadata.name) ?? metadata.name });
  for (const [name, shape] of shapes) if (shape.length > 0) checkSpatial(file, name, shape, fewestAxes);
  const dependents = inputDependents(model);
  return {
    input,
    shapes,
    layouts: mapLayouts(model.graph, (name) => name === input.name || dependents.has(name), input.layout),
    tensors: tensors.map((name) => findTensor(model, name, dependents)),
    wholeNumbers: whole,
    run: batchRunner(file, session, input, names, fewestAxes),
    release: () => session.release(),
  };
}

/** Creates a session of a cut model; weights left in the file are found through the folder that the cut names. */
export async function createSession(
  file: string,
  cut: CutModel,
  settings: InferenceSession.SessionOptions,
  spinning = false,
): Promise<InferenceSession> {
  const folder = cut.externalFolder;
  try {
    return await InferenceSession.create(cut.toBytes(), {
      // Errors come as exceptions; the runtime would print them a second time.
      logSeverityLevel: 4,
      ...settings,
      // Threads that spin while they wait would take the core that JavaScript needs between two runs.
      extra: {
        session: {
          intra_op: { allow_spinning: spinning ? '1' : '0' },
          ...(folder === undefined ? {} : { model_external_initializers_file_folder_path: folder }),
        },
      },
    });
  } catch (cause) {
    const providers = (settings.executionProviders ?? []).map((provider) =>
      typeof provider === 'string' ? provider : provider.name,
    );
    const error = runtimeError(file, cause);
    const aboutProvider =
      error.code === 'MODEL_INVALID' &&
      providers.some((provider) => provider !== 'cpu') &&
      /provider|backend|adapter|device|shared library/iu.test(String(cause));
    throw aboutProvider ? providerError(providers, cause) : error;
  }
}

/** Opens a model that exposes all the tensors named, unoptimised, as finding their shapes needs it. */
export function openUnoptimised(
  model: OnnxModel,
  tensors: readonly string[],
  options: CutOptions,
): Promise<InferenceSession> {
  const cut = cutGraph(model, tensors, { ...options, weightsInPlace: canStayInPlace(model) });
  return createSession(model.file, cut, { graphOptimizationLevel: 'disabled' });
}

/** Shapes of the outputs of a session as far as the runtime infers them; an empty one says nothing. */
export function outputShapes(session: InferenceSession): Map<string, (number | undefined)[]> {
  const known = session.outputMetadata.flatMap((metadata) => (metadata.isTensor ? [metadata] : []));
  return new Map(
    known.map(({ name, shape }) => [name, shape.map((size) => (typeof size === 'number' ? size : undefined))]),
  );
}

function batchRunner(
  file: string,
  session: InferenceSession,
  input: ModelInput,
  names: ReadonlyMap<string, string>,
  fewestAxes: number,
): ModelSession['run'] {
  let most = input.batch;
  const runOnce = async (values: Float32Array, batch: number): Promise<Map<string, TensorValues>> => {
    const data =
      input.type === 'float16' ? halvesFromFloats(values) : input.type === 'uint8' ? Uint8Array.from(values) : values;
    const dims = [batch, ...input.dims(values.length / batch)];
    const results = await session.run({ [input.name]: new Tensor(input.type, data, dims) }).catch((cause: unknown) => {
      throw runtimeError(file, cause);
    });
    return new Map(
      Object.entries(results).map(([name, tensor]) => [
        names.get(name) ?? name,
        { dims: tensor.dims, data: float32Values(tensor) },
      ]),
    );
  };
  const runParts = async (values: Float32Array, batch: number, size: number) => {
    const perImage = values.length / batch;
    const parts: Map<string, TensorValues>[] = [];
    for (let start = 0; start < batch; start += size) {
      const part = values.subarray(start * perImage, (start + size) * perImage);
      const padded = part.length === size * perImage ? part : padWithZeros(part, size * perImage);
      parts.push(await runOnce(padded, size));
    }
    return joinParts(file, parts, batch, size, fewestAxes);
  };
  return async (values, batch) => {
    if (most !== undefined && batch !== most) return runParts(values, batch, most);
    try {
      const results = await runOnce(values, batch);
      for (const [name, { dims }] of results) checkBatchAxis(file, name, dims, batch, fewestAxes);
      return results;
    } catch (error) {
      if (batch === 1 || most !== undefined) throw error;
      // Many exporters write the batch size of 1 into reshapes although the input's is free: image by image it works.
      const results = await runParts(values, batch, 1);
      most = 1;
      return results;
    }
  };
}

function joinParts(
  file: string,
  parts: readonly Map<string, TensorValues>[],
  batch: number,
  size: number,
  fewestAxes: number,
): Map<string, TensorValues> {
  const joined = new Map<string, TensorValues>();
  for (const [name, { dims, data }] of parts[0] ?? []) {
    checkBatchAxis(file, name, dims, size, fewestAxes);
    const perImage = data.length / size;
    const values = new Float32Array(perImage * batch);
    parts.forEach((part, index) => {
      values.set(
        (part.get(name) as TensorValues).data.subarray(0, Math.min(size, batch - index * size) * perImage),
        index * size * perImage,
      );
    });
    joined.set(name, { dims: [batch, ...dims.slice(1)], data: values });
  }
  return joined;
}

function checkBatchAxis(file: string, name: string, dims: readonly number[], batch: number, fewestAxes: number): void {
  checkSpatial(file, name, dims, fewestAxes);
  if (dims[0] === batch) return;
  throw new InputError(
    'LAYER_NOT_SPATIAL',
    `the first axis of this tensor is not that of the images: ${dims.join(' x ')} for ${String(batch)} images`,
    {
      file,
      column: name,
      columnIs: 'tensor',
      expected: 'images x units x height x width, or images x tokens x units',
      hint: 'List the layers with `listLayers`.',
    },
  );
}

/** Refuses a tensor that holds no floating-point numbers. */
function checkFloats(file: string, metadata: InferenceSession.ValueMetadata): void {
  if (metadata.isTensor && metadata.type.startsWith('float')) return;
  throw new InputError('LAYER_NOT_FLOAT', `this tensor holds ${metadata.isTensor ? metadata.type : 'no numbers'}`, {
    file,
    column: metadata.name,
    columnIs: 'tensor',
    expected: 'float32, float16 or float64',
    hint: 'Take the tensor behind the next DequantizeLinear or Cast: `listLayers` lists what can be dissected.',
  });
}

/** Refuses a tensor that holds no maps. */
export function checkSpatial(file: string, name: string, shape: readonly (number | undefined)[], fewestAxes = 3): void {
  if (shape.length >= fewestAxes && shape.length <= 4) return;
  throw new InputError('LAYER_NOT_SPATIAL', `this tensor has ${String(shape.length)} axes, so it holds no maps`, {
    file,
    column: name,
    columnIs: 'tensor',
    expected: 'images x units x height x width, or images x tokens x units',
    hint: 'List the layers with `listLayers`.',
  });
}

/** Values of a tensor as float32, whatever its type. */
export function float32Values({ data, type }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === 'float16' && data instanceof Uint16Array) return floatsFromHalves(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  return Float32Array.from(data as Float64Array);
}

function padWithZeros(values: Float32Array, length: number): Float32Array {
  const padded = new Float32Array(length);
  padded.set(values);
  return padded;
}
