/** Types of the values of tensors in checkpoints. */
export type ElementType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'complex64'
  | 'complex128';

/** Bytes that a value takes. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
  complex64: 8,
  complex128: 16,
};

/** Consecutive bytes of a file. */
export interface FileSpan {
  /** Path of the file. */
  readonly file: string;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

/** A tensor of a checkpoint, whose values stay in the file until they are read. */
export interface Tensor {
  /** Type of its values. */
  readonly type: ElementType;
  /** Sizes of its axes; none for a single value. */
  readonly shape: readonly number[];
  /**
   * Where its values lie in a file as {@link read} gives them, so that they need not be copied. Undefined where they do
   * not: they are compressed, have strides or another byte order, or are computed from others.
   */
  readonly span: FileSpan | undefined;
  /**
   * Reads the values: in C order, little-endian, in bytes of their own.
   *
   * @throws InputError `CHECKPOINT_TRUNCATED` where the file became shorter.
   */
  read(): Uint8Array;
}

/** Number of values of a tensor. */
export function valueCount({ shape }: Pick<Tensor, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1);
}
