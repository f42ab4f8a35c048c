/**
 * Overlaps of the active pixels of a group of images with several labellings of these at once, summed up for replicates
 * that each take one labelling of the group, or the only one several times.
 */

import { mapHeight, groups, tailMask, rowStart, rowFraction, activeRows, frame, findRows, activeAbove, groupsOf, expand } from './upsampling';

/** Most labellings of a group: those of a column stand side by side, 64 bytes apart from those of the next. */
const LABELLINGS: u32 = 16;

let mapSize: u32 = 0;
let inclusive: bool = false;
let thresholds: usize = 0;
let scope: u32 = 0;
let replicates: u32 = 0;
let columns: u32 = 0;
let gridSize: u32 = 0;
let pixels: usize = 0;
let counts: usize = 0;
let sums: usize = 0;
let firing: usize = 0;
let combinationStarts: usize = 0;
let combinationColumns: usize = 0;
let combinationCategories: usize = 0;
let categoryStarts: usize = 0;
let table: usize = 0;
let stamps: usize = 0;
let stamp: u32 = 0;

/**
 * Sets sizes and places. Scopes as for tallies. `sumsAt` holds units x columns x replicates counts of 32 bits, `firingAt`
 * units x grid; 0 for `firingAt`: where units fire is not counted.
 */
export function setReplicates(
  size: u32, equalIsActive: bool, areaScope: u32, replicateCount: u32, columnCount: u32, grid: u32,
  thresholdsAt: usize, pixelsAt: usize, countsAt: usize, sumsAt: usize, firingAt: usize,
): void {
  mapSize = size;
  inclusive = equalIsActive;
  scope = areaScope;
  replicates = replicateCount;
  columns = columnCount;
  gridSize = grid;
  thresholds = thresholdsAt;
  pixels = pixelsAt;
  counts = countsAt;
  sums = sumsAt;
  firing = firingAt;
}

/** Lists the pixels of the framed map above the bound, as places in a grid of whole groups; returns how many. */
function listActive(bound: f32): u32 {
  const limit = f32x4.splat(bound);
  const rows = findRows(bound);
  let next = pixels;
  for (let at = activeRows, last = at + (<usize>rows << 4); at < last; at += 16) {
    const row = load<u32>(at);
    const cells = load<u64>(at, 8);
    const first = load<u32>(rowStart + (<usize>row << 2)), end = load<u32>(rowStart + (<usize>row << 2), 4);
    if (first == end) continue;
    for (let first64: u32 = 0; first64 < groups; first64 += 64) for (let bits = groupsOf(cells, first64); bits != 0; bits &= bits - 1) {
      const group = first64 + <u32>ctz(bits);
      const upper = expand(row, <usize>group << 4), lower = expand(row + 1, <usize>group << 4);
      if (!v128.any_true(f32x4.gt(f32x4.pmax(upper, lower), limit))) continue;
      const step = f32x4.sub(lower, upper);
      const valid = group + 1 == groups ? tailMask : 15;
      for (let line = first; line < end; line++) {
        const values = f32x4.add(upper, f32x4.mul(v128.load32_splat(rowFraction + (<usize>line << 2)), step));
        const place = (line * groups + group) << 2;
        for (let mask = i32x4.bitmask(f32x4.gt(values, limit)) & valid; mask != 0; mask &= mask - 1) {
          store<u32>(next, place + ctz(mask));
          next += 4;
        }
      }
    }
  }
  return <u32>((next - pixels) >> 2);
}

// @ts-ignore: decorator
@inline
function addTo(column: u32, labelling: u32, count: u32): void {
  const cell = table + ((<usize>column * LABELLINGS + labelling) << 2);
  store<u32>(cell, load<u32>(cell) + count);
}

/** Counts listed pixels by the combinations of a labelled image, and adds them to the columns of a labelling. */
function countLabels(
  listed: u32, map: usize, first: u32, end: u32, labelling: u32, areaColumn: u32, imageCategories: usize, imageCategoryEnd: usize,
): void {
  for (let at = pixels, last = pixels + (<usize>listed << 2); at < last; at += 4) {
    const counter = counts + (<usize>load<u16>(map + (<usize>load<u32>(at) << 1)) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  let area: u32 = 0;
  for (let combination = first; combination < end; combination++) {
    const count = load<u32>(counts + (<usize>(combination - first) << 2));
    if (count == 0) continue;
    area += count;
    const lastColumn = load<u32>(combinationStarts + (<usize>combination << 2), 4);
    for (let index = load<u32>(combinationStarts + (<usize>combination << 2)); index < lastColumn; index++)
      addTo(load<u32>(combinationColumns + (<usize>index << 2)), labelling, count);
  }
  if (area != 0) addTo(areaColumn, labelling, area);
  if (scope == 1) {
    for (let at = imageCategories; at < imageCategoryEnd; at += 4) addTo(load<u32>(at), labelling, area);
  } else if (scope == 2) {
    stamp++;
    for (let combination = first; combination < end; combination++) {
      if (load<u32>(counts + (<usize>(combination - first) << 2)) == 0) continue;
      const last = load<u32>(categoryStarts + (<usize>combination << 2), 4);
      for (let index = load<u32>(categoryStarts + (<usize>combination << 2)); index < last; index++) {
        const column = load<u32>(combinationCategories + (<usize>index << 2));
        const mark = stamps + (<usize>column << 2);
        if (load<u32>(mark) == stamp) continue;
        store<u32>(mark, stamp);
        addTo(column, labelling, area);
      }
    }
  }
  memory.fill(counts, 0, <usize>(end - first) << 2);
}

/** Adds to the sum of each replicate the count of the labelling that it has, 16 replicates at a time where counts fit into 16 bits. */
// @ts-ignore: decorator
@inline
function addChosen(row: usize, sumsAt: usize, chosen: usize): void {
  let sum = sumsAt, replicate: u32 = 0;
  const a = v128.load(row), b = v128.load(row, 16), c = v128.load(row, 32), d = v128.load(row, 48);
  if (!v128.any_true(i32x4.shr_u(v128.or(v128.or(a, b), v128.or(c, d)), 16))) {
    const first = i16x8.narrow_i32x4_u(a, b), last = i16x8.narrow_i32x4_u(c, d);
    const low = i8x16.shuffle(first, last, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const high = i8x16.shuffle(first, last, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    for (; replicate + 16 <= replicates; replicate += 16, sum += 64) {
      const which = v128.load(chosen + <usize>replicate);
      const lows = i8x16.swizzle(low, which), highs = i8x16.swizzle(high, which);
      const left = i8x16.shuffle(lows, highs, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const right = i8x16.shuffle(lows, highs, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      v128.store(sum, i32x4.add(v128.load(sum), i32x4.extend_low_i16x8_u(left)));
      v128.store(sum, i32x4.add(v128.load(sum, 16), i32x4.extend_high_i16x8_u(left)), 16);
      v128.store(sum, i32x4.add(v128.load(sum, 32), i32x4.extend_low_i16x8_u(right)), 32);
      v128.store(sum, i32x4.add(v128.load(sum, 48), i32x4.extend_high_i16x8_u(right)), 48);
    }
  }
  for (; replicate < replicates; replicate++, sum += 4)
    store<u32>(sum, load<u32>(sum) + load<u32>(row + (<usize>load<u8>(chosen + <usize>replicate) << 2)));
}

/**
 * Adds a range of units of a group of images; the ranges of a group come in the order of the units. Lists are of 32-bit
 * numbers unless said otherwise.
 *
 * @param images images of the group
 * @param members of each image the places of its maps, its units (ascending), the upper bounds of its maps, and how many:
 * of those that are left, so that they are moved on
 * @param labellings labellings of the group, at most 16
 * @param labelOf labelled image that an image has in a labelling: images x labellings bytes
 * @param labelled of each labelled image the place of its combinations (16 bits a pixel of the grid)
 * @param labelStarts first combination of each labelled image, and the end of the last
 * @param starts first entry of each combination in `columnsAt`; `categoryStartsAt` in `categoriesAt`
 * @param imageStarts first entry of each labelled image in `imageCategories`
 * @param areaColumn column of all judged pixels
 * @param width columns of this group
 * @param columnOf column of the sums that each is
 * @param tableAt memory of width x 16 counts
 * @param chosen labelling of each replicate, a byte; where they are weighted, how often it has the first
 */
export function addGroup(
  firstUnit: u32, endUnit: u32, images: u32, members: usize, labellings: u32, labelOf: usize, labelled: usize, labelStarts: usize,
  starts: usize, columnsAt: usize, categoryStartsAt: usize, categoriesAt: usize, imageStarts: usize, imageCategories: usize,
  areaColumn: u32, width: u32, columnOf: usize, tableAt: usize, stampsAt: usize, chosen: usize, weighted: bool,
): void {
  combinationStarts = starts;
  combinationColumns = columnsAt;
  categoryStarts = categoryStartsAt;
  combinationCategories = categoriesAt;
  table = tableAt;
  stamps = stampsAt;
  memory.fill(stamps, 0, <usize>width << 2);
  stamp = 0;
  const bytes = <usize>mapSize << 2;
  for (let unit = firstUnit; unit < endUnit; unit++) {
    const threshold = load<f32>(thresholds + (<usize>unit << 2));
    const bound = activeAbove(threshold, inclusive);
    let isEmpty = true;
    for (let image: u32 = 0; image < images; image++) {
      const member = members + (<usize>image << 4);
      const left = load<u32>(member, 12);
      const unitsAt = load<u32>(member, 4);
      if (left == 0 || load<u32>(unitsAt) != unit) continue;
      const map = load<u32>(member), highest = load<u32>(member, 8);
      store<u32>(member, map + <u32>bytes);
      store<u32>(member, unitsAt + 4, 4);
      store<u32>(member, highest + 4, 8);
      store<u32>(member, left - 1, 12);
      if (!(load<f32>(highest) > bound)) continue;
      frame(map);
      const listed = listActive(bound);
      if (listed == 0) continue;
      if (isEmpty) memory.fill(table, 0, (<usize>width * LABELLINGS) << 2);
      isEmpty = false;
      if (firing != 0) {
        const fired = firing + ((<usize>unit * gridSize) << 2);
        for (let at = pixels, last = pixels + (<usize>listed << 2); at < last; at += 4) {
          const counter = fired + (<usize>load<u32>(at) << 2);
          store<u32>(counter, load<u32>(counter) + 1);
        }
      }
      for (let labelling: u32 = 0; labelling < labellings; labelling++) {
        const label = <usize>load<u8>(labelOf + <usize>(image * labellings + labelling));
        const categories = imageStarts + (label << 2);
        countLabels(
          listed, load<u32>(labelled + (label << 2)), load<u32>(labelStarts + (label << 2)), load<u32>(labelStarts + (label << 2), 4),
          labelling, areaColumn,
          imageCategories + (<usize>load<u32>(categories) << 2), imageCategories + (<usize>load<u32>(categories, 4) << 2),
        );
      }
    }
    if (isEmpty) continue;
    for (let column: u32 = 0; column < width; column++) {
      const row = table + ((<usize>column * LABELLINGS) << 2);
      if (!v128.any_true(v128.or(v128.or(v128.load(row), v128.load(row, 16)), v128.or(v128.load(row, 32), v128.load(row, 48))))) continue;
      let sum = sums + ((<usize>(unit * columns + load<u32>(columnOf + (<usize>column << 2))) * replicates) << 2);
      if (weighted) {
        const once = v128.load32_splat(row);
        let replicate: u32 = 0;
        for (; replicate + 4 <= replicates; replicate += 4, sum += 16)
          v128.store(sum, i32x4.add(v128.load(sum), i32x4.mul(once, v128.load(chosen + (<usize>replicate << 2)))));
        for (; replicate < replicates; replicate++, sum += 4)
          store<u32>(sum, load<u32>(sum) + load<u32>(row) * load<u32>(chosen + (<usize>replicate << 2)));
      } else addChosen(row, sum, chosen);
    }
  }
}
