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
  const [bins, counts]: [number[], number[]] = [[], []];
  let [entry, old] = [0, 0];
  now.filled.forEach((length, unit) => {
    const oldEnd = old + (before.filled[unit] as number);
    for (const end = entry + length; entry < end; entry++) {
      const bin = now.bins[entry] as number;
      while (old < oldEnd && (before.bins[old] as number) < bin) old++;
      const earlier = old < oldEnd && before.bins[old] === bin ? (before.counts[old] as number) : 0;
      const count = (now.counts[entry] as number) - earlier;
      if (count === 0) continue;
      filled[unit] = (filled[unit] as number) + 1;
      bins.push(bin);
      counts.push(count);
    }
    old = oldEnd;
  });
  return { filled, bins: Uint16Array.from(bins), counts: Uint32Array.from(counts) };
}
