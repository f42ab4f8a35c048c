import type { ShortSurface } from './page-data.ts';

/** Digits of base 36 of a cell. */
const digits = 2;

/** Largest number that they hold. */
const levels = 36 ** digits - 1;

/** A cell of a surface's grid. */
export interface SurfaceCell {
  /** Place on component 1. */
  readonly pc1: number;
  /** Place on component 2. */
  readonly pc2: number;
  /** Predicted score. */
  readonly score: number;
}

/** Scores as short text: of each cell how far it is from the lowest to the highest score, `..` where there is none. */
export function cellText(scores: Iterable<number>, [low, high]: readonly [number, number]): string {
  return Array.from(scores, (score) =>
    Number.isFinite(score)
      ? Math.round(high > low ? ((score - low) / (high - low)) * levels : 0)
          .toString(36)
          .padStart(digits, '0')
      : '.'.repeat(digits),
  ).join('');
}

/** Cells of a surface's grid, row by row from the lowest component 2 up; a score that is not there is NaN. */
export function surfaceCells({ x, y, width, cells, range: [low, high] }: ShortSurface): readonly SurfaceCell[] {
  const rows = cells.length / digits / width;
  const place = ([from, to]: readonly [number, number], at: number, count: number): number =>
    count > 1 ? from + ((to - from) * at) / (count - 1) : from;
  return Array.from({ length: width * rows }, (_, index) => ({
    pc1: place(x, index % width, width),
    pc2: place(y, Math.floor(index / width), rows),
    score: low + ((high - low) * Number.parseInt(cells.slice(index * digits, (index + 1) * digits), 36)) / levels,
  }));
}
