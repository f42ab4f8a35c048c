import type { GraphView } from './graph-view.ts';
import type { GraphNode } from './onnx-model.ts';

/** Operators that bend values, as features are before they are read on. */
const activations = new Set([
  'Relu',
  'Clip',
  'LeakyRelu',
  'PRelu',
  'Elu',
  'Selu',
  'Celu',
  'HardSwish',
  'Mish',
  'Gelu',
  'Softplus',
  'Swish',
  'Tanh',
  'Sigmoid',
  'HardSigmoid',
  'ThresholdedRelu',
  'Erf',
  'Softsign',
  'QuickGelu',
  'FastGelu',
  'BiasGelu',
  'QLinearSigmoid',
  'QLinearLeakyRelu',
]);
/** Operators that leave each value at its place, and need no weights of a layer. */
const pointwise = new Set([
  ...activations,
  'Identity',
  'Dropout',
  'Cast',
  'Pad',
  'BatchNormalization',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Softmax',
  'LogSoftmax',
  'QuantizeLinear',
  'DequantizeLinear',
  'QLinearAdd',
  'QLinearMul',
  'Min',
  'Max',
  'Sqrt',
  'Abs',
  'Exp',
]);

/** The layer that a tensor comes from, through operators on single values. */
export interface LastLayer {
  /** Convolution, or product with weights on the last axis. */
  readonly node: GraphNode;
  /** Whether an activation stands between the layer and the tensor. */
  readonly activated: boolean;
  /** Whether the tensor is a sum of several layers, or is scaled by a gate: as blocks of features are. */
  readonly isBlock: boolean;
}

/**
 * Finds the layer that makes a tensor.
 *
 * @returns undefined where something else makes it, such as a concatenation or pooling
 */
export function lastLayer(view: GraphView, tensor: string): LastLayer | undefined {
  const layers = new Set<GraphNode>();
  let [activated, isBlock] = [false, false];
  const seen = new Set<string>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const node = view.maker(name);
    if (node !== undefined && view.isLayer(node)) {
      layers.add(node);
      continue;
    }
    if (node === undefined || !pointwise.has(node.operator)) {
      // The other side of a residual sum may be anything.
      if (name === tensor || (open.length === 0 && layers.size === 0)) return undefined;
      isBlock = true;
      continue;
    }
    activated ||= activations.has(node.operator);
    const made = view.madeInputs(node);
    const whole = made.filter((input) => view.hasPlaces(input));
    isBlock ||= made.some((input) => !whole.includes(input) && view.longAxes(input) > 0);
    for (const input of whole.length > 0 ? whole : made) open.push(input);
  }
  const [node] = [...layers].sort((a, b) => b.start - a.start);
  return node === undefined ? undefined : { node, activated, isBlock: isBlock || layers.size > 1 };
}

/** Whether a layer weighs the values of one place at a time. */
export function isOneByOne(view: GraphView, { node }: LastLayer): boolean {
  const kernel =
    node.attributes.get('kernel_shape')?.integers ??
    node.inputs
      .map((name) => view.constantDims(name))
      .find((dims) => dims?.length === 4)
      ?.slice(2);
  if (kernel !== undefined) return kernel.every((size) => size === 1);
  return !node.operator.includes('Conv');
}
