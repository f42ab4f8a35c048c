import { escapeText } from '../page/markup.ts';

/** An image with label planes. */
export interface LabelledPicture {
  /** Its name. */
  readonly name: string;
  /** Columns and rows of the image. */
  readonly size: { readonly width: number; readonly height: number };
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array;
  /** Columns and rows of its planes. */
  readonly grid: { readonly width: number; readonly height: number };
  /** Numbers of labels, 0 for none. */
  readonly planes: readonly Uint16Array[];
}

/** What a number of a label plane stands for. */
export interface PictureLabel {
  /** The number. */
  readonly number: number;
  /** Name of the concept. */
  readonly name: string;
  /** Its category. */
  readonly category: string;
}

/** Side of a panel, space between two, and height of a line of the legend, in pixels. */
const [side, gap, line] = [224, 16, 16] as const;
/** Labels of a plane that the legend names; the others are counted. */
const named = 10;

/** Colours of concepts that are colours. */
const colours: Readonly<Record<string, string>> = {
  ...{ black: '#000000', blue: '#1f4fd8', brown: '#7a4a21', grey: '#808080', gray: '#808080', green: '#2a9d3a' },
  ...{ orange: '#f28c1d', pink: '#f7a1c4', purple: '#7b3fa0', red: '#d62222', white: '#ffffff', yellow: '#f5d90a' },
};
const none: readonly [number, number, number] = [238, 238, 238];

/**
 * Draws images with their label planes side by side, as SVG that stands alone: each plane in colours, and below it the
 * labels that cover most of it with their share. A label has one colour in all pictures.
 */
export async function drawLabelPlanes(
  pictures: readonly LabelledPicture[],
  labels: readonly PictureLabel[],
): Promise<string> {
  const known = new Map(labels.map((label) => [label.number, label]));
  const columns = 1 + pictures.reduce((most, { planes }) => Math.max(most, planes.length), 0);
  const parts: string[] = [];
  let top = gap;
  for (const picture of pictures) {
    const panels = picture.planes.map((plane) => countedPlane(plane, known));
    parts.push(text(gap, top + 12, picture.name, 'title'), await panel(0, top + 20, picture.size, picture.pixels));
    let lines = 0;
    for (const [index, { plane, counts }] of panels.entries()) {
      const left = gap + (index + 1) * (side + gap);
      parts.push(text(left, top + 12, categoriesOf(counts, known), 'title'));
      parts.push(await panel(index + 1, top + 20, picture.grid, coloured(plane, known)));
      const shown = counts.slice(0, named);
      shown.forEach(([number, count], place) => {
        const y = top + 20 + side + (place + 1) * line;
        const { name } = known.get(number) ?? { name: String(number) };
        const share = `${((100 * count) / plane.length).toFixed(1)} %`;
        parts.push(
          `<rect x="${String(left)}" y="${String(y - 10)}" width="12" height="12" fill="${hex(number, known)}" stroke="#888" stroke-width="0.5"/>`,
          text(left + 18, y, name.length > 24 ? `${name.slice(0, 23)}…` : name),
          `<text x="${String(left + side)}" y="${String(y)}" text-anchor="end">${share}</text>`,
        );
      });
      if (counts.length > named)
        parts.push(text(left, top + 20 + side + (named + 1) * line, `and ${String(counts.length - named)} more`));
      lines = Math.max(lines, shown.length + (counts.length > named ? 1 : 0));
    }
    top += 20 + side + lines * line + 2 * gap;
  }
  const width = gap + columns * (side + gap);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(top)}" viewBox="0 0 ${String(width)} ${String(top)}" font-family="sans-serif" font-size="12" fill="#222"><style>.title{font-weight:bold}</style><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`;
}

/** What planes show whose labels all end so. */
const halves = [
  ['upper and lower halves', /-[tb]$/u],
  ['left and right halves', /-[lr]$/u],
] as const;

/** Labels of a plane, those with most cells first. */
function countedPlane(plane: Uint16Array, known: ReadonlyMap<number, PictureLabel>) {
  const counts = new Map<number, number>();
  for (const number of plane) if (known.has(number)) counts.set(number, (counts.get(number) ?? 0) + 1);
  return { plane, counts: [...counts].sort(([a, most], [b, other]) => other - most || a - b) };
}

/** What a plane shows. */
function categoriesOf(
  counts: readonly (readonly [number, number])[],
  known: ReadonlyMap<number, PictureLabel>,
): string {
  const found = counts.flatMap(([number]) => known.get(number) ?? []);
  for (const [words, ending] of halves)
    if (found.length > 0 && found.every(({ name }) => ending.test(name))) return words;
  return [...new Set(found.map(({ category }) => category))].join(', ');
}

function text(x: number, y: number, content: string, kind?: string): string {
  return `<text x="${String(x)}" y="${String(y)}"${kind === undefined ? '' : ` class="${kind}"`}>${escapeText(content)}</text>`;
}

/** Pixels as an image of the size of a panel, each a block. */
async function panel(
  column: number,
  top: number,
  { width, height }: LabelledPicture['size'],
  pixels: Uint8Array,
): Promise<string> {
  const { default: sharp } = await import('sharp');
  const scale = side / Math.max(width, height);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: 'fill', kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const left = gap + column * (side + gap);
  return `<image x="${String(left)}" y="${String(top)}" width="${String(size.width)}" height="${String(size.height)}" href="data:image/png;base64,${png.toString('base64')}"/>`;
}

function coloured(plane: Uint16Array, known: ReadonlyMap<number, PictureLabel>): Uint8Array {
  const pixels = new Uint8Array(3 * plane.length);
  plane.forEach((number, cell) => {
    pixels.set(known.has(number) ? channels(hex(number, known)) : none, 3 * cell);
  });
  return pixels;
}

function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour of a label: its own where it is a colour, else by its number, neighbours far apart in hue. */
function hex(number: number, known: ReadonlyMap<number, PictureLabel>): string {
  const label = known.get(number);
  const own = label?.category === 'color' ? colours[label.name] : undefined;
  if (own !== undefined) return own;
  const hue = (number * 137.508) % 360;
  const lightness = [0.5, 0.68, 0.36][number % 3] ?? 0.5;
  const reach = 0.62 * Math.min(lightness, 1 - lightness);
  const value = (offset: number) => {
    const at = (offset + hue / 30) % 12;
    const level = lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1));
    return Math.round(255 * level)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${value(0)}${value(8)}${value(4)}`;
}
