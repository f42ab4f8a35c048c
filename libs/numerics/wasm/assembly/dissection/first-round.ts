/** First round of a threshold selection: all maps of all images counted into bins, under bounds that rise. */

import { groups, tailMask, clampBorder, rowStart, rowFraction, activeRows, greatestLane, leastLane, scanLow, scanHigh, scan, frame, findRows, below, groupsOf, expand } from './upsampling';
import { COARSE_SHIFT, keysOf, valueOf, binOf, edgeOf } from './float-keys';
import { increment, addBit, countLanes, countOf } from './counters';

/** Bin of the value 0. */
const ZERO_BIN: i32 = 0x800;

/** Count at which the bin of a bound is held. */
const ENOUGH: u32 = 0x80000000;

export let unitCount: u32 = 0;
export let mapSize: u32 = 0;
export let raw: bool = false;
let inclusive: bool = false;
let wanted: u32 = 0;
let bounds: usize = 0;
let boundBins: usize = 0;
let lowestBins: usize = 0;
let countsAbove: usize = 0;
let minima: usize = 0;
let maxima: usize = 0;
let faults: usize = 0;
export let histograms: usize = 0;

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
        // Counts the values from the edges of the bins on, four edges at a time; those of the first are above the
        // bound.
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

/**
 * Reads the bins of some units that will be counted into, all at once: one after the other, each would be waited for.
 */
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
 * @param heights scratch for the greatest upsampled value of one unit's map in each image
 * @param greatest for each image the greatest value of each unit's map, NaN where one is not finite
 */
export function addImages(activations: usize, images: u32, limit: f32, heights: usize, survivors: usize, survivorMaxima: usize, survivorCounts: usize, greatest: usize): void {
  const mapBytes = <usize>mapSize << 2;
  const imageBytes = <usize>unitCount * mapBytes;
  const limitBits = reinterpret<i32>(limit);
  for (let image: u32 = 0; image < images; image++) store<u32>(survivorCounts + (<usize>image << 2), 0);
  for (let unit: u32 = 0; unit < unitCount; unit++) {
    if ((unit & 31) == 0) touchHistograms(unit, min(unit + 32, unitCount));
    for (let image: u32 = 0; image < images; image++) {
      const highest = addMap(unit, activations + <usize>image * imageBytes + <usize>unit * mapBytes, limitBits);
      store<f32>(heights + (<usize>image << 2), highest);
      store<f32>(greatest + ((<usize>image * unitCount + unit) << 2), highest == highest ? scanHigh : NaN);
    }
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

/**
 * Counts one map of a unit and raises the unit's bound where that allows it; returns the greatest of its upsampled
 * values, or NaN where one is not finite.
 */
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
