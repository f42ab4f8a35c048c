/** Scores that rank the images of a unit. */

/**
 * Scores maps by their greatest or mean value, NaN never counting; writes those that reach the bar of their unit, and
 * returns how many.
 */
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
