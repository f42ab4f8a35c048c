import type { Graph, GraphNode } from './onnx-model.ts';

/** A tensor that may be the usual choice. */
export interface UsualCandidate {
  /** Name of the tensor. */
  readonly tensor: string;
  /** A map of units, or tokens. */
  readonly kind: 'map' | 'tokens';
  /** Number of units. */
  readonly units: number;
  /** Rows of the map. */
  readonly height: number;
  /** Columns of the map. */
  readonly width: number;
}

/** Operators that change no value, or only frame the map. */
const neutral = new Set(['Identity', 'Dropout', 'Cast', 'Pad']);
/** Operators that keep the places of values, between a convolution and what is pooled. */
const pointwise = new Set([...neutral, 'Relu', 'Clip', 'LeakyRelu', 'PRelu', 'Sigmoid', 'Add', 'Mul', 'Sub', 'Div', 'BatchNormalization']);
/** Operators between pooled class maps and the output. */
const scoring = new Set([...neutral, 'Flatten', 'Reshape', 'Squeeze', 'Softmax', 'LogSoftmax', 'Sigmoid']);

/**
 * The tensor that is usually dissected: the last that is pooled into one value a unit (for tokens: the last before the
 * class token is taken, or the mean). Where what is pooled are already the maps of the classes, the features that they are
 * made from are meant. A model without pooling is read at its last tokens, or (segmentation) at the last widest map of the lowest resolution.
 *
 * @param graph the main graph
 * @param candidates in the order in which they are made
 * @param shapeOf sizes of the axes of a tensor for one image, where they are known
 */
export function usualLayer(graph: Graph, candidates: readonly UsualCandidate[], shapeOf: (tensor: string) => readonly number[] | undefined): string | undefined {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const names = new Set(candidates.map(({ tensor }) => tensor));

  const isPooled = (tensor: string) => {
    const shape = shapeOf(tensor);
    if (shape === undefined || tensor === '') return false;
    const sizes = shape.slice(1).filter((size) => size > 1);
    return sizes.length <= 1 && shape.length <= 4 && shape[0] === 1;
  };
  const poolers = (tensor: string, depth = 0): GraphNode[] =>
    (readers.get(tensor) ?? []).flatMap((node) => {
      const [made] = node.outputs;
      if (made === undefined || node.operator === 'Shape') return [];
      if (isPooled(made)) return [node];
      return depth < 2 && (node.operator === 'Transpose' || neutral.has(node.operator)) ? poolers(made, depth + 1) : [];
    });
  const pooled = candidates.filter(({ tensor }) => poolers(tensor).length > 0).at(-1);
  const source = (tensor: string): string => {
    const maker = makers.get(tensor);
    const [before] = maker?.inputs ?? [];
    if (maker === undefined || before === undefined || !neutral.has(maker.operator) || !names.has(before)) return tensor;
    return String(shapeOf(before)) === String(shapeOf(tensor)) ? source(before) : tensor;
  };
  if (pooled === undefined) return deepestWidest(candidates);
  if (pooled.kind === 'map' && poolers(pooled.tensor).every((node) => reachesOutput(graph, node.outputs[0] ?? '', readers))) {
    const features = classifierInput(pooled.tensor, makers, names);
    if (features !== undefined) return source(features);
  }
  return source(pooled.tensor);
}

function reachesOutput(graph: Graph, tensor: string, readers: ReadonlyMap<string, readonly GraphNode[]>): boolean {
  if (graph.outputs.some(({ name }) => name === tensor)) return true;
  const next = (readers.get(tensor) ?? []).filter(({ operator }) => operator !== 'Shape');
  return next.length > 0 && next.every((node) => scoring.has(node.operator) && reachesOutput(graph, node.outputs[0] ?? '', readers));
}

/** What the 1 x 1 convolution that makes the class maps reads. */
function classifierInput(tensor: string, makers: ReadonlyMap<string, GraphNode>, names: ReadonlySet<string>): string | undefined {
  const maker = makers.get(tensor);
  const [before] = maker?.inputs ?? [];
  if (maker === undefined || before === undefined) return undefined;
  if (maker.operator === 'Conv') return names.has(before) ? before : undefined;
  return pointwise.has(maker.operator) ? classifierInput(before, makers, names) : undefined;
}

function deepestWidest(candidates: readonly UsualCandidate[]): string | undefined {
  const last = candidates.at(-1);
  if (last?.kind === 'tokens') return last.tensor;
  const maps = candidates.filter(({ kind }) => kind === 'map');
  const area = Math.min(...maps.map(({ height, width }) => height * width));
  const lowest = maps.filter(({ height, width }) => height * width === area);
  const widest = Math.max(...lowest.map(({ units }) => units));
  return lowest.filter(({ units }) => units === widest).at(-1)?.tensor;
}
