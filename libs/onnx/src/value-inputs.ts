import { neededNames } from './captured-names.ts';
import type { Graph, GraphNode } from './onnx-model.ts';

/** Operators whose further inputs are sizes, axes or indices. */
const dataFirst = new Set([
  'Reshape', 'Expand', 'Tile', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Flatten', 'Resize', 'Upsample', 'Pad', 'Gather', 'GatherND', 'GatherElements', 'TopK', 'Dropout', 'Clip',
  'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare', 'QuantizeLinear', 'DequantizeLinear',
]); // prettier-ignore

/** Operators that put out sizes or numbers that do not tell of the values. */
const sizesOnly = new Set(['Shape', 'Size', 'ConstantOfShape', 'Range', 'EyeLike']);

/** Tensors whose values go into what a node makes, not only their sizes. */
export function valueInputs(node: GraphNode): string[] {
  if (sizesOnly.has(node.operator)) return [];
  if (dataFirst.has(node.operator)) return node.inputs.slice(0, 1);
  return [...neededNames(node)];
}

/** Tensors whose values change with those of the image; what changes with its size only is not among them. */
export function imageValues({ nodes }: Pick<Graph, 'nodes'>, image: string): Set<string> {
  const values = new Set([image]);
  for (const node of nodes)
    if (valueInputs(node).some((name) => values.has(name)))
      for (const name of node.outputs) if (name !== '') values.add(name);
  return values;
}
