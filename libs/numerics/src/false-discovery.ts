/**
 * False-discovery rates by Benjamini and Hochberg (1995): q of the i-th smallest of m p values is the least of
 * p(j) m / j over j >= i, at most 1. NaN (an undefined p) stays NaN and does not count among the m.
 *
 * @param p p values, 0..1 or NaN, in any order
 * @returns q values in the same order
 */
export function benjaminiHochberg(p: ArrayLike<number>): Float64Array {
  return stepUp(p, () => 1);
}

/**
 * False-discovery rates by Benjamini and Yekutieli (2001), which hold whatever the dependence between the tests: those
 * of Benjamini and Hochberg times 1 + 1/2 + … + 1/m, at most 1. NaN stays NaN and does not count among the m.
 *
 * @param p p values, 0..1 or NaN, in any order
 * @returns q values in the same order
 */
export function benjaminiYekutieli(p: ArrayLike<number>): Float64Array {
  return stepUp(p, harmonicNumber);
}

/** 1 + 1/2 + … + 1/count: by so much Benjamini and Yekutieli's correction of `count` tests is stricter. */
export function harmonicNumber(count: number): number {
  let sum = 0;
  for (let term = 1; term <= count; term++) sum += 1 / term;
  return sum;
}

function stepUp(p: ArrayLike<number>, factorOf: (tests: number) => number): Float64Array {
  const order = Array.from(p, (_, index) => index).filter((index) => !Number.isNaN(p[index]));
  order.sort((a, b) => (p[a] as number) - (p[b] as number) || a - b);
  const q = new Float64Array(p.length).fill(Number.NaN);
  const factor = factorOf(order.length);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] as number;
    least = Math.min(least, ((p[index] as number) * factor * order.length) / rank);
    q[index] = least;
  }
  return q;
}
