/** Overlaps of active pixels with combinations of labels. */

import { mapHeight, groups, tailMask, rowStart, rowFraction, activeRows, frame, findRows, activeAbove, groupsOf, expand } from './upsampling';
import { addBit, countOf } from './counters';

let mapSize: u32 = 0;
let inclusive: bool = false;
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

/**
 * Sets sizes and places of the counts. Scopes: 0 all images, 1 images with the category, 2 images where it overlaps the
 * mask.
 */
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

/**
 * Maps and groups of four pixels evaluated since the last call of setTally, for the proof that the rest was skipped.
 */
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
    const bound = activeAbove(threshold, inclusive);
    if (!(load<f32>(highest + (<usize>index << 2)) > bound)) continue;
    evaluatedMaps++;
    frame(maps + <usize>index * bytes);
    countActive(bound);
    spread(unit, combinations, imageCategories, imageCategoryCount);
  }
}
