import { InputError } from '@intermodel/errors';
import { constantTensors } from '../constants.ts';
import { halvesFromFloats } from '../half-floats.ts';
import type { ConstantTensor, Graph, GraphNode } from '../onnx-model.ts';
import { readModelBytes } from '../read-model.ts';

/** Operators whose second input is a weight, and whose third, if there is one, is a bias. */
const weighing = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);
/** Operators that scale by their second input and shift by their third. */
const scaling = new Set(['BatchNormalization', 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization']);
/** Numbers of float32 and float16 in `TensorProto.DataType`. */
const drawnTypes = new Set([1, 10]);

/**
 * The same graph with freshly drawn weights, as it would be before training. Weights of convolutions and products of
 * matrices are uniform with variance 2 / fan-in (He et al. 2015), their biases 0; normalisations scale by 1 and shift by
 * 0, those by stored statistics have mean 0 and variance 1 until these are measured ({@link measureNormalisation}); all
 * other constants, such as positions and tokens, stay.
 *
 * @param bytes ONNX file whose weights lie in it, float32 or float16, directly or behind a Cast
 * @param uniform draws from [0, 1); the same draws give the same bytes
 * @param file name of the file, for messages
 * @returns an ONNX file of the same length
 * @throws InputError `TWIN_UNKNOWN` where nothing of a graph can be drawn anew, and those of {@link readModelBytes}.
 */
export function untrainedTwin(bytes: Uint8Array, uniform: () => number, file: string): Uint8Array {
  const twin = Uint8Array.from(bytes);
  const { graph } = readModelBytes(bytes, file);
  const constantOf = constantFinder(graph);
  let drawn = 0;
  for (const node of graph.nodes) {
    if (scaling.has(node.operator)) {
      overwriteAll(twin, constantOf(node.inputs[1]), 1);
      overwriteAll(twin, constantOf(node.inputs[2]), 0);
      if (node.operator !== 'BatchNormalization') continue;
      overwriteAll(twin, constantOf(node.inputs[3]), 0);
      overwriteAll(twin, constantOf(node.inputs[4]), 1);
    }
    if (!weighing.has(node.operator)) continue;
    const weight = constantOf(node.inputs[1]);
    if (weight === undefined || !isInFile(weight)) continue;
    const half = Math.sqrt(6 / fanIn(node, weight));
    overwrite(twin, weight, () => (2 * uniform() - 1) * half);
    overwriteAll(twin, constantOf(node.inputs[2]), 0);
    drawn++;
  }
  if (drawn === 0)
    throw new InputError('TWIN_UNKNOWN', 'none of its weights lies in the file as float32 or float16', {
      file,
      expected: 'convolutions and products of matrices with weights in the file',
      hint: 'Export the model again for inference, with its weights in the file (a checkpoint: `intermodel import --weights inside`).',
    });
  return twin;
}

/** Finds the constant that a tensor is, also behind a Cast. */
export function constantFinder(graph: Graph): (tensor: string | undefined) => ConstantTensor | undefined {
  const constants = constantTensors(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const find = (tensor = ''): ConstantTensor | undefined => {
    const maker = makers.get(tensor);
    return maker?.operator === 'Cast' ? find(maker.inputs[0]) : constants.get(tensor);
  };
  return find;
}

/** Whether the values of a constant lie in the file, as floats that can be written over. */
export function isInFile({ raw, elementType }: ConstantTensor): boolean {
  return raw !== undefined && drawnTypes.has(elementType);
}

/** Writes values over those of a constant. */
export function overwrite(
  bytes: Uint8Array,
  { dims, raw, elementType }: ConstantTensor,
  draw: (at: number) => number,
): void {
  if (raw === undefined || !drawnTypes.has(elementType)) return;
  const count = dims.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, at) => draw(at));
  const stored = elementType === 1 ? values : halvesFromFloats(values);
  bytes.set(new Uint8Array(stored.buffer), raw.start);
}

function overwriteAll(bytes: Uint8Array, constant: ConstantTensor | undefined, value: number): void {
  if (constant !== undefined) overwrite(bytes, constant, () => value);
}

/** Values that go into one output of a weight. */
function fanIn({ operator, attributes }: GraphNode, { dims }: ConstantTensor): number {
  const [first = 1, ...others] = dims;
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  if (operator === 'Conv') return product(others);
  // Of a transposed convolution the first axis is what goes in.
  if (operator === 'ConvTranspose') return first * product(others.slice(1));
  // Rows of the second factor are what goes in, unless it is given transposed.
  return attributes.get('transB')?.integers[0] === 1 ? (others[0] ?? 1) : first;
}
