import { contours } from 'd3-contour';
import { pixel } from './ticks.ts';

/** A grid of values, row by row from the top, and the size in pixels that it is drawn in. */
export interface ContourGrid {
  /** Values; NaN where there is none. */
  readonly values: readonly number[];
  /** Columns of the grid, at least 2. */
  readonly columns: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/**
 * Outlines of where a grid reaches each level, as SVG paths with rounded corners; those of higher levels lie upon those
 * of lower ones. Marching squares with linear interpolation.
 */
export function contourBands(
  { values, columns, width, height }: ContourGrid,
  levels: readonly number[],
): readonly string[] {
  const rows = Math.round(values.length / columns);
  const at = contours().size([columns, rows]).smooth(true);
  const draw = (ring: readonly (readonly number[])[]): string => {
    const places = ring.slice(0, -1).map(([x = 0, y = 0]): Place => [x, y]);
    return roundedRing(withCorners(places, [columns, rows]), [columns, rows], [width / columns, height / rows]);
  };
  return levels.map((level) =>
    at
      .contour(values as number[], level)
      .coordinates.flatMap((polygon) => polygon.map(draw))
      .join(''),
  );
}

type Place = readonly [number, number];

/** A ring with the corners of the grid, which marching squares cut off. */
function withCorners(ring: readonly Place[], [columns, rows]: Place): readonly Place[] {
  const upright = ([x]: Place): boolean => x <= 0 || x >= columns;
  const level = ([, y]: Place): boolean => y <= 0 || y >= rows;
  return ring.flatMap((place, index): readonly Place[] => {
    const next = ring[(index + 1) % ring.length] as Place;
    if (Math.hypot(next[0] - place[0], next[1] - place[1]) > 1) return [place];
    if (upright(place) && level(next)) return [place, [place[0], next[1]]];
    return level(place) && upright(next) ? [place, [next[0], place[1]]] : [place];
  });
}

/** A ring through the middles of its sides, rounded at its corners but for those on the edge of the grid. */
function roundedRing(ring: readonly Place[], [columns, rows]: Place, [across, down]: Place): string {
  const said = ([x, y]: Place): string => `${pixel(x * across)} ${pixel(y * down)}`;
  const onEdge = ([x, y]: Place): boolean => x <= 0 || y <= 0 || x >= columns || y >= rows;
  const middle = (a: Place, b: Place): Place => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const first = ring[0] as Place;
  const steps = ring.map((place, index) => {
    const next = ring[(index + 1) % ring.length] as Place;
    return onEdge(place)
      ? `L${said(place)}L${said(middle(place, next))}`
      : `Q${said(place)} ${said(middle(place, next))}`;
  });
  return `M${said(middle(ring[ring.length - 1] as Place, first))}${steps.join('')}Z`;
}
