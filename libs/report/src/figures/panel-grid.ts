import { joined, markup, type Markup } from '../page/markup.ts';
import { shortened } from '../words/shorten.ts';
import { textWidth } from './label-candidates.ts';
import { pixel } from './ticks.ts';

/** Room of a figure on a wide page. */
const widest = 1_060;

/** Room between panels. */
const gap = { across: 20, down: 16 } as const;

/** Panels of a figure, all of one size. */
export interface PanelGrid {
  /** What the figure shows, for screen readers. */
  readonly label: string;
  /** Width of a panel. */
  readonly width: number;
  /** Height of a panel. */
  readonly height: number;
  /** Panels, drawn from 0, 0 on. */
  readonly panels: readonly Markup[];
}

/** Puts panels into rows as long as a wide page holds, each row but the last of the same length. */
export function drawPanels({ label, width, height, panels }: PanelGrid): Markup {
  const most = Math.max(1, Math.floor((widest + gap.across) / (width + gap.across)));
  const rows = Math.max(1, Math.ceil(panels.length / most));
  const columns = Math.ceil(panels.length / rows);
  const size = {
    width: Math.ceil(columns * (width + gap.across) - gap.across),
    height: Math.ceil(rows * (height + gap.down) - gap.down),
  };
  const placed = panels.map((panel, index) => {
    const x = (index % columns) * (width + gap.across);
    const y = Math.floor(index / columns) * (height + gap.down);
    return markup`<g transform="translate(${pixel(x)} ${pixel(y)})">${panel}</g>`;
  });
  return markup`<svg class="figure" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-label="${label}">${joined(placed)}</svg>`;
}

/** As much of a text as fits into a width; what is cut off ends in an ellipsis. */
export function fitted(text: string, width: number, fontSize: number): string {
  let length = Array.from(text).length;
  let shown = text;
  while (length > 1 && textWidth(shown, fontSize) > width) shown = shortened(text, --length);
  return shown;
}

/** Room of the longest of some texts, at most `most`, and a little more where a font is wider than most are. */
export function widthOf(texts: readonly string[], fontSize: number, most: number): number {
  return texts.reduce((width, text) => Math.max(width, Math.min(most, textWidth(text, fontSize))), 0) + fontSize / 2;
}
