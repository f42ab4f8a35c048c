/**
 * False-discovery rates by Benjamini and Hochberg (1995): q of the i-th smallest of m p values is the least of
 * p(j) m / j over j >= i, at most 1. NaN (an undefined p) stays NaN and does not count among the m.
 *
 * @param p p values, 0..1 or NaN, in any order
 * @returns q values in the same order
 */
export function benjaminiHochberg(p: ArrayLike<number>): Float64Array {
  const order = Array.from(p, (_, index) => index).filter((index) => !Number.isNaN(p[index]));
  order.sort((a, b) => (p[a] as number) - (p[b] as number) || a - b);
  const q = new Float64Array(p.length).fill(Number.NaN);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] as number;
    least = Math.min(least, ((p[index] as number) * order.length) / rank);
    q[index] = least;
  }
  return q;
}
