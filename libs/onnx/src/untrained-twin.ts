import { InputError } from '@intermodel/errors';
import { constantTensors } from './constants.ts';
import { halvesFromFloats } from './half-floats.ts';
import type { ConstantTensor, GraphNode } from './onnx-model.ts';
import { readModelBytes } from './read-model.ts';

/** Operators whose second input is a weight, and whose third, if there is one, is a bias. */
const weighing = new Set(['Conv', 'Gemm', 'MatMul']);
/** Numbers of float32 and float16 in `TensorProto.DataType`. */
const drawnTypes = new Set([1, 10]);

/**
 * The same graph with freshly drawn weights, as it would be before training: weights of convolutions and products of
 * matrices are uniform with variance 2 / fan-in (He et al. 2015), their biases 0; all other constants stay. Normalisation
 * has to be folded into the convolutions, since its statistics would be those of the trained weights.
 *
 * @param bytes ONNX file whose weights lie in it, float32 or float16, directly or behind a Cast
 * @param uniform draws from [0, 1); the same draws give the same bytes
 * @param file name of the file, for messages
 * @returns an ONNX file of the same length
 * @throws InputError `TWIN_UNKNOWN` where nothing of a graph can be drawn anew or it normalises by stored statistics,
 *   and those of {@link readModelBytes}.
 */
export function untrainedTwin(bytes: Uint8Array, uniform: () => number, file: string): Uint8Array {
  const twin = Uint8Array.from(bytes);
  const { graph } = readModelBytes(bytes, file);
  const constants = constantTensors(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const constantOf = (tensor: string | undefined): ConstantTensor | undefined => {
    const maker = makers.get(tensor ?? '');
    return maker?.operator === 'Cast' ? constantOf(maker.inputs[0]) : constants.get(tensor ?? '');
  };
  const normalising = graph.nodes.find(({ operator }) => operator === 'BatchNormalization');
  if (normalising !== undefined)
    throw twinError(file, `"${normalising.name}" normalises by statistics of the trained weights`);
  let drawn = 0;
  for (const node of graph.nodes.filter(({ operator }) => weighing.has(operator))) {
    const weight = constantOf(node.inputs[1]);
    if (weight?.raw === undefined || !drawnTypes.has(weight.elementType)) continue;
    const half = Math.sqrt(6 / fanIn(node, weight));
    overwrite(twin, weight, () => (2 * uniform() - 1) * half);
    const bias = constantOf(node.inputs[2]);
    if (bias?.raw !== undefined) overwrite(twin, bias, () => 0);
    drawn++;
  }
  if (drawn === 0) throw twinError(file, 'none of its weights lies in the file as float32 or float16');
  return twin;
}

/** Values that go into one output of a weight. */
function fanIn({ operator, attributes }: GraphNode, { dims }: ConstantTensor): number {
  const [first = 1, ...others] = dims;
  if (operator === 'Conv') return others.reduce((product, size) => product * size, 1);
  // Rows of the second factor are what goes in, unless it is given transposed.
  return attributes.get('transB')?.integers[0] === 1 ? (others[0] ?? 1) : first;
}

function overwrite(bytes: Uint8Array, { dims, raw, elementType }: ConstantTensor, draw: () => number): void {
  if (raw === undefined || !drawnTypes.has(elementType)) return;
  const values = Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, draw);
  const stored = elementType === 1 ? values : halvesFromFloats(values);
  bytes.set(new Uint8Array(stored.buffer), raw.start);
}

function twinError(file: string, reason: string): InputError {
  return new InputError('TWIN_UNKNOWN', reason, {
    file,
    expected: 'convolutions and products of matrices with weights in the file, normalisation folded into them',
    hint: 'Export the model again for inference, with its weights in the file.',
  });
}
