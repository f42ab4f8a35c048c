import type { Network } from '../architecture.ts';
import type { Tensor } from '../tensor.ts';
import { readFloats, type WeightType } from './weight-values.ts';

/** Values of a tensor that are no numbers to compute with. */
export interface NonFiniteCount {
  /** Name of the weights. */
  readonly name: string;
  /** Values that are NaN. */
  readonly nan: number;
  /** Values that are infinite. */
  readonly infinite: number;
  /** Finite values that become infinite as the type that they are to be written in. */
  readonly overflowing: number;
}

const exponentBits = 0x7f80_0000;
const magnitudeBits = 0x7fff_ffff;
/** Bits of 65520, which lies halfway between the largest float16 and the next power of two, and so is rounded up. */
const overflowBits: Readonly<Record<WeightType, number>> = { float32: exponentBits, float16: 0x477f_f000 };

/**
 * Counts NaN and infinite weights of a network, and those that overflow where they are written as float16: the tensors
 * that have any, in the order of the network. Weights are read one after another.
 */
export function countNonFinite(network: Pick<Network, 'weights'>, dtype: WeightType = 'float32'): NonFiniteCount[] {
  return [...network.weights].flatMap(([name, tensor]) => {
    const counts = isFloat(tensor) ? countIn(tensor, overflowBits[dtype]) : undefined;
    return counts === undefined ? [] : [{ name, ...counts }];
  });
}

const isFloat = ({ type }: Tensor) => type.startsWith('float') || type === 'bfloat16';

function countIn(tensor: Tensor, limit: number): Omit<NonFiniteCount, 'name'> | undefined {
  // float64 is rounded to float32, as it is when it is written: what overflows there counts as infinite.
  const floats = readFloats(tensor);
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  let [nan, infinite, overflowing] = [0, 0, 0];
  for (const each of bits) {
    const magnitude = each & magnitudeBits;
    if (magnitude < limit) continue;
    if (magnitude > exponentBits) nan++;
    else if (magnitude === exponentBits) infinite++;
    else overflowing++;
  }
  return nan + infinite + overflowing === 0 ? undefined : { nan, infinite, overflowing };
}
