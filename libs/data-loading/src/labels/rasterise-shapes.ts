import { SeenNumbers } from './seen-numbers.ts';

/** An area of one number: outlines, or runs of pixels. */
export interface LabelShape {
  /** Number in the vocabulary. */
  readonly number: number;
  /** Outlines as x, y, x, y, … in pixels; a pixel belongs to the shape if its centre lies in one of them (even-odd). */
  readonly polygons?: readonly (readonly number[])[];
  /** Lengths of runs of pixels outside and inside in turn, column by column from the top left (COCO). */
  readonly runs?: readonly number[];
}

/**
 * Draws shapes at the given rows and columns of an image of `height` rows, as planes: a shape takes the first plane
 * that is still free at a pixel, and leaves out pixels that already bear its number.
 */
export function rasteriseShapes(
  shapes: readonly LabelShape[],
  height: number,
  rows: Int32Array,
  columns: Int32Array,
): Uint16Array[] {
  const planes: Uint16Array[] = [];
  const inside = new Uint8Array(rows.length * columns.length);
  const seen = new SeenNumbers(inside.length);
  // Planes that are taken at each cell: always the first ones.
  const taken = new Uint32Array(inside.length);
  for (const { number, polygons = [], runs } of shapes) {
    inside.fill(0);
    for (const polygon of polygons) markPolygon(polygon, rows, columns, inside);
    if (runs !== undefined) markRuns(runs, height, rows, columns, inside);
    for (let cell = 0; cell < inside.length; cell++) {
      if (inside[cell] !== 1 || !seen.add(number, cell)) continue;
      const place = taken[cell] as number;
      taken[cell] = place + 1;
      if (place === planes.length) planes.push(new Uint16Array(inside.length));
      (planes[place] as Uint16Array)[cell] = number;
    }
  }
  return planes;
}

function markPolygon(polygon: readonly number[], rows: Int32Array, columns: Int32Array, inside: Uint8Array): void {
  const corners = polygon.length >> 1;
  rows.forEach((row, r) => {
    const y = row + 0.5;
    const crossings: number[] = [];
    for (let corner = 0; corner < corners; corner++) {
      const next = (corner + 1) % corners;
      const x1 = polygon[2 * corner] as number;
      const y1 = polygon[2 * corner + 1] as number;
      const x2 = polygon[2 * next] as number;
      const y2 = polygon[2 * next + 1] as number;
      if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
    }
    if (crossings.length === 0) return;
    crossings.sort((a, b) => a - b);
    let passed = 0;
    columns.forEach((column, c) => {
      while (passed < crossings.length && (crossings[passed] as number) <= column + 0.5) passed++;
      if (passed % 2 === 1) inside[r * columns.length + c] = 1;
    });
  });
}

function markRuns(
  runs: readonly number[],
  height: number,
  rows: Int32Array,
  columns: Int32Array,
  inside: Uint8Array,
): void {
  let run = 0;
  let end = runs[0] ?? 0;
  // Positions rise column by column, as the runs do.
  columns.forEach((column, c) => {
    rows.forEach((row, r) => {
      const position = column * height + row;
      while (position >= end && run < runs.length - 1) end += runs[++run] as number;
      if (position < end && run % 2 === 1) inside[r * columns.length + c] = 1;
    });
  });
}
