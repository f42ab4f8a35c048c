import type { RegionOutline } from '../tables/unit-gallery.ts';
import { pixel } from './ticks.ts';

/** SVG path of a region's rings on an image of a size in pixels; rings of fewer than three points are left out. */
export function regionPath(region: RegionOutline, width: number, height: number): string {
  return region
    .filter((ring) => ring.length >= 6)
    .map((ring) => {
      const points: string[] = [];
      for (let at = 0; at + 1 < ring.length; at += 2)
        points.push(`${pixel((ring[at] as number) * width)} ${pixel((ring[at + 1] as number) * height)}`);
      return `M${points.join('L')}z`;
    })
    .join('');
}
