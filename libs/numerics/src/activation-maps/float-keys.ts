const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Unsigned integer whose order is the order of the floats: -Infinity first, -0 just before +0, +Infinity last. */
export function keyOfFloat(value: number): number {
  float[0] = value;
  const pattern = bits[0] as number;
  return (pattern >>> 31 === 1 ? ~pattern : pattern ^ 0x80000000) >>> 0;
}

/** Float32 of a key that {@link keyOfFloat} made. */
export function floatOfKey(key: number): number {
  bits[0] = key >>> 31 === 1 ? key ^ 0x80000000 : ~key;
  return float[0] as number;
}

/**
 * Bins of the first round that bounds are the lower edges of: -1 for none (-Infinity), and for units that count as
 * invalid (Infinity).
 */
export function boundsToBins(bounds: Float32Array): Int32Array {
  return Int32Array.from(bounds, (bound) => (Number.isFinite(bound) ? keyOfFloat(bound) >>> 20 : -1));
}

/** Lower edge of a bin of the first round; -Infinity for -1 (none). */
export function floatOfBin(bin: number): number {
  return bin < 0 ? -Infinity : floatOfKey((bin << 20) >>> 0);
}
