import { markup, type Markup } from '../page/markup.ts';
import { colour } from '../page/palette.ts';
import { significant } from '../page/number-text.ts';
import { niceTicks, pixel, scaled, type LinearScale } from './ticks.ts';

/** Frame of a figure with two linear axes. */
export interface AxisFrame {
  /** Horizontal scale. */
  readonly xScale: LinearScale;
  /** Vertical scale. */
  readonly yScale: LinearScale;
  /** Title under the horizontal axis. */
  readonly xTitle: string;
  /** Title along the vertical axis. */
  readonly yTitle: string;
  /** Width of the whole figure in pixels. */
  readonly width: number;
  /** Height of the whole figure in pixels. */
  readonly height: number;
  /** Whether lines cross the plot at the ticks. @default true */
  readonly grid?: boolean;
  /** Room around the plot in pixels. */
  readonly margin: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
}

/** Draws grid lines, ticks and titles; the lines through zero stand out. */
export function axes({ xScale, yScale, xTitle, yTitle, width, height, margin, grid = true }: AxisFrame): Markup {
  const left = margin.left;
  const right = width - margin.right;
  const top = margin.top;
  const bottom = height - margin.bottom;
  const xTicks = niceTicks(xScale.domain[0], xScale.domain[1], Math.max(2, Math.round((right - left) / 90)));
  const yTicks = niceTicks(yScale.domain[0], yScale.domain[1], Math.max(2, Math.round((bottom - top) / 60)));
  const vertical = xTicks.map((tick) => {
    const x = pixel(scaled(xScale, tick));
    return markup`${grid && markup`<line x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" stroke="${colour(tick === 0 ? 'line' : 'faint')}"/>`}<text x="${x}" y="${bottom + 16}" text-anchor="middle">${significant(tick, 6)}</text>`;
  });
  const horizontal = yTicks.map((tick) => {
    const y = scaled(yScale, tick);
    return markup`${grid && markup`<line x1="${left}" x2="${right}" y1="${pixel(y)}" y2="${pixel(y)}" stroke="${colour(tick === 0 ? 'line' : 'faint')}"/>`}<text x="${left - 7}" y="${pixel(y + 3.8)}" text-anchor="end">${significant(tick, 6)}</text>`;
  });
  const middle = pixel((top + bottom) / 2);
  return markup`<g class="axes" aria-hidden="true" font-size="11" fill="${colour('quiet')}">${vertical}${horizontal}<text x="${pixel((left + right) / 2)}" y="${height - 8}" text-anchor="middle" font-size="12.5" fill="${colour('ink')}">${xTitle}</text><text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle" font-size="12.5" fill="${colour('ink')}">${yTitle}</text></g>`;
}
