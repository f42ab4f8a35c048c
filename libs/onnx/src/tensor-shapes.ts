import type { InferenceSession } from 'onnxruntime-node';
import { Tensor } from 'onnxruntime-node';
import { halvesFromFloats } from './half-floats.ts';
import { describeInput, type ModelInput } from './model-input.ts';
import type { OnnxModel } from './onnx-model.ts';
import { openUnoptimised, outputShapes } from './open-session.ts';
import { runtimeError } from './runtime-errors.ts';

/** Sizes of an image in pixels. */
export interface ImageSize {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** Shapes of tensors, and how they became known. */
export interface TensorShapes {
  /** Sizes of the axes for a run of `batch` images. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Types of the values, such as `float32`. */
  readonly types: ReadonlyMap<string, string>;
  /** Images of that run: 1 unless the file fixes another number. */
  readonly batch: number;
  /** The file states them, the runtime inferred them, or a run on zeros showed the last of them. */
  readonly source: 'file' | 'inference' | 'run';
}

/**
 * Finds the shapes of tensors: from the file where it states them all, else from the runtime's inference over the whole
 * unoptimised graph, and what that leaves open from one run on zeros.
 *
 * @throws InputError where the runtime cannot make one of the tensors.
 */
export async function tensorShapes(model: OnnxModel, tensors: readonly string[], input: ModelInput, size: ImageSize): Promise<TensorShapes> {
  const dims = [input.batch ?? 1, ...input.dims((input.channels ?? 3) * size.height * size.width)];
  const batch = dims[0] as number;
  const stated = statedShapes(model, tensors, batch);
  const session = await openUnoptimised(model, tensors, { inputDims: new Map([[input.name, dims]]) });
  try {
    const types = new Map(session.outputMetadata.flatMap((metadata) => (metadata.isTensor ? [[metadata.name, metadata.type] as const] : [])));
    if (stated !== undefined && fits(input, size)) return { shapes: stated, types, batch, source: 'file' };
    const inferred = [...outputShapes(session)];
    const isOpen = (shape: readonly (number | undefined)[]) => shape.length === 0 || shape.includes(undefined);
    // Whole numbers of open size are indices and the like; maps of quantised models are 8 bits wide.
    const open = inferred.filter(([name, shape]) => isOpen(shape) && /^float|int8$/u.test(types.get(name) ?? '')).map(([name]) => name);
    const measured = open.length === 0 ? [] : await measureShapes(model.file, session, input, dims, open);
    return { shapes: new Map([...(inferred.filter(([, shape]) => !isOpen(shape)) as [string, number[]][]), ...measured]), types, batch, source: open.length === 0 ? 'inference' : 'run' };
  } finally {
    await session.release();
  }
}

/** Describes the image input of a whole model, where the images of `size` are free to choose. */
export function modelInput(model: OnnxModel, size: ImageSize): ModelInput {
  const constants = new Set(model.graph.initializers.map(({ name }) => name));
  return describeInput(model.file, { inputs: model.graph.inputs.filter(({ name }) => !constants.has(name)) }, size);
}

function statedShapes({ graph }: OnnxModel, tensors: readonly string[], batch: number): Map<string, readonly number[]> | undefined {
  const types = new Map([...graph.valueInfo, ...graph.outputs].map(({ name, type }) => [name, type]));
  const shapes = new Map<string, readonly number[]>();
  for (const name of tensors) {
    const dims = types.get(name)?.dims;
    // The batch axis may be free; all others have to be known.
    const sizes = dims?.map((dim, axis) => (axis === 0 && typeof dim === 'string' ? batch : dim));
    if (!sizes?.every((dim) => typeof dim === 'number')) return undefined;
    shapes.set(name, sizes);
  }
  return shapes;
}

function fits(input: ModelInput, { height, width }: ImageSize): boolean {
  return input.height === height && input.width === width;
}

async function measureShapes(file: string, session: InferenceSession, { name, type }: ModelInput, dims: readonly number[], open: readonly string[]): Promise<[string, readonly number[]][]> {
  const zeros = new Float32Array(dims.reduce((product, size) => product * size, 1));
  const data = type === 'float16' ? halvesFromFloats(zeros) : zeros;
  const results = await session.run({ [name]: new Tensor(type, data, dims) }, [...open]).catch((cause: unknown) => {
    throw runtimeError(file, cause);
  });
  return Object.entries(results).map(([tensor, { dims: measured }]) => [tensor, measured]);
}
