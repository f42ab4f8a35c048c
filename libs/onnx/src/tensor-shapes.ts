import { describeInput, type FreeSizes, type ModelInput } from './model-input.ts';
import type { ModelProber } from './model-prober.ts';
import { allNodes } from './captured-names.ts';
import type { GraphNode, OnnxModel } from './onnx-model.ts';
import { checkSizes } from './probe-limits.ts';

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
 * Finds the shapes of tensors: from the file where it states them all, else from the runtime.
 *
 * @throws InputError where the runtime cannot make one of the tensors, `TENSOR_TOO_LARGE`, `MODEL_PROBE_LIMIT`.
 */
export async function tensorShapes(
  model: OnnxModel,
  tensors: readonly string[],
  input: ModelInput,
  size: ImageSize,
  prober: ModelProber,
): Promise<TensorShapes> {
  const dims = [input.batch ?? 1, ...input.dims(input.givenChannels * size.height * size.width)];
  const batch = dims[0] as number;
  checkSizes(model.file, [[input.name, dims]]);
  const stated = fits(input, size) ? statedShapes(model, tensors, batch) : undefined;
  if (stated !== undefined) checkSizes(model.file, stated);
  const wanted = new Set(tensors);
  const { types, shapes, wasRun } = await prober.ask({
    kind: 'shapes',
    file: model.file,
    graph: model.memory,
    tensors,
    input: input.name,
    dims,
    statedShapes: stated !== undefined,
    looped: loopedTensors(model).filter((name) => wanted.has(name)),
  });
  return {
    shapes: stated ?? shapes,
    types,
    batch,
    source: stated !== undefined ? 'file' : wasRun ? 'run' : 'inference',
  };
}

/** Tensors of nodes that are loops, or may hold some: what they do is known only by running them. */
export function loopedTensors({ graph, functions }: OnnxModel): string[] {
  const isLoop = ({ operator }: GraphNode) => operator === 'Loop' || operator === 'Scan';
  // Functions call each other: where one has a loop, each may.
  const looping = functions.some(({ nodes }) => allNodes(nodes).some(isLoop)) ? functions : [];
  const called = new Set(looping.map(({ domain, name }) => `${domain}:${name}`));
  const holdsLoop = (node: GraphNode) =>
    allNodes([node]).some((inner) => isLoop(inner) || called.has(`${inner.domain}:${inner.operator}`));
  return graph.nodes.filter(holdsLoop).flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
}

/** Describes the image input of a whole model, where the images of `size` are free to choose. */
export function modelInput(model: OnnxModel, size: FreeSizes): ModelInput {
  const constants = new Set(model.graph.initializers.map(({ name }) => name));
  return describeInput(model.file, { inputs: model.graph.inputs.filter(({ name }) => !constants.has(name)) }, size);
}

function statedShapes(
  { graph }: OnnxModel,
  tensors: readonly string[],
  batch: number,
): Map<string, readonly number[]> | undefined {
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
