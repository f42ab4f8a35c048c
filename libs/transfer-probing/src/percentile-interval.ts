/**
 * The 95 % interval of replicates: their 2.5th and 97.5th percentile, linear between order statistics; those that are
 * NaN are left out.
 *
 * @returns lower and upper end; NaN where no replicate is left
 */
export function percentileInterval(replicates: Float64Array): readonly [low: number, high: number] {
  const sorted = replicates.filter((value) => !Number.isNaN(value)).sort();
  const at = (share: number) => {
    const position = share * (sorted.length - 1);
    const low = sorted[Math.floor(position)] ?? Number.NaN;
    const high = sorted[Math.ceil(position)] ?? Number.NaN;
    return low + (high - low) * (position - Math.floor(position));
  };
  return [at(0.025), at(0.975)];
}
