/** Between which two values of an axis each pixel of a plane lies. */
export interface Positions {
  /** Value before the pixel's centre, or the first one. */
  readonly first: Int32Array;
  /** The next value, or the last one; it depends on `first` alone. */
  readonly second: Int32Array;
  /** Weight of the second, 0 to 1. */
  readonly weight: Float32Array;
}

/** For each row (column) of the planes the two of the values that it lies between, and the weight of the second. */
export function sourcePositions(size: number, from: number): Positions {
  const first = new Int32Array(size);
  const second = new Int32Array(size);
  const weight = new Float32Array(size);
  for (let position = 0; position < size; position++) {
    const at = Math.max(0, ((position + 0.5) * from) / size - 0.5);
    first[position] = Math.min(from - 1, Math.floor(at));
    second[position] = Math.min(from - 1, (first[position] as number) + 1);
    weight[position] = at - Math.floor(at);
  }
  return { first, second, weight };
}
