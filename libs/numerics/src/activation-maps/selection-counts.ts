import type { SelectionState } from './selection-state.ts';

/** Filled bins of each unit, as in a state. */
export type Counts = Pick<SelectionState, 'filled' | 'bins' | 'counts'>;

/** What had been counted when the last shard was taken. */
export type TakenCounts = Counts & { readonly images: number };

/** Counts of no image. */
export function noCounts(units: number): TakenCounts {
  return { images: 0, filled: new Uint32Array(units), bins: new Uint16Array(), counts: new Uint32Array() };
}

/** Collects filled bins, unit by unit, bins ascending within each. */
export class CountsCollector {
  readonly #filled: Uint32Array;
  #bins = new Uint16Array(4096);
  #counts = new Uint32Array(4096);
  #length = 0;

  constructor(units: number) {
    this.#filled = new Uint32Array(units);
  }

  /**
   * Adds those of a unit's bins from `first` to `last` that are not empty; a count beyond 32 bits is held at their end.
   */
  add(unit: number, histogram: Uint32Array | Float64Array, first: number, last: number): void {
    if (this.#length + last - first >= this.#bins.length) this.#grow(this.#length + last - first + 1);
    const bins = this.#bins;
    const counts = this.#counts;
    const before = this.#length;
    let length = before;
    for (let bin = first; bin <= last; bin++) {
      const count = histogram[bin] as number;
      if (count === 0) continue;
      bins[length] = bin;
      counts[length++] = Math.min(count, 0xffffffff);
    }
    this.#length = length;
    this.#filled[unit] = length - before;
  }

  /** All that was added. */
  finish(): Counts {
    return {
      filled: this.#filled,
      bins: this.#bins.slice(0, this.#length),
      counts: this.#counts.slice(0, this.#length),
    };
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, 2 * this.#bins.length);
    const [bins, counts] = [new Uint16Array(capacity), new Uint32Array(capacity)];
    bins.set(this.#bins);
    counts.set(this.#counts);
    [this.#bins, this.#counts] = [bins, counts];
  }
}

/** Counts that came since `before`; bins that have fallen under a bound in between are not among those of `now`. */
export function subtractCounts(now: Counts, before: Counts): Counts {
  const filled = new Uint32Array(now.filled.length);
  const bins = new Uint16Array(now.bins.length);
  const counts = new Uint32Array(now.bins.length);
  let entry = 0;
  let old = 0;
  let left = 0;
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
