import { joined, markup, type Markup } from '../page/markup.ts';
import { percent } from '../page/number-text.ts';
import { colour, groupColour, categoryLetter } from '../page/palette.ts';
import { fitted, widthOf } from './panel-grid.ts';
import { pixel } from './ticks.ts';

/** A model in the matrix. */
export interface TogetherModel {
  /** Name. */
  readonly name: string;
  /** Its group in the embedding, from 0. */
  readonly group: number;
}

/** Shares of the eight steps of colour. */
export const togetherSteps = Array.from({ length: 8 }, (_, step) =>
  step === 0
    ? 'up to 12 %'
    : step === 7
      ? 'up to 100 %'
      : `${String(Math.floor(step * 12.5))}–${String(Math.floor((step + 1) * 12.5))} %`,
) as readonly string[];

/** Room of the names at most. */
const longestName = 130;

/** Height over the cells: the numbers of the columns. */
const headHeight = 20;

/**
 * Draws in how many of the replicates two models stand in one category, models in the consensus order: categories that hold
 * are full squares along the diagonal.
 *
 * @param models models in their order
 * @param share of the replicates (0..1), by index of both models
 */
export function drawTogether(models: readonly TogetherModel[], share: (a: number, b: number) => number): Markup {
  const cell = models.length <= 24 ? 20 : 12;
  const names = models.map(({ name, group }, index) => `${name} (${categoryLetter(group)}) ${String(index + 1)}`);
  const nameWidth = widthOf(names, 11, longestName);
  const left = nameWidth + 8;
  const side = models.length * cell;
  const heads = models.map(
    ({ group }, index) =>
      markup`<text x="${pixel(left + (index + 0.5) * cell)}" y="${headHeight - 6}" text-anchor="middle" font-size="9" fill="${groupColour(group)}">${index + 1}</text>`,
  );
  const rows = models.map(({ name, group }, row) => {
    const y = headHeight + row * cell;
    const cells = models.map((other, column) => {
      const value = row === column ? 1 : share(row, column);
      const step = value > 0 ? Math.min(7, Math.floor(value * 8)) : undefined;
      return markup`<rect x="${pixel(left + column * cell)}" y="${pixel(y)}" width="${cell - 1}" height="${cell - 1}" fill="${colour(step === undefined ? 'panel' : `amount-${String(step)}`)}"${step === undefined && markup` stroke="${colour('faint')}"`}><title>${row === column ? name : `${name} and ${other.name}: ${percent(value, 0)} of the replicates`}</title></rect>`;
    });
    return markup`<text x="${pixel(nameWidth)}" y="${pixel(y + cell / 2 + 3.8)}" text-anchor="end" font-size="11" fill="${groupColour(group)}">${fitted(names[row] as string, nameWidth, 11)}</text>${joined(cells)}`;
  });
  const [width, height] = [Math.ceil(left + side + 4), headHeight + side + 4];
  return markup`<svg class="figure" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Matrix: in how many replicates ${models.length} models stand in one category, in consensus order" font-family="system-ui, sans-serif">${joined(heads)}${joined(rows)}</svg>`;
}
