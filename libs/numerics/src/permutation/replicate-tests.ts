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
    const mean = (own.reduce((sum, each) => sum + each, 0) + value) / (count + 1);
    const squares = own.reduce((sum, each) => sum + (each - mean) ** 2, 0) + (value - mean) ** 2;
    if (squares === 0) return -Infinity;
    const deviation = Math.sqrt(squares / (count + 1));
    own.forEach((each, replicate) => {
      maxima[replicate] = Math.max(maxima[replicate] as number, (each - mean) / deviation);
    });
    return (value - mean) / deviation;
  });
  return scaled.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    let reached = 1;
    for (const maximum of maxima) if (maximum >= value) reached++;
    return reached / (count + 1);
  });
}

function replicatesOf(observed: Float64Array, replicates: Float64Array): number {
  const count = observed.length === 0 ? 0 : replicates.length / observed.length;
  if (!Number.isInteger(count))
    throw new RangeError(
      `replicate tests: ${String(replicates.length)} replicates for ${String(observed.length)} statistics`,
    );
  return count;
}
