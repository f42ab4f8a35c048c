import { constants } from 'node:buffer';
import { elementBytes, type ElementType, type Tensor } from '../../tensor.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import type { ByteSource } from './byte-source.ts';

/** Values of a tensor within the bytes that they are kept in. */
export interface StridedValues {
  /** Type of the values. */
  readonly type: ElementType;
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** Steps from one value of an axis to the next, in values; undefined = C order. */
  readonly strides: readonly number[] | undefined;
  /** First value, in values from the start of the bytes. */
  readonly offset: number;
  /** Bytes that hold them. */
  readonly source: ByteSource;
  /** Order of the bytes of a value. */
  readonly littleEndian: boolean;
  /** Name for messages. */
  readonly name: string;
}

/**
 * A tensor over bytes that stay where they are, whatever the steps between its values.
 *
 * @throws InputError `CHECKPOINT_TENSOR` where shape and strides make no tensor or lead out of the bytes,
 *   `CHECKPOINT_LIMIT` where it repeats values beyond all use.
 */
export function stridedTensor(values: StridedValues): Tensor {
  const { type, shape, source, offset, littleEndian } = values;
  checkNumbers(values);
  const strides = values.strides ?? denseStrides(shape);
  const width = elementBytes[type];
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = count * width;
  const last =
    count === 0 ? offset : offset + shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 1);
  const { file } = source;
  const tensor = values.name;
  if (!Number.isSafeInteger(last * width) || last * width > source.length)
    throw checkpointError(
      'CHECKPOINT_TENSOR',
      `values of shape [${shape.join(', ')}] from value ${String(offset)} on need ${String(last * width)} bytes, and there are ${String(source.length)}`,
      { file, tensor },
    );
  if (bytes > source.length && bytes > limits.repeatedBytes)
    throw checkpointError('CHECKPOINT_LIMIT', `repeats ${String(source.length)} bytes to ${String(bytes)}`, {
      file,
      tensor,
      expected: `at most ${String(limits.repeatedBytes)} bytes of repeated values`,
      hint: 'No published model does so: do not trust the file.',
    });
  const dense = isDense(shape, strides);
  const plain = dense && (littleEndian || width === 1);
  return {
    type,
    shape,
    span: plain ? source.span(offset * width, bytes) : undefined,
    read() {
      if (Math.max(bytes, (last - offset) * width) > constants.MAX_LENGTH)
        throw checkpointError('CHECKPOINT_LIMIT', `has ${String(bytes)} bytes, more than can be read at once`, {
          file,
          tensor,
          hint: 'Take a file in which it is split, or in half precision.',
        });
      if (count === 0) return new Uint8Array();
      const stored = source.read(offset * width, last * width);
      const read = dense ? stored : gather(stored, shape, strides, width, bytes);
      if (!littleEndian) swapBytes(read, swappedWidth(type));
      return read;
    },
  };
}

function checkNumbers({ type, shape, strides, offset, source, name }: StridedValues): void {
  const natural = (value: number) => Number.isSafeInteger(value) && value >= 0;
  const count = shape.reduce((product, size) => product * size, elementBytes[type]);
  const fits =
    shape.every(natural) &&
    shape.length <= limits.axes &&
    natural(offset) &&
    Number.isSafeInteger(count) &&
    (strides === undefined || (strides.length === shape.length && strides.every(natural)));
  if (fits) return;
  const stride = strides === undefined ? '' : `, strides [${strides.join(', ')}]`;
  throw checkpointError(
    'CHECKPOINT_TENSOR',
    `shape [${shape.join(', ')}]${stride} and offset ${String(offset)} make no tensor`,
    {
      file: source.file,
      tensor: name,
      expected: `at most ${String(limits.axes)} axes, each with a size and a stride of 0 or more that can be counted`,
    },
  );
}

/** Strides of C order. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}

/** Strides of Fortran order: the first axis varies fastest. */
export function fortranStrides(shape: readonly number[]): number[] {
  return denseStrides([...shape].reverse()).reverse();
}

/** Axes of one value have no steps, so that theirs may be anything. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  const dense = denseStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);
}

/** Copies values one by one into C order, counting the axes up as an odometer does. */
function gather(
  stored: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  width: number,
  bytes: number,
): Uint8Array {
  const gathered = new Uint8Array(bytes);
  const index = new Array<number>(shape.length).fill(0);
  const steps = strides.map((stride) => stride * width);
  for (let target = 0, from = 0; target < bytes; target += width) {
    for (let byte = 0; byte < width; byte++) gathered[target + byte] = stored[from + byte] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if (index[axis] !== shape[axis]) break;
      from -= (steps[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return gathered;
}

/** Complex numbers are two real ones, each with its own bytes. */
function swappedWidth(type: ElementType): number {
  return type === 'complex64' || type === 'complex128' ? elementBytes[type] / 2 : elementBytes[type];
}

/** Reverses the bytes of each value in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  if (width === 4) buffer.swap32();
  if (width === 8) buffer.swap64();
}
