/** The round of a threshold selection that gathers the values of a range from kept maps, and ranks them. */

import { groups, rowStart, rowFraction, activeRows, leastLane, frame, findRows, groupsOf, expand, lastLanes } from './upsampling';
import { keyOf, valueOf } from './float-keys';
import { increment } from './counters';
import { unitCount, mapSize, raw } from './first-round';

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

/**
 * Writes the values of one map between low and high (both exclusive) from `target` on, and the least from high on;
 * returns where they end. Up to 12 bytes after it are overwritten.
 */
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

/**
 * Finds the value of a rank from above (1 to `count`) among values that share their first 12 bits, and the one of the
 * rank before; that is `none` for rank 1.
 */
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
