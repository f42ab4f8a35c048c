import type { Shape } from './canvas.ts';

/** A rectangle by its edges. */
export function rectangle(left: number, top: number, right: number, bottom: number): Shape {
  return {
    bounds: [left, top, right, bottom],
    covers: (x, y) => x >= left && x < right && y >= top && y < bottom,
  };
}

/** An ellipse by its centre and half its axes. */
export function ellipse(centreX: number, centreY: number, radiusX: number, radiusY: number): Shape {
  return {
    bounds: [centreX - radiusX, centreY - radiusY, centreX + radiusX, centreY + radiusY],
    covers: (x, y) => ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1,
  };
}

/** A convex polygon by its corners, in either direction of turning. */
export function polygon(...corners: readonly (readonly [x: number, y: number])[]): Shape {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const edges = corners.map(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length] as readonly [number, number];
    return { x, y, alongX: nextX - x, alongY: nextY - y };
  });
  const turning = edges.reduce((sum, { x, y, alongX, alongY }) => sum + x * alongY - y * alongX, 0) < 0 ? -1 : 1;
  return {
    bounds: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    covers: (px, py) =>
      edges.every(({ x, y, alongX, alongY }) => turning * (alongX * (py - y) - alongY * (px - x)) >= 0),
  };
}
