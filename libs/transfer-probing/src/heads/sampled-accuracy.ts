import { sampleWeights } from '@intermodel/numerics';

/** A score over all test images, and over each bootstrap sample of them. */
export interface SampledScore {
  /** Over all. */
  readonly score: number;
  /** Over each sample; NaN where it is undefined there. */
  readonly replicates: Float64Array;
}

/** Number of bootstrap samples and their seed. */
export interface Samples {
  /** Number of samples. */
  readonly replicates: number;
  /** Seed. */
  readonly seed: number;
}

/** Rates all of `n` things, and each bootstrap sample of them. */
export function rateSamples(
  n: number,
  { replicates, seed }: Samples,
  rate: (weights: ArrayLike<number>) => number,
): SampledScore {
  const score = rate(new Uint16Array(n).fill(1));
  const rated = new Float64Array(replicates);
  let sample = 0;
  for (const weights of sampleWeights(n, replicates, seed)) rated[sample++] = rate(weights);
  return { score, replicates: rated };
}

/** Mean of some values, each as often as its weight says. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    const weight = weights[index] as number;
    sum += weight * (values[index] as number);
    total += weight;
  }
  return sum / total;
}

/** Mean over the classes that are there of the share of their images that are right. */
export function meanPerClass(
  right: Uint8Array,
  classOf: Int32Array,
  classes: number,
  weights: ArrayLike<number>,
): number {
  const rights = new Float64Array(classes);
  const totals = new Float64Array(classes);
  for (let index = 0; index < right.length; index++) {
    const label = classOf[index] as number;
    const weight = weights[index] as number;
    totals[label] = (totals[label] as number) + weight;
    rights[label] = (rights[label] as number) + weight * (right[index] as number);
  }
  let sum = 0;
  let there = 0;
  for (let label = 0; label < classes; label++) {
    if (totals[label] === 0) continue;
    there++;
    sum += (rights[label] as number) / (totals[label] as number);
  }
  return sum / there;
}
