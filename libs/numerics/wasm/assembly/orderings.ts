/**
 * The inner loops of permutation tests: a predictor against a table of responses, over many orderings.
 *
 * Responses stand in lanes of float64, four at a time (a quad, 32 bytes). A response is centred and of norm 1, a
 * predictor is of norm 1 about its mean, so a sum of products is a Pearson correlation. An ordering counts for a
 * response when the magnitude of its correlation is at least the response's threshold. Memory is laid out by the
 * caller;
 * every address of lanes is a multiple of 16.
 */

/** Least square of what a covariate leaves of a response for a partial correlation to be defined. */
const LEAST_REST: f64 = 1e-12;

/** Stores by what a correlation of residuals becomes a partial one: 1 / sqrt(1 - s * s), or 0 where that is undefined. */
// @ts-ignore: decorator
@inline
function storeScales(place: usize, a: v128, b: v128): void {
  const one = f64x2.splat(1);
  const least = f64x2.splat(LEAST_REST);
  const restOfA = f64x2.sub(one, f64x2.mul(a, a));
  const restOfB = f64x2.sub(one, f64x2.mul(b, b));
  v128.store(place, v128.and(f64x2.gt(restOfA, least), f64x2.div(one, f64x2.sqrt(restOfA))));
  v128.store(place, v128.and(f64x2.gt(restOfB, least), f64x2.div(one, f64x2.sqrt(restOfB))), 16);
}

// @ts-ignore: decorator
@inline
function countQuad(groups: u32, planes: usize, orderings: u32, table: usize, tableBytes: usize, threshold: usize, count: usize, maxima: usize, scales: usize, fill: bool): void {
  const low = v128.load(threshold);
  const high = v128.load(threshold, 16);
  let lowCount = v128.load(count);
  let highCount = v128.load(count, 16);
  const t1 = table + tableBytes, t2 = t1 + tableBytes, t3 = t2 + tableBytes, t4 = t3 + tableBytes;
  const t5 = t4 + tableBytes, t6 = t5 + tableBytes, t7 = t6 + tableBytes;
  const p0 = <usize>load<u32>(planes), p1 = <usize>load<u32>(planes, 4), p2 = <usize>load<u32>(planes, 8), p3 = <usize>load<u32>(planes, 12);
  const p4 = <usize>load<u32>(planes, 16), p5 = <usize>load<u32>(planes, 20), p6 = <usize>load<u32>(planes, 24), p7 = <usize>load<u32>(planes, 28);
  for (let ordering: usize = 0; ordering < <usize>orderings; ordering++) {
    let row = table + ((<usize>load<u8>(p0 + ordering)) << 5);
    let a = v128.load(row), b = v128.load(row, 16);
    if (groups > 1) { row = t1 + ((<usize>load<u8>(p1 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (groups > 2) { row = t2 + ((<usize>load<u8>(p2 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (groups > 3) { row = t3 + ((<usize>load<u8>(p3 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (groups > 4) { row = t4 + ((<usize>load<u8>(p4 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (groups > 5) { row = t5 + ((<usize>load<u8>(p5 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (groups > 6) { row = t6 + ((<usize>load<u8>(p6 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (groups > 7) { row = t7 + ((<usize>load<u8>(p7 + ordering)) << 5); a = f64x2.add(a, v128.load(row)); b = f64x2.add(b, v128.load(row, 16)); }
    if (fill) { storeScales(scales + (ordering << 5), a, b); continue; }
    a = f64x2.abs(a);
    b = f64x2.abs(b);
    if (scales) { const scale = scales + (ordering << 5); a = f64x2.mul(a, v128.load(scale)); b = f64x2.mul(b, v128.load(scale, 16)); }
    // A true comparison is -1 in its lane.
    lowCount = i64x2.sub(lowCount, f64x2.ge(a, low));
    highCount = i64x2.sub(highCount, f64x2.ge(b, high));
    if (maxima) {
      const place = maxima + (ordering << 4);
      v128.store(place, f64x2.pmax(v128.load(place), f64x2.pmax(a, b)));
    }
  }
  if (fill) return;
  v128.store(count, lowCount);
  v128.store(count, highCount, 16);
}

/**
 * Counts by tables of pairs: `tables` holds, per quad and group, the contribution of the two predictor values of the
 * group for each pair of places; `planes` holds the address of each group's plane of pair numbers, a byte per ordering.
 * At most 8 groups. `maxima`, unless 0, has two float64 per ordering, raised to the largest magnitudes seen. `scales`,
 * unless 0, has per quad (`scaleStride` bytes each) what the sums of each ordering are multiplied by; there are no maxima
 * then.
 */
export function countByPairs(groups: u32, planes: usize, orderings: u32, tables: usize, tableBytes: usize, quads: u32, thresholds: usize, counts: usize, maxima: usize, scales: usize, scaleStride: usize): void {
  for (let quad: u32 = 0; quad < quads; quad++) {
    const table = tables + <usize>(quad * groups) * tableBytes;
    const threshold = thresholds + ((<usize>quad) << 5);
    const count = counts + ((<usize>quad) << 5);
    if (scales) {
      const scale = scales + <usize>quad * scaleStride;
      switch (groups) {
        case 1: countQuad(1, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        case 2: countQuad(2, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        case 3: countQuad(3, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        case 4: countQuad(4, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        case 5: countQuad(5, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        case 6: countQuad(6, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        case 7: countQuad(7, planes, orderings, table, tableBytes, threshold, count, 0, scale, false); break;
        default: countQuad(8, planes, orderings, table, tableBytes, threshold, count, 0, scale, false);
      }
    } else if (maxima) {
      switch (groups) {
        case 1: countQuad(1, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        case 2: countQuad(2, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        case 3: countQuad(3, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        case 4: countQuad(4, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        case 5: countQuad(5, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        case 6: countQuad(6, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        case 7: countQuad(7, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false); break;
        default: countQuad(8, planes, orderings, table, tableBytes, threshold, count, maxima, 0, false);
      }
    } else {
      switch (groups) {
        case 1: countQuad(1, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        case 2: countQuad(2, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        case 3: countQuad(3, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        case 4: countQuad(4, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        case 5: countQuad(5, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        case 6: countQuad(6, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        case 7: countQuad(7, planes, orderings, table, tableBytes, threshold, count, 0, 0, false); break;
        default: countQuad(8, planes, orderings, table, tableBytes, threshold, count, 0, 0, false);
      }
    }
  }
}

/** Fills `scales` from the sums of the covariate whose contributions `tables` holds; laid out as for {@link countByPairs}. */
export function scaleByPairs(groups: u32, planes: usize, orderings: u32, tables: usize, tableBytes: usize, quads: u32, scales: usize, scaleStride: usize): void {
  for (let quad: u32 = 0; quad < quads; quad++) {
    const table = tables + <usize>(quad * groups) * tableBytes;
    const scale = scales + <usize>quad * scaleStride;
    switch (groups) {
      case 1: countQuad(1, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      case 2: countQuad(2, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      case 3: countQuad(3, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      case 4: countQuad(4, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      case 5: countQuad(5, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      case 6: countQuad(6, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      case 7: countQuad(7, planes, orderings, table, tableBytes, scales, scales, 0, scale, true); break;
      default: countQuad(8, planes, orderings, table, tableBytes, scales, scales, 0, scale, true);
    }
  }
}

// @ts-ignore: decorator
@inline
function addProducts(used: u32, planes: usize, values: usize, orderings: u32, responses: usize, places: u32, quads: u32, thresholds: usize, counts: usize, maxima: usize, scales: usize, scaleStride: usize, fill: bool): void {
  for (let quad: u32 = 0; quad < quads; quad++) {
    const table = responses + <usize>(quad * places) * 32;
    const threshold = thresholds + ((<usize>quad) << 5);
    const count = counts + ((<usize>quad) << 5);
    const low = v128.load(threshold);
    const high = v128.load(threshold, 16);
    let lowCount = v128.load(count);
    let highCount = v128.load(count, 16);
    for (let ordering: usize = 0; ordering < <usize>orderings; ordering++) {
      let a = f64x2.splat(0);
      let b = a;
      for (let row: u32 = 0; row < used; row++) {
        const place = table + ((<usize>load<u16>(<usize>load<u32>(planes + (row << 2)) + (ordering << 1))) << 5);
        const value = v128.load64_splat(values + (row << 3));
        a = f64x2.add(a, f64x2.mul(value, v128.load(place)));
        b = f64x2.add(b, f64x2.mul(value, v128.load(place, 16)));
      }
      const scale = scales + <usize>quad * scaleStride + (ordering << 5);
      if (fill) { storeScales(scale, a, b); continue; }
      a = f64x2.abs(a);
      b = f64x2.abs(b);
      if (scales) {
        a = f64x2.mul(a, v128.load(scale));
        b = f64x2.mul(b, v128.load(scale, 16));
      }
      lowCount = i64x2.sub(lowCount, f64x2.ge(a, low));
      highCount = i64x2.sub(highCount, f64x2.ge(b, high));
      if (maxima) {
        const place = maxima + (ordering << 4);
        v128.store(place, f64x2.pmax(v128.load(place), f64x2.pmax(a, b)));
      }
    }
    if (fill) continue;
    v128.store(count, lowCount);
    v128.store(count, highCount, 16);
  }
}

/**
 * Counts by multiplying, for more rows than pairs of places can be tabled for: `planes` holds, per used row of the
 * predictor, the address of its plane of places (16 bits per ordering), `values` the row's value, `responses` per quad
 * one entry for each place.
 */
export function countByProducts(used: u32, planes: usize, values: usize, orderings: u32, responses: usize, places: u32, quads: u32, thresholds: usize, counts: usize, maxima: usize, scales: usize, scaleStride: usize): void {
  addProducts(used, planes, values, orderings, responses, places, quads, thresholds, counts, maxima, scales, scaleStride, false);
}

/** Fills `scales` from the sums of a covariate, by multiplying; laid out as for {@link countByProducts}. */
export function scaleByProducts(used: u32, planes: usize, values: usize, orderings: u32, responses: usize, places: u32, quads: u32, scales: usize, scaleStride: usize): void {
  // Thresholds and counts are read for nothing, and any address in memory does for them.
  addProducts(used, planes, values, orderings, responses, places, quads, values, values, 0, scales, scaleStride, true);
}
