import { legendRow, type Legend } from '../page/legend.ts';
import { markup, trusted, type Markup } from '../page/markup.ts';
import { colour, namedColours } from '../page/palette.ts';
import { textWidth } from './label-candidates.ts';

/**
 * Makes a drawing stand alone: title and legend above it, white behind it, and colours written out in place of
 * variables.
 */
export function standAloneFigure(title: string, drawing: Markup, legend?: Legend): string {
  const text = drawing.toString();
  const [width, height] = ['width', 'height'].map((name) =>
    Number(new RegExp(`^<svg[^>]* ${name}="([0-9.]+)"`, 'u').exec(text)?.[1] ?? 640),
  ) as [number, number];
  const outer = Math.max(width + 32, textWidth(title, 15) + 40);
  const row = legend === undefined ? { drawing: markup``, height: 0 } : legendRow(legend, 16, 44, outer - 32);
  const top = 48 + row.height;
  const placed = text.replace(/^<svg /u, `<svg x="16" y="${String(top)}" `);
  const whole = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(outer)} ${Math.ceil(top + height + 16)}" width="${Math.ceil(outer)}" height="${Math.ceil(top + height + 16)}" font-family="system-ui, 'Helvetica Neue', Arial, sans-serif" font-size="12"><title>${title}</title><rect width="100%" height="100%" fill="${colour('panel')}"/><text x="16" y="30" font-size="15" font-weight="600" fill="${colour('ink')}">${title}</text>${row.drawing}${trusted(placed)}</svg>`;
  return `${withoutVariables(whole.toString())}\n`;
}

/** Writes the colours of the light scheme in place of the page's variables. */
export function withoutVariables(svg: string): string {
  return svg
    .replace(/var\(--([a-z0-9-]+)\)/gu, (reference, name: string) => namedColours[name]?.light ?? reference)
    .replace(/ tabindex="0"| class="[^"]*"/gu, '')
    .replace(/currentColor/gu, namedColours['ink']?.light ?? '#000000');
}
