import { pixel } from './ticks.ts';

type Place = readonly [x: number, y: number];

/** Convex hull of places in pixels as an SVG path (Andrew's monotone chain); '' for fewer than two. */
export function hullPath(places: readonly Place[]): string {
  const sorted = [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (sorted.length < 2) return '';
  const chain = (all: readonly Place[]): Place[] => {
    const kept: Place[] = [];
    for (const place of all) {
      while (kept.length > 1 && turn(kept[kept.length - 2] as Place, kept[kept.length - 1] as Place, place) <= 0)
        kept.pop();
      kept.push(place);
    }
    return kept.slice(0, -1);
  };
  const ring = [...chain(sorted), ...chain([...sorted].reverse())];
  return `M${ring.map(([x, y]) => `${pixel(x)} ${pixel(y)}`).join('L')}Z`;
}

function turn(a: Place, b: Place, c: Place): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
