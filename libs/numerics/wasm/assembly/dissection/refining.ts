/** Later rounds of a threshold selection that count the digits of kept maps. */

import { groups, rowStart, rowFraction, activeRows, leastLane, frame, findRows, below, groupsOf, expand, lastLanes } from './upsampling';
import { keysOf, keyOf } from './float-keys';
import { increment, countLanes } from './counters';
import { unitCount, mapSize, raw, histograms } from './first-round';

/**
 * Counts digits of keys in a range for one map: values in low..high (high exclusive), and the least value from high on.
 */
function refineMap(map: usize, histogram: usize, low: f32, high: f32, shift: u32, nextAt: usize): void {
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
