import { comfortableValues } from './comfortable-values.ts';
import { isConstant, pearson } from './correlation.ts';

/** Rows that must be left for a correlation to say anything: of two it is always 1 or -1. */
const fewestLeft = 3;

/** Part of a sum of squares under which the difference of two sums has too few digits. */
const leastPart = 1e-4;

/** What becomes of a correlation when one group of its rows after the other is left out. */
export interface LeaveOutRange {
  /** Least correlation. */
  readonly low: number;
  /** Largest correlation. */
  readonly high: number;
  /** Number of the group without which the correlation goes furthest towards, or beyond, 0; NaN where none does. */
  readonly weakest: number;
}

/**
 * Range of Pearson's correlation over all ways to leave out one group of rows. With a group for each row it is the
 * leave-one-out range.
 *
 * The range is undefined (NaN) where the correlation of all rows is, and where leaving out some group leaves fewer than
 * 3 rows or a constant: nothing is known of such a correlation then, so that none can be said to hold.
 *
 * @param first one value a row, finite
 * @param second the same
 * @param groups number of each row's group, from 0 on
 */
export function leaveOutRange(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  groups: ArrayLike<number>,
): LeaveOutRange {
  const undefinedRange = { low: NaN, high: NaN, weakest: NaN };
  if (isConstant(first) || isConstant(second)) return undefinedRange;
  const [x, y] = [centred(first), centred(second)];
  const count = Array.from(groups).reduce((most, group) => Math.max(most, group + 1), 0);
  const sums = Array.from({ length: count }, (): Sums => ({ rows: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 }));
  const all: Sums = { rows: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
  for (let row = 0; row < x.length; row++) {
    add(all, x[row] as number, y[row] as number);
    add(sums[groups[row] as number] as Sums, x[row] as number, y[row] as number);
  }
  const sign = Math.sign(all.xy);
  let [low, high, weakest, least] = [Infinity, -Infinity, NaN, Infinity];
  for (const [group, part] of sums.entries()) {
    if (part.rows === 0) continue;
    if (all.rows - part.rows < fewestLeft) return undefinedRange;
    const r = withoutPart(all, part) ?? directly(x, y, groups, group);
    if (Number.isNaN(r)) return undefinedRange;
    low = Math.min(low, r);
    high = Math.max(high, r);
    if (r * sign < least) [weakest, least] = [group, r * sign];
  }
  return { low, high, weakest };
}

/** Sums over rows. */
interface Sums {
  rows: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

function add(sums: Sums, x: number, y: number): void {
  sums.rows += 1;
  sums.x += x;
  sums.y += y;
  sums.xx += x * x;
  sums.yy += y * y;
  sums.xy += x * y;
}

/** Correlation of the rows that are not in the part, from sums; undefined where these have lost their digits. */
function withoutPart(all: Sums, part: Sums): number | undefined {
  const rows = all.rows - part.rows;
  const [sumX, sumY] = [all.x - part.x, all.y - part.y];
  const xx = all.xx - part.xx - (sumX * sumX) / rows;
  const yy = all.yy - part.yy - (sumY * sumY) / rows;
  if (!(xx > leastPart * all.xx) || !(yy > leastPart * all.yy)) return undefined;
  const xy = all.xy - part.xy - (sumX * sumY) / rows;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}

function directly(x: Float64Array, y: Float64Array, groups: ArrayLike<number>, left: number): number {
  const stays = (_: number, row: number): boolean => groups[row] !== left;
  return pearson(x.filter(stays), y.filter(stays));
}

function centred(series: ArrayLike<number>): Float64Array {
  const { values } = comfortableValues(series);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
