import type { HeadValues } from './head-values.ts';
import { sourcePositions, type Positions } from './source-positions.ts';

/**
 * The class + 1 of the largest value of each pixel, the first of equal ones, upsampled as `decideClasses` does it: the
 * same numbers, found faster. Between four neighbouring values a class cannot win whose largest value lies below the
 * smallest of another one, which leaves few of many classes to be interpolated.
 */
export function largestClasses(
  values: HeadValues,
  { height, width }: { readonly height: number; readonly width: number },
): Uint16Array {
  const plane = new Uint16Array(height * width);
  const rows = sourcePositions(height, values.height);
  const columns = sourcePositions(width, values.width);
  const found = {
    bounds: new Float64Array(values.width),
    counts: new Int32Array(values.width),
    classes: new Int32Array(values.width * values.classes),
  };
  const spans = spansOf(columns.first);
  for (const span of spansOf(rows.first)) {
    const cells = cellRow(values, span.first, rows.second[span.start] as number);
    findCandidates(values, cells, found);
    for (const across of spans) fillCell(plane, width, values, cells, { found, rows, columns, down: span, across });
  }
  return plane;
}

/** Pixels of an axis that lie after the same value, up to the next one. */
interface Span {
  readonly first: number;
  readonly start: number;
  readonly end: number;
}

function spansOf(first: Int32Array): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < first.length;) {
    let end = start + 1;
    while (end < first.length && first[end] === first[start]) end++;
    spans.push({ first: first[start] as number, start, end });
    start = end;
  }
  return spans;
}

/** Where the values of two neighbouring rows lie. */
interface CellRow {
  readonly upper: number;
  readonly lower: number;
  /** From one column to the next. */
  readonly step: number;
  /** From one class to the next. */
  readonly plane: number;
}

function cellRow({ width, height, classes, channelsLast }: HeadValues, first: number, second: number): CellRow {
  const row = channelsLast ? width * classes : width;
  return {
    upper: first * row,
    lower: second * row,
    step: channelsLast ? classes : 1,
    plane: channelsLast ? 1 : height * width,
  };
}

interface Candidates {
  /** For each cell of the row the largest of the smallest values of the classes. */
  readonly bounds: Float64Array;
  /** Number of classes that can win in each cell. */
  readonly counts: Int32Array;
  /** These classes, with places for all of them in each cell. */
  readonly classes: Int32Array;
}

/**
 * Some units in the last place of a float32: rounding can lift an interpolated value a little above those that it lies
 * between.
 */
const roundingMargin = 1e-6;

function findCandidates(
  { data, width, classes }: HeadValues,
  { upper, lower, step, plane }: CellRow,
  found: Candidates,
): void {
  const { bounds, counts } = found;
  bounds.fill(-Infinity);
  counts.fill(0);
  for (let index = 0; index < classes; index++) {
    for (
      let cell = 0, above = index * plane + upper, below = index * plane + lower;
      cell < width;
      cell++, above += step, below += step
    ) {
      const next = cell + 1 < width ? step : 0;
      const a = data[above] as number;
      const b = data[above + next] as number;
      const c = data[below] as number;
      const d = data[below + next] as number;
      const lowest = Math.min(a, b, c, d);
      // What is interpolated with an infinite value can be no number, and then loses to all others.
      if (lowest > (bounds[cell] as number) && a + b + c + d < Infinity) bounds[cell] = lowest;
    }
  }
  for (let index = 0; index < classes; index++) {
    for (
      let cell = 0, above = index * plane + upper, below = index * plane + lower;
      cell < width;
      cell++, above += step, below += step
    ) {
      const next = cell + 1 < width ? step : 0;
      const highest = Math.max(
        data[above] as number,
        data[above + next] as number,
        data[below] as number,
        data[below + next] as number,
      );
      const bound = bounds[cell] as number;
      // A bound of minus infinity excludes nothing: the margin then is no number.
      if (highest < bound - roundingMargin * (Math.abs(highest) + Math.abs(bound))) continue;
      found.classes[cell * classes + (counts[cell] as number)] = index;
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
}

interface CellPlace {
  readonly found: Candidates;
  readonly rows: Positions;
  readonly columns: Positions;
  readonly down: Span;
  readonly across: Span;
}

/** Decides the pixels between four neighbouring values. */
function fillCell(
  plane: Uint16Array,
  width: number,
  { data, classes }: HeadValues,
  { upper, lower, step, plane: size }: CellRow,
  { found, rows, columns, down, across }: CellPlace,
): void {
  const cell = across.first;
  const next = ((columns.second[across.start] as number) - cell) * step;
  const count = found.counts[cell] as number;
  const largest = new Float64Array((down.end - down.start) * (across.end - across.start)).fill(-Infinity);
  for (let place = 0; place < count; place++) {
    const index = found.classes[cell * classes + place] as number;
    const above = index * size + upper + cell * step;
    const below = index * size + lower + cell * step;
    const a = data[above] as number;
    const b = data[above + next] as number;
    const c = data[below] as number;
    const d = data[below + next] as number;
    for (let y = down.start, seen = 0; y < down.end; y++) {
      const weight = rows.weight[y] as number;
      // Rounded where decideClasses keeps float32 numbers.
      const left = Math.fround(a + weight * (c - a));
      const right = Math.fround(b + weight * (d - b));
      for (let x = across.start; x < across.end; x++, seen++) {
        const value = Math.fround(left + (columns.weight[x] as number) * (right - left));
        if (!(value > (largest[seen] as number))) continue;
        largest[seen] = value;
        plane[y * width + x] = index + 1;
      }
    }
  }
}
