import { legendRow, type Legend } from '../page/legend.ts';
import { joined, markup, trusted } from '../page/markup.ts';
import { colour } from '../page/palette.ts';
import { textWidth } from './label-candidates.ts';
import { textLines } from './text-lines.ts';

/** What stands around a drawing that stands alone. */
export interface FigureWords {
  /** Title, above the drawing. */
  readonly title: string;
  /** What the figure allows to be said, below the title. @default nothing */
  readonly verdict?: string | undefined;
  /** Signs and their meaning. @default none */
  readonly legend?: Legend | undefined;
}

/** Size of the title and of the verdict. */
const [titleSize, verdictSize] = [15, 12];

/** Pixels around the drawing. */
const edge = 16;

/**
 * Makes a drawing stand alone: title, verdict and legend above it, white behind it, and the colours of the light scheme
 * written out in place of variables. The one form of figures in files, from the page too.
 *
 * @param drawing SVG as the page holds it
 * @param words what stands around it
 * @param words.title above the drawing
 * @param words.verdict below the title
 * @param words.legend signs and their meaning
 * @param lightColour colour of a name in the light scheme; undefined for a name that is none
 */
export function standAloneFigure(
  drawing: string,
  { title, verdict = '', legend }: FigureWords,
  lightColour: (name: string) => string | undefined,
): string {
  const [width, height] = ['width', 'height'].map((name) =>
    Number(new RegExp(`^<svg[^>]* ${name}="([0-9.]+)"`, 'u').exec(drawing)?.[1] ?? 640),
  ) as [number, number];
  const outer = Math.max(width + 2 * edge, textWidth(title, titleSize) + 40);
  const said = verdict === '' ? [] : textLines(verdict, verdictSize, outer - 2 * edge);
  const lines = said.map(
    (line, index) =>
      markup`<text x="${edge}" y="${50 + index * 17}" font-size="${verdictSize}" fill="${colour('quiet')}">${line}</text>`,
  );
  const legendTop = 44 + said.length * 17;
  const row =
    legend === undefined ? { drawing: markup``, height: 0 } : legendRow(legend, edge, legendTop, outer - 2 * edge);
  const top = legendTop + 4 + row.height;
  const placed = drawing.replace(/^<svg /u, `<svg x="${String(edge)}" y="${String(top)}" `);
  const whole = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(outer)} ${Math.ceil(top + height + edge)}" width="${Math.ceil(outer)}" height="${Math.ceil(top + height + edge)}" font-family="system-ui, 'Helvetica Neue', Arial, sans-serif" font-size="12"><title>${title}</title><rect width="100%" height="100%" fill="${colour('panel')}"/><text x="${edge}" y="30" font-size="${titleSize}" font-weight="600" fill="${colour('ink')}">${title}</text>${joined(lines)}${row.drawing}${trusted(placed)}</svg>`;
  return `${withColours(whole.toString(), lightColour)}\n`;
}

/** Colours in place of the page's variables; without what only the page reads. */
function withColours(svg: string, lightColour: (name: string) => string | undefined): string {
  return svg
    .replace(/var\(--([a-z0-9-]+)\)/gu, (reference, name: string) => lightColour(name) ?? reference)
    .replace(/ (?:tabindex|class|data-[a-z]+)="[^"]*"/gu, '')
    .replace(/currentColor/gu, lightColour('ink') ?? '#000000');
}
