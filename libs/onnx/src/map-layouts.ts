import type { Layout } from './model-input.ts';
import type { Graph, GraphNode } from './onnx-model.ts';

/** Operators whose data is channels first, by definition. */
const channelsFirst = new Set([
  'Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'BatchNormalization', 'InstanceNormalization',
  'GroupNormalization', 'LRN', 'DepthToSpace', 'SpaceToDepth', 'ConvInteger', 'QLinearConv', 'QLinearAveragePool', 'QLinearGlobalAveragePool', 'FusedConv', 'DeformConv', 'GridSample',
]); // prettier-ignore

/** Operators that mix axes, or make tensors of other axes. */
const mixing = new Set([
  'Transpose',
  'Reshape',
  'Flatten',
  'Gather',
  'GatherND',
  'GatherElements',
  'Shape',
  'Expand',
  'Tile',
  'Einsum',
  'Gemm',
  'Squeeze',
  'Unsqueeze',
  'If',
  'Loop',
  'Scan',
]);

/**
 * Finds the order of axes of the 4-D tensors: from the operators whose order is defined (such as Conv) it spreads over
 * those that keep it, and Transpose turns it. Tensors that it does not reach, such as attention maps, hold no maps.
 *
 * @param graph the main graph
 * @param isMap whether a tensor has four axes
 * @param inputLayout order of the axes of the images
 */
export function mapLayouts(graph: Graph, isMap: (tensor: string) => boolean, inputLayout: Layout): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  const mark = (tensor: string | undefined, layout: Layout | undefined) => {
    if (tensor === undefined || layout === undefined || layouts.has(tensor) || !isMap(tensor)) return false;
    layouts.set(tensor, layout);
    return true;
  };
  for (const { name } of graph.inputs) mark(name, inputLayout);
  for (const { operator, inputs, outputs } of graph.nodes) {
    if (!channelsFirst.has(operator)) continue;
    mark(inputs[0], 'NCHW');
    mark(outputs[0], 'NCHW');
  }
  const steps = [...graph.nodes, ...[...graph.nodes].reverse()];
  for (let changed = true; changed;) {
    changed = false;
    for (const node of steps) changed = spread(node, layouts, mark, isMap) || changed;
  }
  return layouts;
}

function spread(
  node: GraphNode,
  layouts: ReadonlyMap<string, Layout>,
  mark: (tensor: string | undefined, layout: Layout | undefined) => boolean,
  isMap: (tensor: string) => boolean,
): boolean {
  const { operator, inputs, outputs } = node;
  if (operator === 'Transpose') {
    const turn = turned(node.attributes.get('perm')?.integers ?? []);
    const forward = mark(outputs[0], turn?.(layouts.get(inputs[0] ?? '')));
    return mark(inputs[0], turn?.(layouts.get(outputs[0] ?? ''))) || forward;
  }
  // A product with weights acts on the last axis; one of two maps (attention) has other axes.
  const product = operator === 'MatMul' || operator === 'MatMulInteger';
  if (mixing.has(operator) || (product && inputs.slice(0, 2).every(isMap))) return false;
  const around = [...inputs, ...outputs].filter((name) => isMap(name));
  const known = around.map((name) => layouts.get(name)).find((layout) => layout !== undefined);
  return around.map((name) => mark(name, known)).includes(true);
}

function turned(order: readonly number[]): ((layout: Layout | undefined) => Layout | undefined) | undefined {
  const from = { '0,2,3,1': 'NCHW', '0,3,1,2': 'NHWC' }[order.join(',')];
  if (from === undefined) return undefined;
  return (layout) => (layout === undefined ? undefined : layout === 'NCHW' ? 'NHWC' : 'NCHW');
}
