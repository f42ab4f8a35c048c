/**
 * The inner loops of a dissection: upsampling with pruning, radix histograms, overlap counts.
 *
 * Memory is laid out by the caller (`wasm-memory.ts`); nothing is allocated here. Values are float32 throughout and
 * every interpolation is `a + w * (b - a)`, which in IEEE arithmetic never leaves the interval between a and b for
 * 0 <= w <= 1 - 2^-22: that is what makes skipping by the maxima of neighbours exact.
 */

/** Bits of the first digit of a key: sign, exponent and three bits of the mantissa. */
const COARSE_SHIFT: u32 = 20;

/** Bin of the value 0. */
const ZERO_BIN: i32 = 0x800;

/** Count at which the bin of a bound is held. */
const ENOUGH: u32 = 0x80000000;

/** Where the memory begins that the caller may lay out: before it stand the tables of this module. */
export function getFreeMemory(): usize {
  return __heap_base;
}

// Upsampling plan
let mapHeight: u32 = 0;
let mapWidth: u32 = 0;
let rowStride: u32 = 0;
let groups: u32 = 0;
let tailMask: i32 = 15;
let clampBorder: bool = false;
let wide: bool = false;
let columnStart: usize = 0;
let columnPattern: usize = 0;
let columnFraction: usize = 0;
let rowStart: usize = 0;
let rowFraction: usize = 0;
let cellGroups: usize = 0;
let padded: usize = 0;
let activeRows: usize = 0;

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
function greatestLane(values: v128): f32 {
  const pairs = f32x4.pmax(values, i32x4.shuffle(values, values, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(pairs, i32x4.shuffle(pairs, pairs, 1, 0, 3, 2)), 0);
}

// @ts-ignore: decorator
@inline
function leastLane(values: v128): f32 {
  const pairs = f32x4.pmin(values, i32x4.shuffle(values, values, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmin(pairs, i32x4.shuffle(pairs, pairs, 1, 0, 3, 2)), 0);
}

// Results of scan()
let scanLow: f32 = 0;
let scanHigh: f32 = 0;

/** Finds the least and greatest value of a map, -0 as +0; false if one is NaN or beyond the limit, whose bits are given. */
// @ts-ignore: decorator
@inline
function scan(map: usize, size: u32, limit: i32): bool {
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
function frame(map: usize): void {
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

/** Lists the rows of cells of which a corner exceeds the bound, each with its cells as bits modulo 64; returns how many. */
function findRows(bound: f32): u32 {
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
function below(bound: f32): f32 {
  if (bound == 0) return reinterpret<f32>(0x80000001);
  if (bound > 0) return reinterpret<f32>(reinterpret<u32>(bound) - 1);
  return bound > -Infinity ? reinterpret<f32>(reinterpret<u32>(bound) + 1) : bound;
}

/** Groups of four columns among 64, from `first` on, that need one of the cells, as bits. */
// @ts-ignore: decorator
@inline
function groupsOf(cells: u64, first: u32): u64 {
  const table = cellGroups + (<usize>first << 3);
  let bits: u64 = 0;
  for (let rest = cells; rest != 0; rest &= rest - 1) bits |= load<u64>(table + (<usize>ctz(rest) << 3));
  return bits;
}

/** Four pixels of a row of the frame, upsampled along the columns. */
// @ts-ignore: decorator
@inline
function expand(row: u32, group: usize): v128 {
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

// Threshold selection
let unitCount: u32 = 0;
let mapSize: u32 = 0;
let raw: bool = false;
let inclusive: bool = false;
let wanted: u32 = 0;
let bounds: usize = 0;
let boundBins: usize = 0;
let lowestBins: usize = 0;
let countsAbove: usize = 0;
let minima: usize = 0;
let maxima: usize = 0;
let faults: usize = 0;
let histograms: usize = 0;

/** Sets what is selected and where the state of the units stands. */
export function setSelection(
  units: u32, size: u32, rawValues: bool, keepEqual: bool, rank: u32,
  boundsAt: usize, binsAt: usize, lowestAt: usize, aboveAt: usize, minimaAt: usize, maximaAt: usize, faultsAt: usize, histogramsAt: usize,
): void {
  unitCount = units;
  mapSize = size;
  raw = rawValues;
  inclusive = keepEqual;
  wanted = rank;
  bounds = boundsAt;
  boundBins = binsAt;
  lowestBins = lowestAt;
  countsAbove = aboveAt;
  minima = minimaAt;
  maxima = maximaAt;
  faults = faultsAt;
  histograms = histogramsAt;
}

/** Keys of four floats: unsigned integers in the order of the floats. */
// @ts-ignore: decorator
@inline
function keysOf(values: v128): v128 {
  return v128.xor(values, v128.or(i32x4.shr_s(values, 31), i32x4.splat(0x80000000)));
}

/** Key of a float. */
// @ts-ignore: decorator
@inline
function keyOf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** Float of a key. */
// @ts-ignore: decorator
@inline
function valueOf(key: u32): f32 {
  return reinterpret<f32>((key & 0x80000000) != 0 ? key ^ 0x80000000 : ~key);
}

// @ts-ignore: decorator
@inline
function increment(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

// @ts-ignore: decorator
@inline
function addBit(address: usize, bit: u32): void {
  store<u32>(address, load<u32>(address) + bit);
}

/** Counts the lanes that are set in `mask`, without a branch: which lanes are set is hard to predict. */
// @ts-ignore: decorator
@inline
function countLanes(histogram: usize, offsets: v128, mask: i32): void {
  addBit(histogram + i32x4.extract_lane(offsets, 0), mask & 1);
  addBit(histogram + i32x4.extract_lane(offsets, 1), (mask >> 1) & 1);
  addBit(histogram + i32x4.extract_lane(offsets, 2), (mask >> 2) & 1);
  addBit(histogram + i32x4.extract_lane(offsets, 3), mask >> 3);
}

// @ts-ignore: decorator
@inline
function binOf(value: f32): u32 {
  return keyOf(value) >> COARSE_SHIFT;
}

/** Sum of the lanes of counts that went down. */
// @ts-ignore: decorator
@inline
function countOf(counts: v128): u32 {
  const halves = i32x4.add(counts, i32x4.shuffle(counts, counts, 2, 3, 0, 1));
  return <u32>-(i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1));
}

// @ts-ignore: decorator
@inline
function edgeOf(bin: u32): f32 {
  return valueOf(bin << COARSE_SHIFT);
}

/** Counts the values of the framed map above `bound` into bins of 12 bits; returns how many. */
function countMap(histogram: usize, bound: f32): u32 {
  const limit = f32x4.splat(bound);
  const lowest = binOf(bound);
  let counted: u32 = 0;
  const rows = findRows(bound);
  for (let at = activeRows, last = at + (<usize>rows << 4); at < last; at += 16) {
    const row = load<u32>(at);
    const cells = load<u64>(at, 8);
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    if (first == end) continue;
    for (let first64: u32 = 0; first64 < groups; first64 += 64) for (let bits = groupsOf(cells, first64); bits != 0; bits &= bits - 1) {
      const group = first64 + <u32>ctz(bits);
      const upper = expand(row, <usize>group << 4), lower = expand(row + 1, <usize>group << 4);
      const highest = f32x4.pmax(upper, lower);
      if (!v128.any_true(f32x4.gt(highest, limit))) continue;
      const step = f32x4.sub(lower, upper);
      const valid = group + 1 == groups ? tailMask : 15;
      // A pixel never leaves the interval between upper and lower, so all lie in these bins.
      const low = max(lowest, binOf(leastLane(f32x4.pmin(upper, lower))));
      const bins = binOf(greatestLane(highest)) - low;
      if (valid == 15 && bins < 8) {
        // Counts the values from the edges of the bins on, four edges at a time; those of the first are above the bound.
        let counter = histogram + (<usize>low << 2);
        for (let edge: u32 = 0; edge <= bins; edge += 4) {
          let from0 = i32x4.splat(0), from1 = from0, from2 = from0, from3 = from0;
          const edge0 = edge == 0 ? limit : f32x4.splat(below(edgeOf(low + edge)));
          const edge1 = f32x4.splat(edgeOf(low + edge + 1)), edge2 = f32x4.splat(edgeOf(low + edge + 2)), edge3 = f32x4.splat(edgeOf(low + edge + 3));
          for (let line = first; line < end; line++) {
            const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
            from0 = i32x4.add(from0, f32x4.gt(values, edge0));
            from1 = i32x4.add(from1, f32x4.ge(values, edge1));
            from2 = i32x4.add(from2, f32x4.ge(values, edge2));
            from3 = i32x4.add(from3, f32x4.ge(values, edge3));
          }
          const count0 = countOf(from0), count1 = countOf(from1), count2 = countOf(from2), count3 = countOf(from3);
          if (edge == 0) counted += count0;
          else addBit(counter - 4, <u32>-<i32>count0);
          addBit(counter, count0 - count1);
          addBit(counter + 4, count1 - count2);
          addBit(counter + 8, count2 - count3);
          addBit(counter + 12, count3);
          counter += 16;
        }
        continue;
      }
      for (let line = first; line < end; line++) {
        const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
        const mask = i32x4.bitmask(f32x4.gt(values, limit)) & valid;
        if (mask == 0) continue;
        counted += popcnt(mask);
        countLanes(histogram, i32x4.shl(i32x4.shr_u(keysOf(values), COARSE_SHIFT), 2), mask);
      }
    }
  }
  return counted;
}

/** Like countMap, of the map's own values. */
function countRaw(map: usize, histogram: usize, bound: f32): u32 {
  let counted: u32 = 0;
  for (let index: u32 = 0; index < mapSize; index++) {
    const value = load<f32>(map + (<usize>index << 2)) + <f32>0;
    if (!(value > bound)) continue;
    increment(histogram + (<usize>binOf(value) << 2));
    counted++;
  }
  return counted;
}

let touched: u32 = 0;

/** Reads the bins of some units that will be counted into, all at once: one after the other, each would be waited for. */
// @ts-ignore: decorator
@inline
function touchHistograms(first: u32, end: u32): void {
  let sum: u32 = 0;
  for (let unit = first; unit < end; unit++) {
    const bin = max(load<i32>(boundBins + (<usize>unit << 2)), ZERO_BIN);
    const place = histograms + (<usize>unit << 14) + (<usize>bin << 2);
    sum += load<u32>(place) + load<u32>(place, 48);
  }
  touched = sum;
}

/**
 * Adds all maps of some images, unit by unit, so that a unit's bins are at hand for all of its maps. Writes for each
 * image (units entries each) the units whose map may still matter under the bounds of the end, and how many they are.
 *
 * @param heights scratch for the greatest value of one unit's map in each image
 */
export function addImages(activations: usize, images: u32, limit: f32, heights: usize, survivors: usize, survivorMaxima: usize, survivorCounts: usize): void {
  const mapBytes = <usize>mapSize << 2;
  const imageBytes = <usize>unitCount * mapBytes;
  const limitBits = reinterpret<i32>(limit);
  for (let image: u32 = 0; image < images; image++) store<u32>(survivorCounts + (<usize>image << 2), 0);
  for (let unit: u32 = 0; unit < unitCount; unit++) {
    if ((unit & 31) == 0) touchHistograms(unit, min(unit + 32, unitCount));
    for (let image: u32 = 0; image < images; image++) store<f32>(heights + (<usize>image << 2), addMap(unit, activations + <usize>image * imageBytes + <usize>unit * mapBytes, limitBits));
    const risen = load<f32>(bounds + (<usize>unit << 2));
    for (let image: u32 = 0; image < images; image++) {
      const highest = load<f32>(heights + (<usize>image << 2));
      // NaN stands for a map that is left out.
      if (!(highest > risen || (inclusive && highest == risen))) continue;
      const counter = survivorCounts + (<usize>image << 2);
      const place = (<usize>image * unitCount + load<u32>(counter)) << 2;
      store<u32>(survivors + place, unit);
      store<f32>(survivorMaxima + place, highest);
      increment(counter);
    }
  }
}

/** Counts one map of a unit and raises the unit's bound where that allows it; returns the greatest of its upsampled values, or NaN where one is not finite. */
// @ts-ignore: decorator
@inline
function addMap(unit: u32, map: usize, limitBits: i32): f32 {
  const slot = <usize>unit << 2;
  const finite = scan(map, mapSize, limitBits);
  const low = scanLow, high = scanHigh;
  if (!finite) {
    increment(faults + slot);
    return NaN;
  }
  if (low < load<f32>(minima + slot)) store<f32>(minima + slot, low);
  if (high > load<f32>(maxima + slot)) store<f32>(maxima + slot, high);
  const bound = load<f32>(bounds + slot);
  const highest: f32 = clampBorder || high > 0 ? high : 0;
  if (!(highest > bound)) return highest;
  const histogram = histograms + (<usize>unit << 14);
  let bin = load<i32>(boundBins + slot);
  const before = bin < 0 ? 0 : load<u32>(histogram + (<usize>bin << 2));
  let counted: u32;
  if (raw) {
    counted = countRaw(map, histogram, bound);
  } else {
    frame(map);
    counted = countMap(histogram, bound);
  }
  let above = load<u32>(countsAbove + slot) + counted;
  if (bin < 0) {
    const lowest = <i32>binOf(clampBorder || raw ? low : min(low, 0));
    if (lowest < load<i32>(lowestBins + slot)) store<i32>(lowestBins + slot, lowest);
  } else {
    // A bin at or under the bound needs no exact count beyond what proves the bound; held there it never overflows.
    const inBin = load<u32>(histogram + (<usize>bin << 2));
    above -= inBin - before;
    const enough = max(wanted, ENOUGH);
    if (inBin > enough) store<u32>(histogram + (<usize>bin << 2), enough);
  }
  if (above >= wanted) {
    // Under the lowest bin that was counted into, memory was never touched.
    if (bin < 0) bin = load<i32>(lowestBins + slot) - 1;
    do {
      bin++;
      above -= load<u32>(histogram + (<usize>bin << 2));
    } while (above >= wanted);
    store<i32>(boundBins + slot, bin);
    store<f32>(bounds + slot, valueOf(<u32>bin << COARSE_SHIFT));
  }
  store<u32>(countsAbove + slot, above);
  return highest;
}

/** Lanes of the last group of columns that lie within the target. */
// @ts-ignore: decorator
@inline
function lastLanes(): v128 {
  return i32x4(-(tailMask & 1), -((tailMask >> 1) & 1), -((tailMask >> 2) & 1), -(tailMask >> 3));
}

/** Counts digits of keys in a range for one map: values in low..high (high exclusive), and the least value from high on. */
export function refineMap(map: usize, histogram: usize, low: f32, high: f32, shift: u32, nextAt: usize): void {
  if (raw) {
    let next = load<f32>(nextAt);
    for (let index: u32 = 0; index < mapSize; index++) {
      const value = load<f32>(map + (<usize>index << 2)) + <f32>0;
      if (value >= high) next = min(next, value);
      else if (value >= low) {
        increment(histogram + (<usize>((keyOf(value) >> shift) & 1023) << 2));
      }
    }
    store<f32>(nextAt, next);
    return;
  }
  frame(map);
  const lows = f32x4.splat(low), highs = f32x4.splat(high), digit = i32x4.splat(1023);
  const never = f32x4.splat(Infinity);
  let nexts = v128.load32_splat(nextAt);
  const rows = findRows(below(low));
  for (let at = activeRows, last = at + (<usize>rows << 4); at < last; at += 16) {
    const row = load<u32>(at);
    const cells = load<u64>(at, 8);
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    if (first == end) continue;
    for (let first64: u32 = 0; first64 < groups; first64 += 64) for (let bits = groupsOf(cells, first64); bits != 0; bits &= bits - 1) {
      const group = first64 + <u32>ctz(bits);
      const upper = expand(row, <usize>group << 4), lower = expand(row + 1, <usize>group << 4);
      if (!v128.any_true(f32x4.ge(f32x4.pmax(upper, lower), lows))) continue;
      if (i32x4.all_true(f32x4.ge(f32x4.pmin(upper, lower), nexts))) continue;
      const step = f32x4.sub(lower, upper);
      const lanes = group + 1 == groups ? lastLanes() : i32x4.splat(-1);
      if (shift == 0) {
        // Hardly a value lies in the last range, so it is first seen whether any does.
        let within = i32x4.splat(0);
        for (let line = first; line < end; line++) {
          const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
          const passed = v128.and(f32x4.ge(values, highs), lanes);
          nexts = f32x4.pmin(nexts, v128.bitselect(values, never, passed));
          within = v128.or(within, v128.andnot(f32x4.ge(values, lows), passed));
        }
        if (!v128.any_true(v128.and(within, lanes))) continue;
      }
      for (let line = first; line < end; line++) {
        const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
        const mask = i32x4.bitmask(v128.and(v128.and(f32x4.ge(values, lows), f32x4.lt(values, highs)), lanes));
        if (mask == 0) continue;
        countLanes(histogram, i32x4.shl(v128.and(i32x4.shr_u(keysOf(values), shift), digit), 2), mask);
      }
    }
  }
  store<f32>(nextAt, leastLane(nexts));
}

/**
 * Refines with the maps of some images that were kept, unit by unit, so that a unit's bins are at hand for all of its
 * maps; `ranges` holds low and high of each unit.
 *
 * @param units units of the maps, ascending within each image, image after image
 * @param cursors place of the first map of each image among them, which is moved; `ends`: after its last one
 */
export function refineImages(maps: usize, units: usize, highest: usize, cursors: usize, ends: usize, images: u32, ranges: usize, shift: u32, nexts: usize): void {
  const bytes = <usize>mapSize << 2;
  for (let unit: u32 = 0; unit < unitCount; unit++) {
    const range = ranges + (<usize>unit << 3);
    const low = load<f32>(range), high = load<f32>(range, 4);
    for (let image: usize = 0; image < <usize>images << 2; image += 4) {
      const place = load<u32>(cursors + image);
      if (place == load<u32>(ends + image) || load<u32>(units + (<usize>place << 2)) != unit) continue;
      store<u32>(cursors + image, place + 1);
      if (load<f32>(highest + (<usize>place << 2)) >= low) refineMap(maps + <usize>place * bytes, histograms + (<usize>unit << 12), low, high, shift, nexts + (<usize>unit << 2));
    }
  }
}

// Gathering
/** For each choice among four lanes, the bytes that bring the chosen ones to the front. */
const packing: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  8, 9, 10, 11, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15,
  8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/** Writes the values of one map between low and high (both exclusive) from `target` on, and the least from high on; returns where they end. Up to 12 bytes after it are overwritten. */
function gatherMap(map: usize, target: usize, low: f32, high: f32, nextAt: usize): usize {
  if (raw) {
    let next = load<f32>(nextAt);
    for (let index: u32 = 0; index < mapSize; index++) {
      const value = load<f32>(map + (<usize>index << 2)) + <f32>0;
      if (!(value > low)) continue;
      if (value >= high) {
        next = min(next, value);
      } else {
        store<f32>(target, value);
        target += 4;
      }
    }
    store<f32>(nextAt, next);
    return target;
  }
  frame(map);
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  const never = f32x4.splat(Infinity);
  let nexts = v128.load32_splat(nextAt);
  const rows = findRows(low);
  for (let at = activeRows, last = at + (<usize>rows << 4); at < last; at += 16) {
    const row = load<u32>(at);
    const cells = load<u64>(at, 8);
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    if (first == end) continue;
    for (let first64: u32 = 0; first64 < groups; first64 += 64) for (let bits = groupsOf(cells, first64); bits != 0; bits &= bits - 1) {
      const group = first64 + <u32>ctz(bits);
      const upper = expand(row, <usize>group << 4), lower = expand(row + 1, <usize>group << 4);
      if (!v128.any_true(f32x4.gt(f32x4.pmax(upper, lower), lows))) continue;
      if (i32x4.all_true(f32x4.ge(f32x4.pmin(upper, lower), nexts))) continue;
      const step = f32x4.sub(lower, upper);
      const lanes = group + 1 == groups ? lastLanes() : i32x4.splat(-1);
      for (let line = first; line < end; line++) {
        const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
        const passed = v128.and(f32x4.ge(values, highs), lanes);
        nexts = f32x4.pmin(nexts, v128.bitselect(values, never, passed));
        const mask = i32x4.bitmask(v128.andnot(v128.and(f32x4.gt(values, lows), lanes), passed));
        if (mask == 0) continue;
        v128.store(target, i8x16.swizzle(values, v128.load(packing + (<usize>mask << 4))));
        target += <usize>popcnt(mask) << 2;
      }
    }
  }
  store<f32>(nextAt, leastLane(nexts));
  return target;
}

/**
 * Gathers from the maps of some images that were kept, unit by unit, the values within the unit's range; parameters as
 * those of refineImages.
 *
 * @param places for each unit the address of its next value, which is moved
 */
export function gatherImages(maps: usize, units: usize, highest: usize, cursors: usize, ends: usize, images: u32, ranges: usize, places: usize, nexts: usize): void {
  const bytes = <usize>mapSize << 2;
  for (let unit: u32 = 0; unit < unitCount; unit++) {
    const slot = <usize>unit << 2;
    const low = load<f32>(ranges + (slot << 1)), high = load<f32>(ranges + (slot << 1), 4);
    let target = <usize>load<u32>(places + slot);
    for (let image: usize = 0; image < <usize>images << 2; image += 4) {
      const place = load<u32>(cursors + image);
      if (place == load<u32>(ends + image) || load<u32>(units + (<usize>place << 2)) != unit) continue;
      store<u32>(cursors + image, place + 1);
      if (load<f32>(highest + (<usize>place << 2)) > low) target = gatherMap(maps + <usize>place * bytes, target, low, high, nexts + slot);
    }
    store<u32>(places + slot, <u32>target);
  }
}

// Result of rankValues()
let rankedAbove: f32 = 0;

/** Finds the value of a rank from above (1 to `count`) among values that share their first 12 bits, and the one of the rank before; that is `none` for rank 1. */
function rankValues(values: usize, count: u32, rank: u32, none: f32, scratch: usize): f32 {
  const end = values + (<usize>count << 2);
  memory.fill(scratch, 0, 4096);
  for (let at = values; at < end; at += 4) increment(scratch + (<usize>(keyOf(load<f32>(at)) & 0xffc00) >> 8));
  let rest = rank, digit: u32 = 1023;
  for (let filled = load<u32>(scratch + (<usize>digit << 2)); filled < rest; filled = load<u32>(scratch + (<usize>--digit << 2))) rest -= filled;
  memory.fill(scratch, 0, 4096);
  let above: f32 = Infinity;
  for (let at = values; at < end; at += 4) {
    const value = load<f32>(at);
    const key = keyOf(value);
    const own = (key >> 10) & 1023;
    if (own == digit) increment(scratch + (<usize>(key & 1023) << 2));
    else if (own > digit) above = min(above, value);
  }
  let last: u32 = 1023;
  for (let filled = load<u32>(scratch + (<usize>last << 2)); filled < rest; filled = load<u32>(scratch + (<usize>--last << 2))) rest -= filled;
  const prefix = keyOf(load<f32>(values)) & 0xfff00000 | (digit << 10);
  const found = valueOf(prefix | last);
  if (rest > 1) {
    rankedAbove = found;
    return found;
  }
  let next = last + 1;
  while (next < 1024 && load<u32>(scratch + (<usize>next << 2)) == 0) next++;
  rankedAbove = next < 1024 ? valueOf(prefix | next) : above < Infinity ? above : none;
  return found;
}

/**
 * Finds the value of a rank from above in the range of each unit, and the value of the rank before. Values equal to the
 * low end of the range were not gathered: it stands for all ranks beyond them.
 *
 * @param starts for each unit where its values begin, `places`: where they end
 * @param ranks for each unit the rank, from 1
 * @param nexts for each unit the least value above the range
 * @param lowers the values found, one a unit; `uppers`: those of the rank before
 * @param scratch 4,096 bytes
 */
export function rankGathered(ranges: usize, starts: usize, places: usize, ranks: usize, nexts: usize, lowers: usize, uppers: usize, scratch: usize): void {
  for (let slot: usize = 0; slot < <usize>unitCount << 2; slot += 4) {
    const values = <usize>load<u32>(starts + slot), count = (load<u32>(places + slot) - <u32>values) >> 2;
    const rank = load<u32>(ranks + slot);
    const low = load<f32>(ranges + (slot << 1)), none = load<f32>(nexts + slot);
    if (rank <= count) {
      store<f32>(lowers + slot, rankValues(values, count, rank, none, scratch));
      store<f32>(uppers + slot, rankedAbove);
    } else {
      store<f32>(lowers + slot, low);
      store<f32>(uppers + slot, rank == 1 ? none : rank - 1 == count ? rankValues(values, count, count, none, scratch) : low);
    }
  }
}

// Overlap tally
let thresholds: usize = 0;
let conceptCount: u32 = 0;
let categoryCount: u32 = 0;
let scope: u32 = 0;
let intersections: usize = 0;
let unitAreas: usize = 0;
let scopedAreas: usize = 0;
let combinationMap: usize = 0;
let uniformGroups: usize = 0;
let tiles: usize = 0;
let combinationCounts: usize = 0;
let combinationStarts: usize = 0;
let combinationConcepts: usize = 0;
let categoryStarts: usize = 0;
let combinationCategories: usize = 0;
let categoryStamps: usize = 0;
let stamp: u32 = 0;
let evaluatedMaps: u32 = 0;
let evaluatedGroups: u32 = 0;

/** Sets sizes and places of the counts. Scopes: 0 all images, 1 images with the category, 2 images where it overlaps the mask. */
export function setTally(
  size: u32, equalIsActive: bool, concepts: u32, categories: u32, areaScope: u32,
  thresholdsAt: usize, intersectionsAt: usize, unitAreasAt: usize, scopedAreasAt: usize, stampsAt: usize, mapAt: usize, uniformAt: usize, tilesAt: usize, countsAt: usize,
): void {
  mapSize = size;
  inclusive = equalIsActive;
  conceptCount = concepts;
  categoryCount = categories;
  scope = areaScope;
  thresholds = thresholdsAt;
  intersections = intersectionsAt;
  unitAreas = unitAreasAt;
  scopedAreas = scopedAreasAt;
  categoryStamps = stampsAt;
  combinationMap = mapAt;
  uniformGroups = uniformAt;
  tiles = tilesAt;
  combinationCounts = countsAt;
  stamp = 0;
}

/** Maps and groups of four pixels evaluated since the last call of setTally, for the proof that the rest was skipped. */
export function getEvaluatedMaps(): u32 {
  return evaluatedMaps;
}

/** See getEvaluatedMaps. */
export function getEvaluatedGroups(): u32 {
  return evaluatedGroups;
}

/** Stands for a tile with several combinations. */
const MIXED: u32 = 0xffffffff;

/** Finds the combination of each tile: the pixels of a group of columns between two rows of a map. */
function findTiles(): void {
  for (let row: u32 = 0; row <= mapHeight; row++) {
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    if (first == end) continue;
    for (let group: u32 = 0; group < groups; group++) {
      const number = <u32>load<u16>(combinationMap + ((<usize>first * groups + group) << 3));
      let same = true;
      for (let line = first; line < end; line++) {
        const place = <usize>line * groups + group;
        same = same && load<u8>(uniformGroups + place) != 0 && <u32>load<u16>(combinationMap + (place << 3)) == number;
      }
      store<u32>(tiles + ((<usize>row * groups + group) << 2), same ? number : MIXED);
    }
  }
}

/** Counts pixels of the framed map above the bound by combination of labels. */
function countActive(bound: f32): void {
  const limit = f32x4.splat(bound);
  const rows = findRows(bound);
  for (let at = activeRows, last = at + (<usize>rows << 4); at < last; at += 16) {
    const row = load<u32>(at);
    const cells = load<u64>(at, 8);
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    if (first == end) continue;
    for (let first64: u32 = 0; first64 < groups; first64 += 64) for (let bits = groupsOf(cells, first64); bits != 0; bits &= bits - 1) {
      const group = first64 + <u32>ctz(bits);
      const upper = expand(row, <usize>group << 4), lower = expand(row + 1, <usize>group << 4);
      if (!v128.any_true(f32x4.gt(f32x4.pmax(upper, lower), limit))) continue;
      evaluatedGroups += end - first;
      const step = f32x4.sub(lower, upper);
      const valid = group + 1 == groups ? tailMask : 15;
      const tile = load<u32>(tiles + ((<usize>row * groups + group) << 2));
      if (tile != MIXED && valid == 15) {
        let counts = i32x4.splat(0);
        for (let line = first; line < end; line++) {
          counts = i32x4.add(counts, f32x4.gt(f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step)), limit));
        }
        addBit(combinationCounts + (<usize>tile << 2), countOf(counts));
        continue;
      }
      for (let line = first; line < end; line++) {
        const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
        const mask = i32x4.bitmask(f32x4.gt(values, limit)) & valid;
        if (mask == 0) continue;
        const place = <usize>line * groups + group;
        const numbers = combinationMap + (place << 3);
        if (load<u8>(uniformGroups + place) != 0) {
          const counter = combinationCounts + (<usize>load<u16>(numbers) << 2);
          store<u32>(counter, load<u32>(counter) + popcnt(mask));
          continue;
        }
        addBit(combinationCounts + (<usize>load<u16>(numbers) << 2), mask & 1);
        addBit(combinationCounts + (<usize>load<u16>(numbers, 2) << 2), (mask >> 1) & 1);
        addBit(combinationCounts + (<usize>load<u16>(numbers, 4) << 2), (mask >> 2) & 1);
        addBit(combinationCounts + (<usize>load<u16>(numbers, 6) << 2), mask >> 3);
      }
    }
  }
}

/** Adds the counts of one map, combination by combination, to the tables of its unit. */
function spread(unit: u32, combinations: u32, imageCategories: usize, imageCategoryCount: u32): void {
  const row = intersections + ((<usize>unit * conceptCount) << 3);
  let area: u32 = 0;
  for (let combination: u32 = 0; combination < combinations; combination++) {
    const counter = combinationCounts + (<usize>combination << 2);
    if ((combination & 3) == 0 && !v128.any_true(v128.load(counter))) {
      combination += 3;
      continue;
    }
    const count = load<u32>(counter);
    if (count == 0) continue;
    area += count;
    const end = load<u32>(combinationStarts + (<usize>combination << 2), 4);
    for (let index = load<u32>(combinationStarts + (<usize>combination << 2)); index < end; index++) {
      const cell = row + (<usize>load<u32>(combinationConcepts + (<usize>index << 2)) << 3);
      store<f64>(cell, load<f64>(cell) + <f64>count);
    }
    if (scope != 2) store<u32>(counter, 0);
  }
  const areas = unitAreas + (<usize>unit << 3);
  store<f64>(areas, load<f64>(areas) + <f64>area);
  const scoped = scopedAreas + ((<usize>unit * categoryCount) << 3);
  if (scope == 1) {
    for (let index: u32 = 0; index < imageCategoryCount; index++) {
      const cell = scoped + (<usize>load<u32>(imageCategories + (<usize>index << 2)) << 3);
      store<f64>(cell, load<f64>(cell) + <f64>area);
    }
  } else if (scope == 2) {
    stamp++;
    for (let combination: u32 = 0; combination < combinations; combination++) {
      const counter = combinationCounts + (<usize>combination << 2);
      if (load<u32>(counter) == 0) continue;
      store<u32>(counter, 0);
      const end = load<u32>(categoryStarts + (<usize>combination << 2), 4);
      for (let index = load<u32>(categoryStarts + (<usize>combination << 2)); index < end; index++) {
        const category = <usize>load<u32>(combinationCategories + (<usize>index << 2));
        if (load<u32>(categoryStamps + (category << 2)) == stamp) continue;
        store<u32>(categoryStamps + (category << 2), stamp);
        const cell = scoped + (category << 3);
        store<f64>(cell, load<f64>(cell) + <f64>area);
      }
    }
  }
}

/** Tallies the given maps of one image against its labels. */
export function tallyImage(
  maps: usize, units: usize, highest: usize, count: u32, combinations: u32,
  starts: usize, concepts: usize, categoryStartsAt: usize, categories: usize, imageCategories: usize, imageCategoryCount: u32,
): void {
  combinationStarts = starts;
  combinationConcepts = concepts;
  categoryStarts = categoryStartsAt;
  combinationCategories = categories;
  findTiles();
  const bytes = <usize>mapSize << 2;
  for (let index: u32 = 0; index < count; index++) {
    const unit = load<u32>(units + (<usize>index << 2));
    const threshold = load<f32>(thresholds + (<usize>unit << 2));
    const bound = inclusive ? below(threshold) : threshold;
    if (!(load<f32>(highest + (<usize>index << 2)) > bound)) continue;
    evaluatedMaps++;
    frame(maps + <usize>index * bytes);
    countActive(bound);
    spread(unit, combinations, imageCategories, imageCategoryCount);
  }
}

// Strongest images
/** Scores maps by their greatest or mean value, NaN never counting; writes those that reach the bar of their unit, and returns how many. */
export function scoreMaps(maps: usize, units: u32, size: u32, mean: bool, bars: usize, scores: usize, reached: usize): u32 {
  let count: u32 = 0;
  for (let unit: u32 = 0; unit < units; unit++) {
    const map = maps + ((<usize>unit * size) << 2);
    const score = mean ? meanOf(map, size) : greatestOf(map, size);
    if (!(score > -Infinity && score >= load<f64>(bars + (<usize>unit << 3)))) continue;
    // -0 becomes +0.
    store<f64>(scores + (<usize>count << 3), score + <f64>0);
    store<u32>(reached + (<usize>count << 2), unit);
    count++;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function greatestOf(map: usize, size: u32): f64 {
  let highs = f32x4.splat(-Infinity);
  let index: u32 = 0;
  // A comparison with NaN is false, so pmax keeps what it has.
  for (; index + 4 <= size; index += 4) highs = f32x4.pmax(highs, v128.load(map + (<usize>index << 2)));
  for (; index < size; index++) highs = f32x4.pmax(highs, v128.load32_splat(map + (<usize>index << 2)));
  return <f64>max(max(f32x4.extract_lane(highs, 0), f32x4.extract_lane(highs, 1)), max(f32x4.extract_lane(highs, 2), f32x4.extract_lane(highs, 3)));
}

// @ts-ignore: decorator
@inline
function meanOf(map: usize, size: u32): f64 {
  let mean: f64 = 0;
  for (let index: u32 = 0; index < size; index++) mean += <f64>load<f32>(map + (<usize>index << 2)) / <f64>size;
  return mean;
}
