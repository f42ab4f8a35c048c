/** Float32 values as integers that keep their order, and bins of these. */

/** Bits of the first digit of a key: sign, exponent and three bits of the mantissa. */
export const COARSE_SHIFT: u32 = 20;

/** Keys of four floats: unsigned integers in the order of the floats. */
// @ts-ignore: decorator
@inline
export function keysOf(values: v128): v128 {
  return v128.xor(values, v128.or(i32x4.shr_s(values, 31), i32x4.splat(0x80000000)));
}

/** Key of a float. */
// @ts-ignore: decorator
@inline
export function keyOf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** Float of a key. */
// @ts-ignore: decorator
@inline
export function valueOf(key: u32): f32 {
  return reinterpret<f32>((key & 0x80000000) != 0 ? key ^ 0x80000000 : ~key);
}

// @ts-ignore: decorator
@inline
export function binOf(value: f32): u32 {
  return keyOf(value) >> COARSE_SHIFT;
}

// @ts-ignore: decorator
@inline
export function edgeOf(bin: u32): f32 {
  return valueOf(bin << COARSE_SHIFT);
}
