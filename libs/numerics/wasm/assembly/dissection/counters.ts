/** Counters in memory, and counts within vectors. */

// @ts-ignore: decorator
@inline
export function increment(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

// @ts-ignore: decorator
@inline
export function addBit(address: usize, bit: u32): void {
  store<u32>(address, load<u32>(address) + bit);
}

/** Counts the lanes that are set in `mask`, without a branch: which lanes are set is hard to predict. */
// @ts-ignore: decorator
@inline
export function countLanes(histogram: usize, offsets: v128, mask: i32): void {
  addBit(histogram + i32x4.extract_lane(offsets, 0), mask & 1);
  addBit(histogram + i32x4.extract_lane(offsets, 1), (mask >> 1) & 1);
  addBit(histogram + i32x4.extract_lane(offsets, 2), (mask >> 2) & 1);
  addBit(histogram + i32x4.extract_lane(offsets, 3), mask >> 3);
}

/** Sum of the lanes of counts that went down. */
// @ts-ignore: decorator
@inline
export function countOf(counts: v128): u32 {
  const halves = i32x4.add(counts, i32x4.shuffle(counts, counts, 2, 3, 0, 1));
  return <u32>-(i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1));
}
