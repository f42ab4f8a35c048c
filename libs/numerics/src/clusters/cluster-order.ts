/** Distance between the rows `a` and `b`. */
export type RowDistance = (a: number, b: number) => number;

/**
 * Orders rows so that similar ones stand together: average-linkage clustering by nearest-neighbour chains (quadratic in
 * the rows), its leaves from left to right, the heavier branch of each fork first.
 */
export function clusterOrder(rows: number, distance: RowDistance, weight: (row: number) => number): readonly number[] {
  if (rows === 0) return [];
  const clusters: (Cluster | undefined)[] = Array.from({ length: rows }, (_, row) => ({
    leaves: [row],
    weight: weight(row),
  }));
  const apart = distanceTable(rows, distance);
  const chain: number[] = [];
  for (let left = rows; left > 1;) {
    if (chain.length === 0) chain.push(clusters.findIndex((cluster) => cluster !== undefined));
    const last = chain[chain.length - 1] as number;
    const before = chain[chain.length - 2];
    const next = nearest(clusters, apart, last, before);
    if (next !== before) {
      chain.push(next);
      continue;
    }
    chain.length -= 2;
    merge(clusters, apart, Math.min(last, next), Math.max(last, next));
    left -= 1;
  }
  return clusters.find((cluster) => cluster !== undefined)?.leaves ?? [];
}

interface Cluster {
  readonly leaves: readonly number[];
  readonly weight: number;
}

function distanceTable(rows: number, distance: RowDistance): Float64Array[] {
  const table = Array.from({ length: rows }, () => new Float64Array(rows));
  for (let a = 0; a < rows; a++)
    for (let b = a + 1; b < rows; b++) (table[a] as Float64Array)[b] = (table[b] as Float64Array)[a] = distance(a, b);
  return table;
}

/** Nearest other cluster; the one before it in the chain wins ties, so that the chain ends. */
function nearest(
  clusters: readonly (Cluster | undefined)[],
  apart: readonly Float64Array[],
  from: number,
  before: number | undefined,
): number {
  const distances = apart[from] as Float64Array;
  let best = before ?? -1;
  let least = before === undefined ? Number.POSITIVE_INFINITY : (distances[before] as number);
  for (let other = 0; other < clusters.length; other++) {
    if (other === from || clusters[other] === undefined || (distances[other] as number) >= least) continue;
    [best, least] = [other, distances[other] as number];
  }
  return best < 0 ? clusters.findIndex((cluster, other) => cluster !== undefined && other !== from) : best;
}

function merge(clusters: (Cluster | undefined)[], apart: readonly Float64Array[], into: number, from: number): void {
  const [a, b] = [clusters[into] as Cluster, clusters[from] as Cluster];
  const [m, n] = [a.leaves.length, b.leaves.length];
  for (let other = 0; other < clusters.length; other++) {
    const row = apart[other] as Float64Array;
    const mean = ((row[into] as number) * m + (row[from] as number) * n) / (m + n);
    row[into] = mean;
    (apart[into] as Float64Array)[other] = mean;
  }
  // Weights are means, so that a few strong rows are not outweighed by many weak ones.
  const weight = (a.weight * m + b.weight * n) / (m + n);
  clusters[into] = { leaves: a.weight >= b.weight ? [...a.leaves, ...b.leaves] : [...b.leaves, ...a.leaves], weight };
  clusters[from] = undefined;
}
