import type { Graph, GraphNode } from './onnx-model.ts';

/** Constants that turn the stored whole numbers of a tensor into values: (number - zero point) x scale. */
export interface Quantisation {
  /** Name of the constant with the scale. */
  readonly scale: string;
  /** Name of that with the zero point; empty text: 0. */
  readonly zeroPoint: string;
}

/** Where operators that put out quantised values take their scale; the zero point follows. */
const scaleInputs: ReadonlyMap<string, number> = new Map([
  ['QuantizeLinear', 1], ['QLinearConv', 6], ['QLinearMatMul', 6], ['QLinearAdd', 6], ['QLinearMul', 6], ['QLinearSigmoid', 3], ['QLinearLeakyRelu', 3], ['QLinearSoftmax', 3],
  ['QLinearAveragePool', 3], ['QLinearGlobalAveragePool', 3], ['QLinearReduceMean', 3], ['QLinearConcat', 0], ['QGemm', 7],
]); // prettier-ignore

/** Operators that leave each number as it is. */
const keeping = new Set([
  'Identity',
  'MaxPool',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Slice',
  'Split',
  'Gather',
  'DepthToSpace',
  'SpaceToDepth',
  'Expand',
  'Clip',
  'Relu',
]);

/** Finds how tensors of whole numbers are to be read, by what makes them. */
export function quantisations({ nodes }: Pick<Graph, 'nodes'>): Map<string, Quantisation> {
  const found = new Map<string, Quantisation>();
  for (const node of nodes) {
    const quantisation = ofNode(node) ?? (keeping.has(node.operator) ? found.get(node.inputs[0] ?? '') : undefined);
    if (quantisation !== undefined) for (const name of node.outputs) found.set(name, quantisation);
  }
  return found;
}

function ofNode({ operator, inputs }: GraphNode): Quantisation | undefined {
  const at = scaleInputs.get(operator);
  const scale = at === undefined ? undefined : inputs[at];
  return at === undefined || scale === undefined || scale === ''
    ? undefined
    : { scale, zeroPoint: inputs[at + 1] ?? '' };
}
