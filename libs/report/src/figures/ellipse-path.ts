import { pixel, scaled, type LinearScale } from './ticks.ts';

/** An ellipse around a point: all (x, y) with (x, y) M^-1 (x, y)' = 1, by the entries of the symmetric M. */
export type EllipseShape = readonly [xx: number, xy: number, yy: number];

/** Corners of the path: the ellipse differs from it by less than a pixel. */
const corners = 48;

/** How far an ellipse reaches from its centre along both axes. */
export function ellipseReach([xx, , yy]: EllipseShape): readonly [x: number, y: number] {
  return [Math.sqrt(xx), Math.sqrt(yy)];
}

/** SVG path of an ellipse around a point, in the scales of a figure: the unit circle, turned by the root of M. */
export function ellipsePath(
  [x, y]: readonly [number, number],
  [xx, xy, yy]: EllipseShape,
  xScale: LinearScale,
  yScale: LinearScale,
): string {
  const across = Math.sqrt(xx);
  const slope = across === 0 ? 0 : xy / across;
  const up = Math.sqrt(Math.max(0, yy - slope ** 2));
  const points = Array.from({ length: corners }, (_, corner) => {
    const [cosine, sine] = [Math.cos((2 * Math.PI * corner) / corners), Math.sin((2 * Math.PI * corner) / corners)];
    return `${pixel(scaled(xScale, x + across * cosine))} ${pixel(scaled(yScale, y + slope * cosine + up * sine))}`;
  });
  return `M${points.join('L')}z`;
}
