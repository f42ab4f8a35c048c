/** One score of a head on the test part of a task. */
export interface ProbeOutcome {
  /** What it measures, such as `accuracy`. */
  readonly metric: string;
  /** Its value over the whole test part. */
  readonly score: number;
  /** False for errors. */
  readonly higherIsBetter: boolean;
  /** Images that it comes from, and that are drawn again for its interval. */
  readonly n: number;
  /** What the validation part chose, such as `C = 0.1`; empty: nothing. */
  readonly chosen: string;
  /**
   * The score over each bootstrap sample of the test part, NaN where it is undefined there; sample r is the same for all
   * models. Undefined: the score has no interval.
   */
  readonly replicates: Float64Array | undefined;
}

/** How scores get their intervals. */
export interface ResamplingOptions {
  /** Bootstrap samples of the test part. @default 2,000 */
  readonly replicates?: number;
  /** Seed of whatever is drawn. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link ResamplingOptions}. */
export const resamplingDefaults = { replicates: 2_000, seed: 0 } as const satisfies ResamplingOptions;
