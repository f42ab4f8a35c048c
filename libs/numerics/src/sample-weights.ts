import { createRandom } from './random.ts';

/**
 * Draws bootstrap samples of `n` things: gives for each sample how often it has each of them. Samples depend on `n`, the
 * seed and their number alone, so that two models that are scored on the same things are compared on the same samples.
 *
 * @param n things, at least 1
 * @param samples samples, at least 1
 * @param seed what the draws depend on
 * @returns counts of one sample after the other, `n` each, in an array that may be used again for the next
 */
export function* sampleWeights(n: number, samples: number, seed: number): Generator<Uint16Array> {
  if (n * samples > mostKept) {
    yield* drawWeights(n, samples, seed);
    return;
  }
  if (last?.n !== n || last.samples !== samples || last.seed !== seed) {
    const all = new Uint16Array(n * samples);
    let sample = 0;
    for (const weights of drawWeights(n, samples, seed)) all.set(weights, n * sample++);
    last = { n, samples, seed, all };
  }
  const { all } = last;
  for (let sample = 0; sample < samples; sample++) yield all.slice(n * sample, n * (sample + 1));
}

/** Counts that are kept for the next scores of the same things, most of which have many: 32 MiB. */
const mostKept = 2 ** 24;
let last:
  { readonly n: number; readonly samples: number; readonly seed: number; readonly all: Uint16Array } | undefined;

function* drawWeights(n: number, samples: number, seed: number): Generator<Uint16Array> {
  const random = createRandom(seed, n);
  const weights = new Uint16Array(n);
  for (let sample = 0; sample < samples; sample++) {
    weights.fill(0);
    for (let draw = 0; draw < n; draw++) {
      const drawn = random.below(n);
      weights[drawn] = (weights[drawn] as number) + 1;
    }
    yield weights;
  }
}
