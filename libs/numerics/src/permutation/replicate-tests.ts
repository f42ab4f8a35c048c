/**
 * p-values of observed statistics against replicates of each under its null hypothesis, one-sided: the share of the
 * replicates, and the observation itself among them, that are at least as great (Phipson and Smyth 2010). Never 0;
 * exact where observation and replicates are exchangeable.
 *
 * @param observed statistics; NaN: undefined, and so is its p
 * @param replicates statistics x replicates, without NaN for defined statistics
 * @returns p in 1 / (replicates + 1)..1, or NaN
 */
export function replicateP(observed: Float64Array, replicates: Float64Array): Float64Array {
  const count = replicatesOf(observed, replicates);
  return observed.map((value, row) => {
    if (Number.isNaN(value)) return Number.NaN;
    let reached = 1;
    for (let at = row * count; at < (row + 1) * count; at++) if ((replicates[at] as number) >= value) reached++;
    return reached / (count + 1);
  });
}

/**
 * Family-wise p-values by the maximum over all statistics (Westfall and Young 1993, single step), whose replicates must
 * be drawn together. Statistics are centred and scaled by mean and standard deviation over the observation and its
 * replicates, so that none of them decides the maximum alone; one that never varies has p 1.
 *
 * @param observed statistics; NaN: undefined, takes no part
 * @param replicates statistics x replicates
 * @returns p in 1 / (replicates + 1)..1, or NaN
 */
export function familyWiseP(observed: Float64Array, replicates: Float64Array): Float64Array {
  const count = replicatesOf(observed, replicates);
  const maxima = new Float64Array(count).fill(-Infinity);
  const scaled = observed.map((value, row) => {
    if (Number.isNaN(value)) return Number.NaN;
    const own = replicates.subarray(row * count, (row + 1) * count);
    const scale = scaleOf(value, own);
    if (scale === undefined) return -Infinity;
    own.forEach((each, replicate) => {
      maxima[replicate] = Math.max(maxima[replicate] as number, scale(each));
    });
    return scale(value);
  });
  return scaled.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    let reached = 1;
    for (const maximum of maxima) if (maximum >= value) reached++;
    return reached / (count + 1);
  });
}

/**
 * p-values against the replicates of statistics that are alike, pooled: statistics are sorted by the mean of their
 * replicates and cut into equal groups; all are centred and scaled as in {@link familyWiseP}, and p is the share of the
 * replicates of the group, and the observation among them, that are at least as great. Where, so scaled, statistics of a
 * group have the same distribution, p is as exact as {@link replicateP}, and can be as many times smaller as there are
 * statistics in the group.
 *
 * @param observed statistics; NaN: undefined, takes no part
 * @param replicates statistics x replicates
 * @param groups number of groups, at least 1; no more than there are statistics are made
 * @returns p in 1 / (replicates of the group + 1)..1, or NaN; 1 for a statistic that never varies
 */
export function pooledP(observed: Float64Array, replicates: Float64Array, groups: number): Float64Array {
  const count = replicatesOf(observed, replicates);
  const ownOf = (row: number) => replicates.subarray(row * count, (row + 1) * count);
  const means = observed.map((_, row) => ownOf(row).reduce((sum, each) => sum + each, 0) / count);
  const varying = [...observed.keys()]
    .filter((row) => scaleOf(observed[row] as number, ownOf(row)) !== undefined)
    .sort((a, b) => (means[a] as number) - (means[b] as number) || a - b);
  const p = observed.map((value) => (Number.isNaN(value) ? Number.NaN : 1));
  for (let group = 0; group < groups; group++) {
    const rows = varying.slice(
      Math.floor((group * varying.length) / groups),
      Math.floor(((group + 1) * varying.length) / groups),
    );
    const pool = new Float64Array(rows.length * count);
    const scaled = rows.map((row, place) => {
      const scale = scaleOf(observed[row] as number, ownOf(row)) as (value: number) => number;
      ownOf(row).forEach((each, replicate) => {
        pool[place * count + replicate] = scale(each);
      });
      return scale(observed[row] as number);
    });
    pool.sort();
    rows.forEach((row, place) => {
      p[row] = (1 + pool.length - firstAtLeast(pool, scaled[place] as number)) / (pool.length + 1);
    });
  }
  return p;
}

/** Centres and scales by a statistic and its replicates together; undefined where they never vary. */
function scaleOf(value: number, own: Float64Array): ((each: number) => number) | undefined {
  const mean = (own.reduce((sum, each) => sum + each, 0) + value) / (own.length + 1);
  const squares = own.reduce((sum, each) => sum + (each - mean) ** 2, 0) + (value - mean) ** 2;
  // NaN where the statistic is undefined.
  if (!(squares > 0)) return undefined;
  const deviation = Math.sqrt(squares / (own.length + 1));
  return (each) => (each - mean) / deviation;
}

/** Place of the first value of a sorted list that is not below another; its length where all are. */
function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function replicatesOf(observed: Float64Array, replicates: Float64Array): number {
  const count = observed.length === 0 ? 0 : replicates.length / observed.length;
  if (!Number.isInteger(count))
    throw new RangeError(
      `replicate tests: ${String(replicates.length)} replicates for ${String(observed.length)} statistics`,
    );
  return count;
}
