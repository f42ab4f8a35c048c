import { comfortableValues } from './comfortable-values.ts';

/** Points with known values, from which others are predicted. */
export interface KnownPoints {
  /** Coordinates, points x dimensions, row by row. */
  readonly points: Float64Array;
  /** Value of each point. */
  readonly values: Float64Array;
  /** Coordinates of a point. */
  readonly dimensions: number;
  /** Nearest points that a prediction is made from, at least 1 and at most all. */
  readonly neighbours: number;
}

/** Errors of predicting every point from the others. */
export interface LeaveOneOutErrors {
  /** Root mean squared error of the nearest-neighbour prediction. */
  readonly error: number;
  /** Root mean squared error of predicting the mean of the other points. */
  readonly meanError: number;
}

/**
 * Predicts values by k nearest neighbours with inverse-distance weights: the sum of w v over the k nearest by Euclidean
 * distance divided by the sum of w, w = 1 / distance. Where points coincide with the place, their mean is the
 * prediction. Equal distances: the point that comes first is the nearer.
 * The places to predict, `at`, are places x dimensions, row by row.
 */
export function regressNearest({
  points,
  values: given,
  dimensions,
  neighbours,
  at,
}: KnownPoints & { readonly at: Float64Array }): Float64Array {
  checkNeighbours(given.length, neighbours);
  const { values, unit } = comfortableValues(given);
  return Float64Array.from(
    { length: at.length / dimensions },
    (_, place) => predict({ points, values, dimensions, neighbours }, at, place, -1) * unit,
  );
}

/**
 * Predicts every point from the others, beside predicting the mean of the others; needs more points than neighbours.
 */
export function leaveOneOutErrors(known: KnownPoints): LeaveOneOutErrors {
  const { points, neighbours } = known;
  const { values, unit } = comfortableValues(known.values);
  const count = values.length;
  checkNeighbours(count - 1, neighbours);
  const total = values.reduce((sum, value) => sum + value, 0);
  let [squares, meanSquares] = [0, 0];
  for (let left = 0; left < count; left++) {
    const value = values[left] as number;
    squares += (predict({ ...known, values }, points, left, left) - value) ** 2;
    meanSquares += ((total - value) / (count - 1) - value) ** 2;
  }
  return { error: Math.sqrt(squares / count) * unit, meanError: Math.sqrt(meanSquares / count) * unit };
}

/** Share of the points' extent that a grid goes beyond them on each side. */
export const gridMargin = 0.1;

/**
 * Lays a regular grid of `size` x `size` places over points in the plane, a margin of {@link gridMargin} around them;
 * the
 * second coordinate changes first.
 *
 * @param points points x 2, row by row, at least one
 * @param size places along each side, at least 2
 */
export function gridOver(points: Float64Array, size: number): Float64Array {
  const axis = (dimension: number) => {
    const coordinates = points.filter((_, index) => index % 2 === dimension);
    const [low, high] = [Math.min(...coordinates), Math.max(...coordinates)];
    const margin = (high - low || 1) * gridMargin;
    return Float64Array.from(
      { length: size },
      (_, step) => low - margin + ((high - low + 2 * margin) * step) / (size - 1),
    );
  };
  const [first, second] = [axis(0), axis(1)];
  const grid = new Float64Array(2 * size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      grid.set([first[row] as number, second[column] as number], 2 * (row * size + column));
  return grid;
}

function predict(
  { points, values, dimensions, neighbours }: KnownPoints,
  at: Float64Array,
  place: number,
  leftOut: number,
): number {
  const distances = Array.from(values, (_, point) => {
    let square = 0;
    for (let dimension = 0; dimension < dimensions; dimension++)
      square +=
        ((points[point * dimensions + dimension] as number) - (at[place * dimensions + dimension] as number)) ** 2;
    return { point, distance: Math.sqrt(square) };
  }).filter(({ point }) => point !== leftOut);
  const nearest = distances.sort((a, b) => a.distance - b.distance || a.point - b.point).slice(0, neighbours);
  const hits = nearest.filter(({ distance }) => distance === 0);
  const weighed =
    hits.length > 0
      ? hits.map(({ point }) => ({ point, weight: 1 }))
      : nearest.map(({ point, distance }) => ({ point, weight: 1 / distance }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed.reduce((sum, { point, weight }) => sum + weight * (values[point] as number), 0) / total;
}

function checkNeighbours(points: number, neighbours: number): void {
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours > points)
    throw new RangeError(`${String(neighbours)} nearest neighbours cannot be had of ${String(points)} points`);
}
