import { createRandom } from '../random.ts';

/** Orderings that share one stream of random numbers; any range starts at a multiple of it. */
export const wholeStream = 1024;

/** Which orderings of the rows a test goes through: all of them, or a seeded sample. */
export interface OrderingPlan {
  /** Rows that are put into order, at most 65,535. */
  readonly rows: number;
  /** Orderings in all: every one when `exhaustive`, otherwise the size of the sample. */
  readonly count: number;
  /** Whether every ordering occurs exactly once. */
  readonly exhaustive: boolean;
  /** Seed of the sample. */
  readonly seed: number;
  /** Sizes of the families that rows stay within, which stand one after the other. @default one of all rows */
  readonly families?: readonly number[];
}

/** How many orderings there are within families of these sizes. */
export function countOrderings(families: readonly number[]): number {
  return families.reduce((product, size) => product * factorial(size), 1);
}

/**
 * Writes the orderings with numbers `start` to `end` - 1, one after the other, `rows` entries each.
 *
 * Ordering number i is the same whatever range it is asked for in: a sample has one random stream per 1,024 orderings,
 * and all orderings come in lexicographic order.
 */
export function fillOrderings(
  { rows, exhaustive, seed, families = [rows] }: OrderingPlan,
  start: number,
  end: number,
  target: Uint16Array,
): void {
  if (exhaustive) {
    const order = orderingAt(families, start);
    const parts = partsOf(order, families);
    for (let ordering = start; ordering < end; ordering++) {
      target.set(order, (ordering - start) * rows);
      nextOrdering(parts);
    }
    return;
  }
  const order = new Uint16Array(rows);
  const parts = partsOf(order, families);
  for (let first = start - (start % wholeStream); first < end; first += wholeStream) {
    const random = createRandom(seed, first / wholeStream);
    const last = Math.min(first + wholeStream, end);
    for (let ordering = first; ordering < last; ordering++) {
      for (let row = 0; row < rows; row++) order[row] = row;
      for (const part of parts) random.shuffle(part);
      if (ordering >= start) target.set(order, (ordering - start) * rows);
    }
  }
}

/**
 * Puts the items into the next arrangement in lexicographic order, in place; equal items are not told apart. Returns
 * false, and leaves the items as they are, when theirs is the last.
 */
export function nextArrangement(items: Uint16Array): boolean {
  let pivot = items.length - 2;
  while (pivot >= 0 && (items[pivot] as number) >= (items[pivot + 1] as number)) pivot--;
  if (pivot < 0) return false;
  const low = items[pivot] as number;
  let successor = items.length - 1;
  while ((items[successor] as number) <= low) successor--;
  items[pivot] = items[successor] as number;
  items[successor] = low;
  for (let left = pivot + 1, right = items.length - 1; left < right; left++, right--) {
    const held = items[left] as number;
    items[left] = items[right] as number;
    items[right] = held;
  }
  return true;
}

/** Product of 1 to `count`. */
export function factorial(count: number): number {
  let product = 1;
  for (let factor = 2; factor <= count; factor++) product *= factor;
  return product;
}

/** Views of the families of an ordering. */
function partsOf(order: Uint16Array, families: readonly number[]): readonly Uint16Array[] {
  let end = 0;
  return families.map((size) => order.subarray(end, (end += size)));
}

/** Puts the last family into its next order; one that has had its last begins anew, and the one before it goes on. */
function nextOrdering(parts: readonly Uint16Array[]): void {
  for (let part = parts.length - 1; part >= 0 && !nextArrangement(parts[part] as Uint16Array); part--)
    parts[part]?.reverse();
}

/** The ordering of a number: the families' orders are its digits, the last family's the lowest. */
function orderingAt(families: readonly number[], rank: number): Uint16Array {
  const order = new Uint16Array(families.reduce((sum, size) => sum + size, 0));
  let remaining = rank;
  let first = order.length;
  for (const size of families.toReversed()) {
    first -= size;
    const orders = factorial(size);
    order.set(
      orderAt(size, remaining % orders).map((row) => row + first),
      first,
    );
    remaining = Math.floor(remaining / orders);
  }
  return order;
}

function orderAt(rows: number, rank: number): Uint16Array {
  const left = Array.from({ length: rows }, (_, row) => row);
  let remaining = rank;
  return Uint16Array.from({ length: rows }, (_, place) => {
    const step = factorial(rows - 1 - place);
    const [row = 0] = left.splice(Math.floor(remaining / step), 1);
    remaining %= step;
    return row;
  });
}
