import { elementBytes, valueCount, type ElementType, type Tensor } from '../tensor.ts';

/**
 * The same values under another shape, of as many values; they stay where they are.
 */
export function reshapeTensor(tensor: Tensor, shape: readonly number[]): Tensor {
  if (valueCount({ shape }) !== valueCount(tensor))
    throw new RangeError(`${String(valueCount(tensor))} values do not fill [${shape.join(', ')}]`);
  return { type: tensor.type, shape, span: tensor.span, read: () => tensor.read() };
}

/**
 * One of equal parts along the first axis, by its number from 0; it stays where it is. The number of parts divides the
 * size of the axis.
 */
export function partOfTensor(tensor: Tensor, index: number, count: number): Tensor {
  const [first = 1, ...others] = tensor.shape;
  if (first % count !== 0 || index >= count)
    throw new RangeError(`part ${String(index)} of ${String(count)} of ${String(first)}`);
  const shape = [first / count, ...others];
  const length = valueCount({ shape }) * elementBytes[tensor.type];
  const { span } = tensor;
  return {
    type: tensor.type,
    shape,
    span: span === undefined ? undefined : { file: span.file, offset: span.offset + index * length, length },
    read: () => tensor.read().slice(index * length, (index + 1) * length),
  };
}

/**
 * The values with their axes in another order, which names each axis once: axis `order[i]` becomes axis i.
 */
export function permuteTensor(tensor: Tensor, order: readonly number[]): Tensor {
  const { shape: from, type } = tensor;
  if (order.length !== from.length || from.some((_, axis) => !order.includes(axis)))
    throw new RangeError(`[${order.join(', ')}] is no order of ${String(from.length)} axes`);
  const shape = order.map((axis) => from[axis] as number);
  const strides = from.map((_, axis) => valueCount({ shape: from.slice(axis + 1) }) * elementBytes[type]);
  const steps = order.map((axis) => strides[axis] as number);
  return { type, shape, span: undefined, read: () => gather(tensor.read(), shape, steps, elementBytes[type]) };
}

/** The values of several tensors one after another along the first axis; all other axes have one size. */
export function joinTensors(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new RangeError('nothing to join');
  const rest = first.shape.slice(1).join();
  if (tensors.some(({ type, shape }) => type !== first.type || shape.slice(1).join() !== rest))
    throw new RangeError('tensors that are joined have one type, and one size of all axes but the first');
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
  return {
    type: first.type,
    shape: [rows, ...first.shape.slice(1)],
    span: undefined,
    read: () => new Uint8Array(Buffer.concat(tensors.map((tensor) => tensor.read()))),
  };
}

/** Types that {@link multiplyTensors} takes. */
const multiplied: readonly ElementType[] = ['float32', 'float64'];

/** Products value by value of two tensors of one shape and type, float32 or float64. */
export function multiplyTensors(tensor: Tensor, factor: Tensor): Tensor {
  const { type, shape } = tensor;
  if (type !== factor.type || shape.join() !== factor.shape.join() || !multiplied.includes(type))
    throw new RangeError('tensors that are multiplied have one shape and are both float32 or both float64');
  return {
    type,
    shape,
    span: undefined,
    read: () => {
      const values = floats(tensor.read(), type);
      const factors = floats(factor.read(), type);
      for (let at = 0; at < values.length; at++) values[at] = (values[at] as number) * (factors[at] as number);
      return new Uint8Array(values.buffer);
    },
  };
}

function floats(bytes: Uint8Array, type: ElementType): Float32Array | Float64Array {
  // A copy of its own begins where its type may.
  const { buffer } = new Uint8Array(bytes);
  return type === 'float64' ? new Float64Array(buffer) : new Float32Array(buffer);
}

/** Bytes of elements in the order of `shape`, where a step along axis i is `steps[i]` bytes of `source`. */
function gather(
  source: Uint8Array,
  shape: readonly number[],
  steps: readonly number[],
  elementSize: number,
): Uint8Array {
  const count = valueCount({ shape });
  const target = new Uint8Array(count * elementSize);
  const places = shape.map(() => 0);
  let from = 0;
  for (let at = 0; at < target.length; at += elementSize) {
    for (let byte = 0; byte < elementSize; byte++) target[at + byte] = source[from + byte] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const place = (places[axis] as number) + 1;
      from += steps[axis] as number;
      if (place < (shape[axis] as number)) {
        places[axis] = place;
        break;
      }
      from -= place * (steps[axis] as number);
      places[axis] = 0;
    }
  }
  return target;
}
