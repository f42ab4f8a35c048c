import type { SelectionState } from './selection-state.ts';

/** Filled bins of each unit, as in a state. */
export type Counts = Pick<SelectionState, 'filled' | 'bins' | 'counts'>;

/** What had been counted when the last shard was taken. */
export type TakenCounts = Counts & { readonly images: number };

/** Counts of no image. */
export function noCounts(units: number): TakenCounts {
  return { images: 0, filled: new Uint32Array(units), bins: new Uint16Array(), counts: new Uint32Array() };
}

/** Counts that came since `before`; bins that have fallen under a bound in between are not among those of `now`. */
export function subtractCounts(now: Counts, before: Counts): Counts {
  const filled = new Uint32Array(now.filled.length);
  const [bins, counts] = [new Uint16Array(now.bins.length), new Uint32Array(now.bins.length)];
  let [entry, old, left] = [0, 0, 0];
  for (let unit = 0; unit < filled.length; unit++) {
    const start = left;
    const oldEnd = old + (before.filled[unit] as number);
    for (const end = entry + (now.filled[unit] as number); entry < end; entry++) {
      const bin = now.bins[entry] as number;
      while (old < oldEnd && (before.bins[old] as number) < bin) old++;
      const earlier = old < oldEnd && before.bins[old] === bin ? (before.counts[old] as number) : 0;
      const count = (now.counts[entry] as number) - earlier;
      if (count === 0) continue;
      bins[left] = bin;
      counts[left++] = count;
    }
    filled[unit] = left - start;
    old = oldEnd;
  }
  return { filled, bins: bins.slice(0, left), counts: counts.slice(0, left) };
}
