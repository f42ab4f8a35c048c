/**
 * The two passes of an image resize, in the fixed-point arithmetic of Pillow: weights of 22 bits, sums rounded to
 * bytes.
 *
 * Memory is laid out by the caller (`resample-image.ts`); nothing is allocated here.
 */

/** Bits of a weight behind the point. */
const PRECISION: i32 = 22;

// @ts-ignore: decorator
@inline
function bytesOf(sums: v128): v128 {
  const words = i32x4.shr_s(sums, PRECISION);
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(words, words), i16x8.splat(0));
}

/**
 * Resamples rows of RGB pixels along their columns.
 *
 * @param rows number of rows
 * @param sourceBytes bytes of a row of the source
 * @param columns pixels of a row of the target
 * @param spans for each target column the byte of its first source pixel, and how many it is made of
 * @param weights for each target column `taps` weights
 */
export function resampleRows(source: usize, sourceBytes: u32, target: usize, rows: u32, columns: u32, spans: usize, weights: usize, taps: u32): void {
  const half = i32x4.splat(1 << (PRECISION - 1));
  for (let row: u32 = 0; row < rows; row++) {
    for (let column: u32 = 0; column < columns; column++) {
      const span = spans + (<usize>column << 3);
      let pixel = source + load<u32>(span);
      let weight = weights + ((<usize>column * taps) << 2);
      let sums = half;
      for (const end = weight + (<usize>load<u32>(span, 4) << 2); weight < end; weight += 4) {
        const colours = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixel)));
        sums = i32x4.add(sums, i32x4.mul(colours, v128.load32_splat(weight)));
        pixel += 3;
      }
      // The fourth byte is overwritten by the next pixel.
      store<u32>(target, i32x4.extract_lane(bytesOf(sums), 0));
      target += 3;
    }
    source += sourceBytes;
  }
}

/** Adds four weighted bytes of sixteen, from `at` on, to sums. */
// @ts-ignore: decorator
@inline
function addWeighted(sums: v128, words: v128, weight: v128): v128 {
  return i32x4.add(sums, i32x4.mul(words, weight));
}

/**
 * Resamples columns of bytes along the rows.
 *
 * @param rowBytes bytes of a row, at least 16 of which are there even where a row has fewer
 * @param rows rows of the target
 * @param spans for each target row its first source row, and how many it is made of
 * @param weights for each target row `taps` weights
 */
export function resampleColumns(source: usize, rowBytes: u32, target: usize, rows: u32, spans: usize, weights: usize, taps: u32): void {
  const half = i32x4.splat(1 << (PRECISION - 1));
  for (let row: u32 = 0; row < rows; row++) {
    const span = spans + (<usize>row << 3);
    const first = source + <usize>load<u32>(span) * rowBytes;
    const start = weights + ((<usize>row * taps) << 2);
    const end = start + (<usize>load<u32>(span, 4) << 2);
    for (let byte: u32 = 0; byte < rowBytes; byte += 16) {
      let from = first + byte;
      let sums0 = half, sums1 = half, sums2 = half, sums3 = half;
      for (let at = start; at < end; at += 4) {
        const weight = v128.load32_splat(at);
        const bytes = v128.load(from);
        const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
        sums0 = addWeighted(sums0, i32x4.extend_low_i16x8_u(low), weight);
        sums1 = addWeighted(sums1, i32x4.extend_high_i16x8_u(low), weight);
        sums2 = addWeighted(sums2, i32x4.extend_low_i16x8_u(high), weight);
        sums3 = addWeighted(sums3, i32x4.extend_high_i16x8_u(high), weight);
        from += rowBytes;
      }
      const words0 = i16x8.narrow_i32x4_s(i32x4.shr_s(sums0, PRECISION), i32x4.shr_s(sums1, PRECISION));
      const words1 = i16x8.narrow_i32x4_s(i32x4.shr_s(sums2, PRECISION), i32x4.shr_s(sums3, PRECISION));
      // What goes beyond the row is overwritten by the next one.
      v128.store(target + byte, i8x16.narrow_i16x8_u(words0, words1));
    }
    target += rowBytes;
  }
}
