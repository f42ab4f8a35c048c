import { closeSync, openSync, readSync } from 'node:fs';
import type { Network } from '../architecture.ts';
import { elementBytes, type ElementType, type Tensor } from '../tensor.ts';
import { floatsOf, isFloatType, type WeightType } from './weight-values.ts';

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
 * that have any, in the order of the network. Of weights that lie in a file, a small part at a time is held.
 */
export function countNonFinite(network: Pick<Network, 'weights'>, dtype: WeightType = 'float32'): NonFiniteCount[] {
  const parts = new FileParts();
  try {
    return [...network.weights].flatMap(([name, tensor]) => {
      const counts = { nan: 0, infinite: 0, overflowing: 0 };
      if (!isFloatType(tensor.type)) return [];
      for (const bytes of parts.of(tensor)) addCounts(counts, bytes, tensor.type, overflowBits[dtype]);
      return counts.nan + counts.infinite + counts.overflowing === 0 ? [] : [{ name, ...counts }];
    });
  } finally {
    parts.close();
  }
}

type Counts = { -readonly [K in Exclude<keyof NonFiniteCount, 'name'>]: NonFiniteCount[K] };

function addCounts(counts: Counts, bytes: Uint8Array, type: ElementType, limit: number): void {
  // float64 is rounded to float32, as it is when it is written: what overflows there counts as infinite.
  const floats = floatsOf(bytes, type);
  const bits = new Int32Array(floats.buffer, floats.byteOffset, floats.length);
  for (let index = 0; index < bits.length; index++) {
    const magnitude = (bits[index] as number) & magnitudeBits;
    if (magnitude < limit) continue;
    if (magnitude > exponentBits) counts.nan++;
    else if (magnitude === exponentBits) counts.infinite++;
    else counts.overflowing++;
  }
}

/** Bytes that are read at once: few enough to stay in the caches of a processor. */
const partBytes = 256 * 1024;

/** Reads tensors part by part, into the same memory. */
class FileParts {
  readonly #memory = new Uint8Array(partBytes);
  #file = '';
  #handle: number | undefined;

  *of(tensor: Tensor): Generator<Uint8Array> {
    const { span, type } = tensor;
    // What is small is read as it comes.
    if (span === undefined || span.length < partBytes) {
      yield tensor.read();
      return;
    }
    const handle = this.#open(span.file);
    const most = partBytes - (partBytes % elementBytes[type]);
    for (let start = 0; start < span.length;) {
      const wanted = Math.min(most, span.length - start);
      if (readSync(handle, this.#memory, 0, wanted, span.offset + start) < wanted) {
        // The tensor tells what became of its file.
        yield tensor.read().subarray(start);
        return;
      }
      yield this.#memory.subarray(0, wanted);
      start += wanted;
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #open(file: string): number {
    if (this.#handle !== undefined && this.#file === file) return this.#handle;
    this.close();
    this.#file = file;
    this.#handle = openSync(file, 'r');
    return this.#handle;
  }
}
