import { markup, type Markup, type MarkupValue } from './markup.ts';

/** A figure with its number, its words and the data behind it. */
export interface FigureBlock {
  /** Identifier within the page, also the name of its file when it is saved. */
  readonly id: string;
  /** One line that says what the figure shows. */
  readonly title: string;
  /** How to read it. */
  readonly caption: MarkupValue;
  /** The drawing. */
  readonly drawing: MarkupValue;
  /** Legend above the drawing. */
  readonly legend?: MarkupValue;
  /** Controls above the drawing; they appear with the script only. */
  readonly controls?: MarkupValue;
  /** Table with the numbers. */
  readonly data?: MarkupValue;
  /** Whether the drawing may be scrolled sideways on narrow screens rather than shrunk. @default true */
  readonly scrolls?: boolean;
}

/** Renders a figure under the next number of the page. */
export function figureBlock(number: number, { id, title, caption, drawing, legend, controls, data, scrolls = true }: FigureBlock): Markup {
  const frame = scrolls
    ? markup`<div class="drawing scroll" role="region" aria-label="${title}" tabindex="0">${drawing}</div>`
    : markup`<div class="drawing">${drawing}</div>`;
  return markup`<figure id="${id}" aria-labelledby="${id}-title"><figcaption><h3 id="${id}-title"><span class="figure-number">Figure ${number}</span> ${title}</h3><p>${caption}</p></figcaption>${controls !== undefined && markup`<div class="controls" hidden>${controls}</div>`}${legend}${frame}${data}</figure>`;
}
