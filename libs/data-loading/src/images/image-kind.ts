/** Kinds of images that are decoded. */
export type ImageKind = 'jpeg' | 'png' | 'webp' | 'tiff';

/** What files of other kinds begin with, after blanks; those of text may have a byte-order mark before it. */
const strangers: readonly (readonly [kind: string, begin: RegExp])[] = [
  ['GIF', /^GIF8[79]a/u],
  ['BMP', /^BM/u],
  ['HEIF or AVIF', /^[^]{4}ftyp/u],
  ['JPEG 2000', /^\0\0\0\u000cjP {2}|^\u00ff\u004f\u00ff\u0051/u],
  ['PDF', /^%PDF/u],
  ['SVG or XML', /^(?:\u00ef\u00bb\u00bf)?\s*<(?:\?xml|!doctype|!--|svg)/iu],
];

/** The kind of image that a file's first bytes tell, whatever its name says; undefined: none that is decoded. */
export function imageKind(bytes: Buffer): ImageKind | undefined {
  const begin = bytes.toString('latin1', 0, 12);
  if (begin.startsWith('\u00ff\u00d8\u00ff')) return 'jpeg';
  if (begin.startsWith('\u0089PNG\r\n\u001a\n')) return 'png';
  if (begin.startsWith('RIFF') && begin.endsWith('WEBP')) return 'webp';
  return /^(?:II[*+]\0|MM\0[*+])/u.test(begin) ? 'tiff' : undefined;
}

/** Name of a usual kind of file that is not decoded; undefined for others. */
export function strangeKind(bytes: Buffer): string | undefined {
  const begin = bytes.toString('latin1', 0, 256);
  return strangers.find(([, pattern]) => pattern.test(begin))?.[0];
}
