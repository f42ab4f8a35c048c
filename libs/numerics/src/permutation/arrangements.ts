import { nextArrangement } from './orderings.ts';

/** Values of a predictor sorted into those that are equal, for going through their distinct arrangements. */
export interface ArrangedValues {
  /** How many distinct arrangements there are; Infinity where they are more than the limit. */
  readonly count: number;
  /** Sizes of the sets of equal values, the commonest value left out: equal shapes share their arrangements. */
  readonly shape: readonly number[];
  /** The values other than the commonest, in the order of the shape: one slot each. */
  readonly slots: Float64Array;
}

/** Sorts values for their arrangements and counts these, up to `limit`. */
export function arrangeValues(values: Float64Array, limit: number): ArrangedValues {
  const common = commonestValue(values);
  const sizes = new Map<number, number>();
  for (const value of values) if (value !== common) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const sets = [...sizes].sort(([a, sizeOfA], [b, sizeOfB]) => sizeOfB - sizeOfA || a - b);
  const shape = sets.map(([, size]) => size);
  let count = 1;
  let places = values.length;
  for (const size of shape) {
    // Exact as long as it matters: products of consecutive integers, divided as they grow.
    for (let chosen = 1; chosen <= size; chosen++) count = (count * (places - size + chosen)) / chosen;
    places -= size;
    if (count > limit) return { count: Infinity, shape, slots: new Float64Array(0) };
  }
  return {
    count: Math.round(count),
    shape,
    slots: Float64Array.from(sets.flatMap(([value, size]) => Array.from({ length: size }, () => value))),
  };
}

/** Value that occurs most often; among equally common ones the least. */
export function commonestValue(values: Float64Array): number {
  const sorted = values.slice().sort();
  let commonest = NaN;
  let most = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > most) [commonest, most] = [sorted[start] as number, end - start];
    start = end;
  }
  return commonest;
}

/** Goes through the distinct arrangements of one shape over a number of places, in a fixed order. */
export class ArrangementWalk {
  readonly #items: Uint16Array;
  readonly #next: Uint16Array;
  readonly #firstSlots: number[];

  /**
   * @param places rows that the values can go to
   * @param shape sizes of the sets of equal values
   */
  constructor(places: number, shape: readonly number[]) {
    this.#firstSlots = [0];
    const labels: number[] = [];
    shape.forEach((size, index) => {
      this.#firstSlots.push((this.#firstSlots.at(-1) ?? 0) + size);
      for (let copy = 0; copy < size; copy++) labels.push(index + 1);
    });
    this.#items = new Uint16Array(places);
    this.#items.set(labels, places - labels.length);
    this.#next = new Uint16Array(shape.length);
  }

  /** Writes, slot by slot (`stride` entries each), the place of every slot in each of the next `count` arrangements. */
  fill(target: Uint16Array, stride: number, count: number): void {
    const items = this.#items;
    const next = this.#next;
    const firstSlots = this.#firstSlots;
    for (let arrangement = 0; arrangement < count; arrangement++) {
      for (let label = 0; label < next.length; label++) next[label] = firstSlots[label] as number;
      for (let place = 0; place < items.length; place++) {
        const label = items[place] as number;
        if (label === 0) continue;
        const slot = next[label - 1] as number;
        next[label - 1] = slot + 1;
        target[slot * stride + arrangement] = place;
      }
      nextArrangement(items);
    }
  }
}
