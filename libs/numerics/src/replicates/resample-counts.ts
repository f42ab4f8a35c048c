import type { Random } from '../random.ts';

/** Things in groups, and what is drawn of them. */
export interface ResampleCountsOptions {
  /** Things of each group. */
  readonly counts: ArrayLike<number>;
  /** Things of none of these groups. */
  readonly rest: number;
  /** Source of the draws. */
  readonly random: Random;
  /** Takes how many of each group were drawn, as long as `counts`. */
  readonly into: Int32Array;
}

/**
 * Draws as many things as there are, with replacement, and counts them by group: a multinomial sample over the groups
 * and the rest, which is what drawing one thing after the other gives, at the cost of one binomial draw a group.
 *
 * @example
 * resampleCounts({ counts: [3, 0, 5], rest: 2040, random: createRandom(1), into: new Int32Array(3) });
 */
export function resampleCounts({ counts, rest, random, into }: ResampleCountsOptions): void {
  let things = rest;
  for (let group = 0; group < counts.length; group++) things += counts[group] as number;
  let left = things;
  for (let group = 0; group < counts.length; group++) {
    const count = counts[group] as number;
    const drawn = count === 0 || left === 0 ? 0 : count >= things ? left : drawBinomial(left, count / things, random);
    into[group] = drawn;
    left -= drawn;
    things -= count;
  }
}

/**
 * Mean of the parts that a draw is made of: as the sum of independent draws of the same probability is binomial too,
 * many things are drawn in parts, none of which has an underflowing probability of 0.
 */
const partMean = 20;

/**
 * Draws how many of `things` independent trials succeed, by inversion (Kachitvichyanukul, Schmeiser 1988, algorithm
 * BINV).
 *
 * @param things trials, at least 0
 * @param probability of each, 0..1
 * @param random source of the draw
 */
export function drawBinomial(things: number, probability: number, random: Random): number {
  if (probability > 0.5) return things - drawBinomial(things, 1 - probability, random);
  if (!(probability > 0)) return 0;
  const part = Math.max(1, Math.floor(partMean / probability));
  let drawn = 0;
  for (let left = things; left > 0; left -= part) drawn += invertBinomial(Math.min(left, part), probability, random);
  return drawn;
}

function invertBinomial(things: number, probability: number, random: Random): number {
  const odds = probability / (1 - probability);
  const none = Math.exp(things * Math.log1p(-probability));
  for (;;) {
    let [left, mass] = [random.uniform(), none];
    for (let drawn = 0; drawn <= things; drawn++) {
      if (left < mass) return drawn;
      left -= mass;
      mass *= (odds * (things - drawn)) / (drawn + 1);
    }
    // What is left after all outcomes is rounding: it is drawn again.
  }
}
