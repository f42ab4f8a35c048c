import type { PointShape } from '../page/palette.ts';
import { pixel } from './ticks.ts';

/** Corners of each shape at radius 1; areas are about equal, so that no group looks heavier. */
const outlines: Readonly<Record<Exclude<PointShape, 'circle'>, readonly (readonly [number, number])[]>> = {
  triangle: [
    [0, -1.25],
    [1.1, 0.75],
    [-1.1, 0.75],
  ],
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  diamond: [
    [0, -1.3],
    [1.15, 0],
    [0, 1.3],
    [-1.15, 0],
  ],
  plus: [
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ],
  wedge: [
    [0, 1.25],
    [1.1, -0.75],
    [-1.1, -0.75],
  ],
  star: Array.from({ length: 10 }, (_, corner) => polar(corner % 2 === 0 ? 1.4 : 0.65, (corner * Math.PI) / 5)),
  hexagon: Array.from({ length: 6 }, (_, corner) => polar(1.1, (corner * Math.PI) / 3)),
};

/** SVG path of a mark of a shape around a point. */
export function pointPath(shape: PointShape, x: number, y: number, radius: number): string {
  if (shape === 'circle') {
    const r = pixel(radius);
    const d = pixel(radius * 2);
    return `M${pixel(x - radius)} ${pixel(y)}a${r} ${r} 0 1 0 ${d} 0a${r} ${r} 0 1 0 -${d} 0z`;
  }
  return `M${outlines[shape].map(([dx, dy]) => `${pixel(x + dx * radius)} ${pixel(y + dy * radius)}`).join('L')}z`;
}

function polar(radius: number, angle: number): readonly [number, number] {
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}
