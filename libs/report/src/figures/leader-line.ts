import { markup, type Markup } from '../page/markup.ts';
import { colour } from '../page/palette.ts';
import { pixel } from './ticks.ts';

/** Line from a mark to a label that stands off, or nothing where the label stands beside its mark. */
export function leaderLine(x: number, y: number, end: readonly [number, number] | undefined): Markup | false {
  return (
    end !== undefined &&
    markup`<line x1="${pixel(x)}" y1="${pixel(y)}" x2="${pixel(end[0])}" y2="${pixel(end[1])}" stroke="${colour('quiet')}" stroke-width="0.75"/>`
  );
}
