import type { ByteSource } from './byte-source.ts';
import type { ConstantTensor, Graph } from './onnx-model.ts';

/** Constants of a graph by name: those that are listed, and those that Constant nodes make. */
export function constantTensors({ initializers, nodes }: Graph): Map<string, ConstantTensor> {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  for (const { operator, outputs, attributes } of nodes) {
    const [tensor] = attributes.get('value')?.tensors ?? [];
    if (operator === 'Constant' && outputs[0] !== undefined && tensor !== undefined) constants.set(outputs[0], tensor);
  }
  return constants;
}

/** Most numbers that are read of a constant: axes, starts and the like are few. */
const fewNumbers = 16;

/** Values of a short constant of whole numbers; undefined for any other. */
export function wholeNumbers(
  source: ByteSource,
  { elementType, dims, raw, integers, external }: ConstantTensor,
): readonly number[] | undefined {
  const count = dims.reduce((product, size) => product * size, 1);
  if (external !== undefined || count > fewNumbers || (elementType !== 7 && elementType !== 6)) return undefined;
  if (raw === undefined) return integers.length === count ? integers : undefined;
  const bytes = source.read(raw.start, raw.end);
  if (bytes.length !== count * (elementType === 7 ? 8 : 4)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, index) =>
    elementType === 7 ? Number(view.getBigInt64(index * 8, true)) : view.getInt32(index * 4, true),
  );
}
