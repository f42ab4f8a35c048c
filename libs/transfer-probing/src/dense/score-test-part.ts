import { setImmediate } from 'node:timers/promises';
import { sampleWeights } from '@intermodel/numerics';
import { InputError } from '@intermodel/streams';
import { resamplingDefaults, type ProbeOutcome } from '../probe-outcome.ts';
import type { DenseOptions } from './dense-options.ts';

/** What a head gives of the test part. */
export interface TestPart {
  /** Test images. */
  readonly images: number;
  /** What is measured, in the order of the scores. */
  readonly metrics: readonly Pick<ProbeOutcome, 'metric' | 'higherIsBetter'>[];
  /** Scores over the images as often as the weights say; without weights, over each once. */
  readonly scores: (weights?: ArrayLike<number>) => readonly number[];
  /** What the validation part chose. */
  readonly chosen: string;
  /** What the test part lacks where a score is undefined, and what was expected instead. */
  readonly lacking: { readonly problem: string; readonly expected: string };
}

/** Samples between two looks at whether to go on. */
const pause = 16;

/**
 * Scores of the test part, and over bootstrap samples of its images.
 *
 * @throws InputError `PROBE_NO_TRUTH` where a score is undefined.
 */
export async function scoreTestPart(
  { images, metrics, scores, chosen, lacking }: TestPart,
  {
    replicates = resamplingDefaults.replicates,
    seed = resamplingDefaults.seed,
    signal,
  }: Pick<DenseOptions, 'replicates' | 'seed' | 'signal'>,
): Promise<readonly ProbeOutcome[]> {
  const whole = scores();
  if (whole.some(Number.isNaN)) throw new InputError('PROBE_NO_TRUTH', lacking.problem, { expected: lacking.expected });
  const series = metrics.map(() => new Float64Array(replicates));
  let sample = 0;
  for (const weights of sampleWeights(images, replicates, seed)) {
    if (sample % pause === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    scores(weights).forEach((score, index) => ((series[index] as Float64Array)[sample] = score));
    sample++;
  }
  return metrics.map((metric, index) => ({
    ...metric,
    score: whole[index] as number,
    n: images,
    chosen,
    replicates: series[index],
  }));
}
