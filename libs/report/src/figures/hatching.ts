import { markup, type Markup } from '../page/markup.ts';
import { colour } from '../page/palette.ts';

/** Hatches a box: left, top, right and bottom edge in pixels; `id` is the name of the pattern within the page. */
export function hatching(id: string, [left, top, right, bottom]: readonly [number, number, number, number]): Markup {
  return markup`<defs><pattern id="${id}" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V9" stroke="${colour('line')}" stroke-width="1.6"/></pattern></defs><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="url(#${id})"/>`;
}
