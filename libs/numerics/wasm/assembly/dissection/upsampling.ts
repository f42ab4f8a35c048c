/** Upsampling of one map, with the cells that a bound leaves over. */

export let mapHeight: u32 = 0;
let mapWidth: u32 = 0;
let rowStride: u32 = 0;
export let groups: u32 = 0;
export let tailMask: i32 = 15;
export let clampBorder: bool = false;
let wide: bool = false;
let columnStart: usize = 0;
let columnPattern: usize = 0;
let columnFraction: usize = 0;
export let rowStart: usize = 0;
export let rowFraction: usize = 0;
let cellGroups: usize = 0;
let padded: usize = 0;
export let activeRows: usize = 0;

/** Sets sizes and tables of the upsampling; all pointers are 16-byte aligned. */
export function setPlan(
  height: u32, width: u32, stride: u32, groupCount: u32, tail: i32, clamp: bool, lanes: bool,
  starts: usize, patterns: usize, fractions: usize, cells: usize, rowStarts: usize, rowFractions: usize, scratch: usize, rows: usize,
): void {
  mapHeight = height;
  mapWidth = width;
  rowStride = stride;
  groups = groupCount;
  tailMask = tail;
  clampBorder = clamp;
  wide = lanes;
  columnStart = starts;
  columnPattern = patterns;
  columnFraction = fractions;
  rowStart = rowStarts;
  rowFraction = rowFractions;
  cellGroups = cells;
  padded = scratch;
  activeRows = rows;
}

// @ts-ignore: decorator
@inline
export function greatestLane(values: v128): f32 {
  const pairs = f32x4.pmax(values, i32x4.shuffle(values, values, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(pairs, i32x4.shuffle(pairs, pairs, 1, 0, 3, 2)), 0);
}

// @ts-ignore: decorator
@inline
export function leastLane(values: v128): f32 {
  const pairs = f32x4.pmin(values, i32x4.shuffle(values, values, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmin(pairs, i32x4.shuffle(pairs, pairs, 1, 0, 3, 2)), 0);
}

// Results of scan()
export let scanLow: f32 = 0;
export let scanHigh: f32 = 0;

/**
 * Finds the least and greatest value of a map, -0 as +0; false if one is NaN or beyond the limit, whose bits are given.
 */
// @ts-ignore: decorator
@inline
export function scan(map: usize, size: u32, limit: i32): bool {
  const absolute = i32x4.splat(0x7fffffff);
  let lows: v128, highs: v128, magnitudes: v128;
  if (size >= 4) {
    // The last four overlap those before them.
    lows = highs = v128.load(map + (<usize>(size - 4) << 2));
    magnitudes = v128.and(lows, absolute);
    for (let index: u32 = 0; index + 4 < size; index += 4) {
      const values = v128.load(map + (<usize>index << 2));
      lows = f32x4.pmin(lows, values);
      highs = f32x4.pmax(highs, values);
      magnitudes = i32x4.max_s(magnitudes, v128.and(values, absolute));
    }
  } else {
    lows = highs = v128.load32_splat(map);
    magnitudes = v128.and(lows, absolute);
    for (let index: u32 = 1; index < size; index++) {
      const values = v128.load32_splat(map + (<usize>index << 2));
      lows = f32x4.pmin(lows, values);
      highs = f32x4.pmax(highs, values);
      magnitudes = i32x4.max_s(magnitudes, v128.and(values, absolute));
    }
  }
  scanLow = leastLane(lows) + <f32>0;
  scanHigh = greatestLane(highs) + <f32>0;
  return !v128.any_true(i32x4.gt_s(magnitudes, i32x4.splat(limit)));
}

/** Copies a map into the frame of its neighbours (zeros, or the border repeated); -0 becomes +0. */
export function frame(map: usize): void {
  const zero = f32x4.splat(0);
  const bytes = <usize>mapWidth << 2;
  let source = map;
  let target = padded + rowStride + 4;
  for (let row: u32 = 0; row < mapHeight; row++) {
    if (bytes >= 16) {
      let at: usize = 0;
      for (; at + 16 < bytes; at += 16) v128.store(target + at, f32x4.add(v128.load(source + at), zero));
      v128.store(target + bytes - 16, f32x4.add(v128.load(source + bytes - 16), zero));
    } else {
      for (let at: usize = 0; at < bytes; at += 4) store<f32>(target + at, load<f32>(source + at) + <f32>0);
    }
    if (clampBorder) {
      store<f32>(target - 4, load<f32>(target));
      store<f32>(target + bytes, load<f32>(target + bytes - 4));
    }
    source += bytes;
    target += rowStride;
  }
  if (clampBorder) {
    const last = padded + <usize>mapHeight * rowStride;
    memory.copy(padded, padded + rowStride, rowStride);
    memory.copy(last + rowStride, last, rowStride);
  }
}

/** Greatest of each of four values of the frame and its neighbour on the right. */
// @ts-ignore: decorator
@inline
function pairMaxima(at: usize): v128 {
  return f32x4.pmax(v128.load(at), v128.load(at, 4));
}

/**
 * Lists the rows of cells of which a corner exceeds the bound, each with its cells as bits modulo 64; returns how many.
 */
export function findRows(bound: f32): u32 {
  const limit = f32x4.splat(bound);
  let at = activeRows;
  let upper = padded;
  if (mapWidth < 8) {
    let left = pairMaxima(upper), right = pairMaxima(upper + 16);
    for (let row: u32 = 0; row <= mapHeight; row++) {
      upper += rowStride;
      const nextLeft = pairMaxima(upper), nextRight = pairMaxima(upper + 16);
      const bits = i32x4.bitmask(f32x4.gt(f32x4.pmax(left, nextLeft), limit)) | (i32x4.bitmask(f32x4.gt(f32x4.pmax(right, nextRight), limit)) << 4);
      store<u32>(at, row);
      store<u64>(at, bits, 8);
      at += <usize>(bits != 0) << 4;
      left = nextLeft;
      right = nextRight;
    }
  } else {
    for (let row: u32 = 0; row <= mapHeight; row++) {
      let bits: u64 = 0;
      for (let cell: u32 = 0; cell <= mapWidth; cell += 4) {
        const place = upper + (<usize>cell << 2);
        bits |= <u64>i32x4.bitmask(f32x4.gt(f32x4.pmax(pairMaxima(place), pairMaxima(place + rowStride)), limit)) << (cell & 63);
      }
      store<u32>(at, row);
      store<u64>(at, bits, 8);
      at += <usize>(bits != 0) << 4;
      upper += rowStride;
    }
  }
  return <u32>((at - activeRows) >> 4);
}

/** The next lower float, so that `value >= bound` is `value > below(bound)`. */
// @ts-ignore: decorator
@inline
export function below(bound: f32): f32 {
  if (bound == 0) return reinterpret<f32>(0x80000001);
  if (bound > 0) return reinterpret<f32>(reinterpret<u32>(bound) - 1);
  return bound > -Infinity ? reinterpret<f32>(reinterpret<u32>(bound) + 1) : bound;
}

/** Bound that active values exceed: the threshold, or what is just below one that counts as active itself. */
// @ts-ignore: decorator
@inline
export function activeAbove(threshold: f32, inclusive: bool): f32 {
  return inclusive ? below(threshold) : threshold;
}

/** Groups of four columns among 64, from `first` on, that need one of the cells, as bits. */
// @ts-ignore: decorator
@inline
export function groupsOf(cells: u64, first: u32): u64 {
  const table = cellGroups + (<usize>first << 3);
  let bits: u64 = 0;
  for (let rest = cells; rest != 0; rest &= rest - 1) bits |= load<u64>(table + (<usize>ctz(rest) << 3));
  return bits;
}

/** Four pixels of a row of the frame, upsampled along the columns. */
// @ts-ignore: decorator
@inline
export function expand(row: u32, group: usize): v128 {
  const source = padded + <usize>row * rowStride;
  let left: v128, right: v128;
  if (wide) {
    const starts = columnStart + group;
    const s0 = source + load<u32>(starts), s1 = source + load<u32>(starts, 4), s2 = source + load<u32>(starts, 8), s3 = source + load<u32>(starts, 12);
    left = f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(load<f32>(s0)), 1, load<f32>(s1)), 2, load<f32>(s2)), 3, load<f32>(s3));
    right = f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(load<f32>(s0, 4)), 1, load<f32>(s1, 4)), 2, load<f32>(s2, 4)), 3, load<f32>(s3, 4));
  } else {
    const start = source + load<u32>(columnStart + group);
    const pattern = v128.load(columnPattern + group);
    left = i8x16.swizzle(v128.load(start), pattern);
    right = i8x16.swizzle(v128.load(start, 4), pattern);
  }
  return f32x4.add(left, f32x4.mul(v128.load(columnFraction + group), f32x4.sub(right, left)));
}

/** Upsamples a whole map without any pruning, rows of 4 x groups values: the yardstick of the fast paths. */
export function upsampleAll(map: usize, target: usize): void {
  frame(map);
  for (let row: u32 = 0; row <= mapHeight; row++) {
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    for (let group: u32 = 0; group < groups; group++) {
      const upper = expand(row, <usize>group << 4);
      const step = f32x4.sub(expand(row + 1, <usize>group << 4), upper);
      for (let line = first; line < end; line++) {
        v128.store(target + ((<usize>line * groups + group) << 4), f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step)));
      }
    }
  }
}

/** Lanes of the last group of columns that lie within the target. */
// @ts-ignore: decorator
@inline
export function lastLanes(): v128 {
  return i32x4(-(tailMask & 1), -((tailMask >> 1) & 1), -((tailMask >> 2) & 1), -(tailMask >> 3));
}
