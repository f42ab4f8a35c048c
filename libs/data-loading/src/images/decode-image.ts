import { resampleImage } from '@intermodel/numerics';
import { InputError, limitError, type IntermodelError } from '@intermodel/streams';
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';
import { checkPixels, defaultMaxPixels, type PixelLimit } from '../labels/pixel-limit.ts';
import type { ExifTurns } from './exif-turns.ts';
import { placeImage, type ResolvedGeometry } from './image-geometry.ts';
import { imageKind, strangeKind } from './image-kind.ts';
import { mayBeTurned, readPlainSize } from './plain-image-size.ts';
import { readBytes } from './read-bytes.ts';

/** Red, green and blue, each 0 to 255. */
export type RgbColour = readonly [red: number, green: number, blue: number];

// Images are decoded side by side, so each takes one thread: sharing one among threads costs a third more.
sharp.concurrency(1);

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions extends PixelLimit {
  /** Colour behind pixels that are transparent. @default white */
  readonly background?: RgbColour;
  /** Whether images are set upright by their EXIF orientation, or read as they are stored. @default 'upright' */
  readonly exif?: ExifTurns;
}

/** Defaults of {@link DecodeImageOptions}. */
export const decodeImageDefaults = {
  maxPixels: defaultMaxPixels,
  background: [255, 255, 255],
  exif: 'upright',
} as const satisfies DecodeImageOptions;

/** An image at the input size of a model, with the size that it had. */
export interface DecodedImage {
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array;
  /** Rows of the file's image, upright unless EXIF is ignored. */
  readonly height: number;
  /** Columns of the file's image, upright unless EXIF is ignored. */
  readonly width: number;
  /** Whether EXIF calls for the stored image to be turned or mirrored. */
  readonly turned: boolean;
}

/**
 * Reads an image as RGB bytes at the input size of a model. It is set upright by its EXIF orientation unless that is
 * ignored, grey becomes equal RGB, CMYK is converted through its colour profile, 16 bits are cut to their upper 8,
 * transparent pixels are laid over `background`, and the profile of an RGB image is left aside as the usual training
 * pipelines do. It is resized byte for byte as Pillow does; one that is neither scaled nor cropped passes
 * unchanged.
 *
 * @throws InputError `IMAGE_BROKEN`, `IMAGE_TOO_LARGE`, `FILE_MISSING` or `FILE_UNREADABLE`, naming the file.
 */
export async function decodeImage(
  file: string,
  geometry: ResolvedGeometry,
  options: DecodeImageOptions = {},
): Promise<DecodedImage> {
  const choices = { ...decodeImageDefaults, ...options };
  const bytes = await readBytes(file);
  const { pixels: whole, ...size } = (await decodePlain(bytes, choices)) ?? (await decodeAny(bytes, file, choices));
  const { height, width } = size;
  const placement = placeImage(geometry, height, width);
  const isWhole = height === geometry.height && width === geometry.width;
  // An image of the size of the input may still have to be scaled up, and cropped, as all others are.
  const pixels =
    isWhole && placement.scaledHeight === height && placement.scaledWidth === width
      ? whole
      : resampleImage(
          { width, height, pixels: whole },
          { ...placement, width: geometry.width, height: geometry.height, filter: geometry.filter },
        );
  return { pixels, ...size };
}

/**
 * Decodes at its own size what its first bytes show to need no further look, which spares asking for the
 * metadata. Undefined for other files, and for those that fail: the long way tells why.
 */
async function decodePlain(
  bytes: Buffer,
  { maxPixels, exif }: Required<DecodeImageOptions>,
): Promise<DecodedImage | undefined> {
  const stored = readPlainSize(bytes);
  if (stored === undefined || stored.height * stored.width > maxPixels) return undefined;
  try {
    const turned = mayBeTurned(bytes) && isTurned(await sharp(bytes, { limitInputPixels: false }).metadata());
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, ignoreIcc: true });
    const { data, info } = await rawSrgb(turned && exif === 'upright' ? image.autoOrient() : image);
    const { height, width, channels } = info;
    // A colour can be declared transparent, which makes a fourth channel.
    if (channels !== 3 || height * width !== stored.height * stored.width) return undefined;
    return { pixels: data, height, width, turned };
  } catch {
    return undefined;
  }
}

/** Decodes any image at its own size. */
async function decodeAny(bytes: Buffer, file: string, options: Required<DecodeImageOptions>): Promise<DecodedImage> {
  const { maxPixels, background, exif } = options;
  const metadata = await readMetadata(bytes, file);
  const { height, width } = sizeOf(metadata, exif);
  checkPixels(
    { height, width, pixelBytes: metadata.channels * (sampleBytes[metadata.depth] ?? 8) },
    options,
    'IMAGE_TOO_LARGE',
    file,
  );
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, ignoreIcc: metadata.space !== 'cmyk' });
  let pipeline = exif === 'upright' ? image.autoOrient() : image;
  if (metadata.hasAlpha)
    pipeline = pipeline.flatten({ background: { r: background[0], g: background[1], b: background[2] } });
  return { pixels: await rawPixels(pipeline, file, height * width * 3), height, width, turned: isTurned(metadata) };
}

/**
 * Reads the size of an image, upright unless EXIF is ignored, without decoding it.
 *
 * @throws InputError `IMAGE_BROKEN`, `FILE_MISSING` or `FILE_UNREADABLE`, naming the file.
 */
export async function readImageSize(
  file: string,
  { exif = decodeImageDefaults.exif }: Pick<DecodeImageOptions, 'exif'> = {},
): Promise<Omit<DecodedImage, 'pixels'>> {
  const metadata = await readMetadata(await readBytes(file), file);
  return { ...sizeOf(metadata, exif), turned: isTurned(metadata) };
}

function sizeOf(
  { autoOrient, height, width }: Metadata,
  exif: ExifTurns,
): { readonly height: number; readonly width: number } {
  return exif === 'upright' ? { height: autoOrient.height, width: autoOrient.width } : { height, width };
}

function isTurned({ orientation = 1 }: Metadata): boolean {
  return orientation > 1 && orientation <= 8;
}

/**
 * Only kinds that are meant to be decoded come this far: others, such as SVG, can make any amount of work of a few
 * bytes.
 */
async function readMetadata(bytes: Buffer, file: string): Promise<Metadata> {
  const kind = imageKind(bytes);
  if (kind === undefined) throw brokenImage(file, strangeProblem(bytes));
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (metadata.format !== kind) throw new Error(`begins as ${kind}, but is read as ${metadata.format}`);
    return metadata;
  } catch (cause) {
    throw brokenImage(file, 'is not an image that can be read', cause);
  }
}

function strangeProblem(bytes: Buffer): string {
  if (bytes.length === 0) return 'the file is empty';
  const kind = strangeKind(bytes);
  return kind === undefined ? 'is not an image that can be read' : `holds ${kind}, whatever its name says`;
}

/** Bytes of a sample by what libvips calls its kind. */
const sampleBytes: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  double: 8,
};

function rawSrgb(pipeline: Sharp): Promise<{ readonly data: Buffer; readonly info: OutputInfo }> {
  return pipeline.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

async function rawPixels(pipeline: Sharp, file: string, length: number): Promise<Uint8Array> {
  try {
    const { data, info } = await rawSrgb(pipeline);
    if (info.channels !== 3 || data.length !== length)
      throw new Error(`decoded to ${String(info.channels)} channels and ${String(data.length)} bytes`);
    return data;
  } catch (cause) {
    throw brokenImage(file, 'does not decode', cause);
  }
}

/** What libvips tells stays the cause: its threads share one record of errors, so that it differs from run to run. */
function brokenImage(file: string, problem: string, cause?: unknown): IntermodelError {
  return (
    limitError(cause, file) ??
    new InputError('IMAGE_BROKEN', problem, {
      file,
      expected: 'a whole JPEG, PNG, WebP or TIFF file',
      hint: 'Replace or remove the file, or pass over such files with `data.skipBad: true`.',
      ...(cause === undefined ? {} : { cause }),
    })
  );
}
