import { InputError } from '@intermodel/errors';
import { floatsFromHalves, halvesFromFloats } from '@intermodel/onnx';
import { elementBytes, type ElementType, type Tensor } from '../tensor.ts';

/** Types that weights of a graph are written in. */
export type WeightType = 'float32' | 'float16';

/** Float types that weights are read from. */
const floatTypes: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

/** Whether weights of a type can be computed with. */
export function isFloatType(type: ElementType): boolean {
  return floatTypes.has(type);
}

/** Refuses what holds no floating-point numbers, such as quantised weights. */
export function checkFloats(name: string, { type }: Tensor): void {
  if (isFloatType(type)) return;
  throw new InputError('NETWORK_WEIGHT_TYPE', `the weights hold ${type}`, {
    column: name,
    columnIs: 'tensor',
    expected: [...floatTypes].join(', '),
    hint: 'Take a checkpoint whose weights are not quantised.',
  });
}

/** Reads weights as float32, rounded to nearest where they are finer. */
export function readFloats(tensor: Tensor): Float32Array {
  return floatsOf(tensor.read(), tensor.type);
}

/** Bytes of a float type as float32, rounded to nearest where they are finer. */
export function floatsOf(read: Uint8Array, type: ElementType): Float32Array {
  const bytes = aligned(read, elementBytes[type]);
  const count = bytes.length / elementBytes[type];
  if (type === 'float16') return floatsFromHalves(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  if (type === 'bfloat16') {
    const floats = new Float32Array(count);
    const bits = new Uint32Array(floats.buffer);
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
    for (let index = 0; index < count; index++) bits[index] = (halves[index] as number) << 16;
    return floats;
  }
  return type === 'float64'
    ? Float32Array.from(new Float64Array(bytes.buffer, bytes.byteOffset, count))
    : new Float32Array(bytes.buffer, bytes.byteOffset, count);
}

/** Reads weights as the bytes of a type: rounded to nearest, ties to even, where they are finer. */
export function readAs(tensor: Tensor, type: WeightType): Uint8Array {
  return tensor.type === type ? tensor.read() : floatBytes(readFloats(tensor), type);
}

/** Values as the bytes of a type. */
export function floatBytes(values: Float32Array, type: WeightType): Uint8Array {
  const typed = type === 'float16' ? halvesFromFloats(values) : values;
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

/** The bytes, copied where they do not begin at a multiple of the size of a value. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}
