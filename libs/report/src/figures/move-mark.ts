import { markup, type Markup } from '../page/markup.ts';
import { colour } from '../page/palette.ts';
import { pixel } from './ticks.ts';

/** Length of an arrow's head, in pixels. */
const headLength = 6;

/** Arrow from where a point stood to where it stands; one that is too short for a head is a line. */
export function arrow([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], gap = 0): Markup {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length > 1)) return markup``;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const reach = Math.max(0, length - gap);
  const tip = [x1 + dx * reach, y1 + dy * reach] as const;
  const back = [tip[0] - dx * headLength, tip[1] - dy * headLength] as const;
  const head =
    reach > headLength
      ? ` M${pixel(back[0] - dy * 3)} ${pixel(back[1] + dx * 3)}L${pixel(tip[0])} ${pixel(tip[1])}L${pixel(back[0] + dy * 3)} ${pixel(back[1] - dx * 3)}`
      : '';
  return markup`<path class="move" d="M${pixel(x1)} ${pixel(y1)}L${pixel(tip[0])} ${pixel(tip[1])}${head}" stroke="${colour('quiet')}" stroke-width="1.25" stroke-linecap="round" stroke-linejoin="round" fill="none"/>`;
}

/** Ring around a point that is new. */
export function newRing(x: number, y: number, radius: number): Markup {
  return markup`<circle class="new" cx="${pixel(x)}" cy="${pixel(y)}" r="${radius}" fill="none" stroke="${colour('ink')}" stroke-width="1.5"/>`;
}
