import type { InferenceSession } from 'onnxruntime-node';
import { Tensor } from 'onnxruntime-node';
import { halvesFromFloats } from './half-floats.ts';
import { describeInput, type ModelInput } from './model-input.ts';
import { floatTypes, type OnnxModel } from './onnx-model.ts';
import { openUnoptimised, outputShapes } from './open-session.ts';
import { runtimeError } from './runtime-errors.ts';

/** Sizes of an image in pixels. */
export interface ImageSize {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** Shapes of tensors with floating-point values, and how they became known. */
export interface TensorShapes {
  /** Sizes of the axes for one image. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The file states them, the runtime inferred them, or a run on zeros showed the last of them. */
  readonly source: 'file' | 'inference' | 'run';
}

/**
 * Finds the shapes of tensors for one image: from the file where it states them all, else from the runtime's inference
 * over the whole unoptimised graph, and what that leaves open from one run on zeros.
 */
export async function tensorShapes(model: OnnxModel, tensors: readonly string[], input: ModelInput, size: ImageSize): Promise<TensorShapes> {
  const stated = statedShapes(model, tensors);
  if (stated !== undefined && fits(input, size)) return { shapes: stated, source: 'file' };
  const dims = [input.batch ?? 1, ...input.dims((input.channels ?? 3) * size.height * size.width)];
  const session = await openUnoptimised(model, tensors, { inputDims: new Map([[input.name, dims]]) });
  try {
    const isFloat = new Set(session.outputMetadata.flatMap((metadata) => (metadata.isTensor && metadata.type.startsWith('float') ? [metadata.name] : [])));
    const inferred = [...outputShapes(session)].filter(([name]) => isFloat.has(name));
    const open = inferred.filter(([, shape]) => shape.length === 0 || shape.includes(undefined)).map(([name]) => name);
    const measured = open.length === 0 ? [] : await measureShapes(model.file, session, input, dims, open);
    const shapes = new Map([...(inferred as [string, number[]][]), ...measured].map(([name, shape]) => [name, forOneImage(shape, dims[0] as number)]));
    return { shapes, source: open.length === 0 ? 'inference' : 'run' };
  } finally {
    await session.release();
  }
}

/** Describes the image input of a whole model, where the images of `size` are free to choose. */
export function modelInput(model: OnnxModel, size: ImageSize): ModelInput {
  const constants = new Set(model.graph.initializers.map(({ name }) => name));
  return describeInput(model.file, { inputs: model.graph.inputs.filter(({ name }) => !constants.has(name)) }, size);
}

function statedShapes({ graph }: OnnxModel, tensors: readonly string[]): Map<string, readonly number[]> | undefined {
  const types = new Map([...graph.valueInfo, ...graph.outputs].map(({ name, type }) => [name, type]));
  const shapes = new Map<string, readonly number[]>();
  for (const name of tensors) {
    const type = types.get(name);
    if (type?.dims === undefined) return undefined;
    if (!floatTypes.has(type.elementType)) continue;
    // The batch axis may be free; all others have to be known.
    const sizes = type.dims.map((dim, axis) => (axis === 0 && typeof dim === 'string' ? 1 : dim));
    if (!sizes.every((dim) => typeof dim === 'number')) return undefined;
    shapes.set(name, sizes);
  }
  return shapes;
}

function fits(input: ModelInput, { height, width }: ImageSize): boolean {
  return (input.batch ?? 1) === 1 && input.height === height && input.width === width;
}

async function measureShapes(file: string, session: InferenceSession, { name, type }: ModelInput, dims: readonly number[], open: readonly string[]): Promise<[string, readonly number[]][]> {
  const zeros = new Float32Array(dims.reduce((product, size) => product * size, 1));
  const data = type === 'float16' ? halvesFromFloats(zeros) : zeros;
  const results = await session.run({ [name]: new Tensor(type, data, dims) }, [...open]).catch((cause: unknown) => {
    throw runtimeError(file, cause);
  });
  return Object.entries(results).map(([tensor, { dims: measured }]) => [tensor, measured]);
}

function forOneImage(shape: readonly number[], batch: number): readonly number[] {
  return shape[0] === batch ? [1, ...shape.slice(1)] : shape;
}
