/** How a table of positions is resampled to another grid. */
export type Resampling = 'bicubic' | 'bicubic-offset' | 'bicubic-antialias';

/** Rows and columns of a grid. */
export interface Grid {
  /** Number of rows. */
  readonly height: number;
  /** Number of columns. */
  readonly width: number;
}

/**
 * Resamples values on a grid, as PyTorch's `interpolate` does it without aligned corners.
 *
 * @param values rows x columns x units
 * @param from grid of the values
 * @param to grid that is wanted
 * @param resampling `bicubic` by the sizes of the grids; `bicubic-offset` with the scale to a grid that is larger by
 *   0.1; `bicubic-antialias` with a kernel that widens with the scale
 * @returns rows x columns x units
 */
export function resampleGrid(values: Float32Array, from: Grid, to: Grid, resampling: Resampling): Float32Array {
  const units = values.length / (from.height * from.width);
  const rows = taps(from.height, to.height, resampling);
  const columns = taps(from.width, to.width, resampling);
  const narrow = new Float64Array(from.height * to.width * units);
  columns.forEach((column, x) => {
    for (let y = 0; y < from.height; y++)
      for (const { index, weight } of column)
        for (let unit = 0; unit < units; unit++)
          (narrow[(y * to.width + x) * units + unit] as number) +=
            weight * (values[(y * from.width + index) * units + unit] as number);
  });
  const resampled = new Float64Array(to.height * to.width * units);
  const line = to.width * units;
  rows.forEach((row, y) => {
    for (const { index, weight } of row)
      for (let place = 0; place < line; place++)
        (resampled[y * line + place] as number) += weight * (narrow[index * line + place] as number);
  });
  return Float32Array.from(resampled);
}

/** A value that goes into another, and its share. */
interface Tap {
  readonly index: number;
  readonly weight: number;
}

function taps(from: number, to: number, resampling: Resampling): Tap[][] {
  const scale = from / (resampling === 'bicubic-offset' ? to + 0.1 : to);
  const centres = Array.from({ length: to }, (_, index) => (index + 0.5) * scale);
  return centres.map((centre) =>
    resampling === 'bicubic-antialias' ? widenedTaps(centre, Math.max(scale, 1), from) : fourTaps(centre - 0.5, from),
  );
}

/** The four values around a place; those beyond the grid are its edge. */
function fourTaps(place: number, count: number): Tap[] {
  const first = Math.floor(place) - 1;
  return [0, 1, 2, 3].map((offset) => ({
    index: Math.min(Math.max(first + offset, 0), count - 1),
    weight: cubic(place - first - offset, -0.75),
  }));
}

/** All values that a kernel of two values on each side, widened, reaches within the grid; the shares sum to 1. */
function widenedTaps(centre: number, width: number, count: number): Tap[] {
  const first = Math.max(Math.trunc(centre - 2 * width + 0.5), 0);
  const end = Math.min(Math.trunc(centre + 2 * width + 0.5), count);
  const reached = Array.from({ length: end - first }, (_, offset) => ({
    index: first + offset,
    weight: cubic((first + offset - centre + 0.5) / width, -0.5),
  }));
  const sum = reached.reduce((total, { weight }) => total + weight, 0);
  return reached.map(({ index, weight }) => ({ index, weight: weight / sum }));
}

/** Keys' kernel of cubic convolution. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
