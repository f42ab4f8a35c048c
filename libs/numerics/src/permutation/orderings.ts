import { createRandom } from '../random.ts';

/** Orderings that share one stream of random numbers; any range starts at a multiple of it. */
const STREAM_ORDERINGS = 1024;

/** Which orderings of the rows a test goes through: all of them, or a seeded sample. */
export interface OrderingPlan {
  /** Rows that are put into order, at most 65,535. */
  readonly rows: number;
  /** Orderings in all: rows! when `exhaustive`, otherwise the size of the sample. */
  readonly count: number;
  /** Whether every ordering occurs exactly once. */
  readonly exhaustive: boolean;
  /** Seed of the sample. */
  readonly seed: number;
}

/**
 * Writes the orderings with numbers `start` to `end` - 1, one after the other, `rows` entries each.
 *
 * Ordering number i is the same whatever range it is asked for in: a sample has one random stream per 1,024 orderings,
 * and all orderings come in lexicographic order.
 */
export function fillOrderings(
  { rows, exhaustive, seed }: OrderingPlan,
  start: number,
  end: number,
  target: Uint16Array,
): void {
  if (exhaustive) {
    const order = orderingAt(rows, start);
    for (let ordering = start; ordering < end; ordering++) {
      target.set(order, (ordering - start) * rows);
      nextArrangement(order);
    }
    return;
  }
  const order = new Uint16Array(rows);
  for (let first = start - (start % STREAM_ORDERINGS); first < end; first += STREAM_ORDERINGS) {
    const random = createRandom(seed, first / STREAM_ORDERINGS);
    const last = Math.min(first + STREAM_ORDERINGS, end);
    for (let ordering = first; ordering < last; ordering++) {
      for (let row = 0; row < rows; row++) order[row] = row;
      random.shuffle(order);
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

function orderingAt(rows: number, rank: number): Uint16Array {
  const left = Array.from({ length: rows }, (_, row) => row);
  let remaining = rank;
  return Uint16Array.from({ length: rows }, (_, place) => {
    const step = factorial(rows - 1 - place);
    const [row = 0] = left.splice(Math.floor(remaining / step), 1);
    remaining %= step;
    return row;
  });
}
