import { attribute } from './attribute.ts';
import { legendList, type Legend } from './legend.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { foldedTable, type TableView } from './table-view.ts';

/** A figure with its words and the data behind it. */
export interface FigureBlock {
  /** Identifier within the page, also the name of its file when it is saved. */
  readonly id: string;
  /** One line that says what the figure shows. */
  readonly title: string;
  /** How to read it. */
  readonly caption: MarkupValue;
  /** Draws it as SVG. */
  readonly draw: () => Markup;
  /** What stands in the place of the drawing on the page, where that is not the drawing itself. */
  readonly instead?: MarkupValue;
  /** Signs and their meaning. */
  readonly legend?: Legend | undefined;
  /** Controls above the drawing; they appear with the script only. */
  readonly controls?: MarkupValue;
  /** What stands beside the drawing on wide screens. */
  readonly aside?: MarkupValue;
  /** What the figure allows to be said; stands in saved figures, which have no text around them. */
  readonly verdict?: string | undefined;
  /** The numbers. */
  readonly table?: TableView | undefined;
  /** Words of the fold that opens the numbers. */
  readonly tableTitle?: string;
}

/** Renders a figure under the next number of the page. */
export function figureBlock(
  number: number,
  { id, title, caption, draw, instead, legend, controls, aside, verdict, table, tableTitle }: FigureBlock,
): Markup {
  const drawing =
    instead ?? markup`<div class="drawing scroll" role="region" aria-label="${title}" tabindex="0">${draw()}</div>`;
  return markup`<figure id="${id}" aria-labelledby="${id}-title"${attribute('data-verdict', verdict)}><figcaption><h3 id="${id}-title"><span class="figure-number">Figure ${number}</span> ${title}</h3><p>${caption}</p></figcaption>${controls !== undefined && markup`<div class="controls" hidden>${controls}</div>`}${legend !== undefined && legendList(legend)}${aside === undefined ? drawing : markup`<div class="beside">${drawing}${aside}</div>`}${table !== undefined && foldedTable(table, tableTitle)}</figure>`;
}
