import sharp from 'sharp';
import { decodeImage, type DecodeImageOptions } from './decode-image.ts';
import { resolveGeometry, type ResolvedGeometry } from './image-geometry.ts';

/** A small picture of an image as a model saw it. */
export interface Thumbnail {
  /** Encoded picture. */
  readonly bytes: Uint8Array;
  /** Encoding. */
  readonly type: 'image/jpeg';
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Quality of thumbnails: small, without visible blocks at their size. */
const jpegQuality = 72;

/**
 * Makes a thumbnail of an image, resized and cropped as the model saw it.
 *
 * @param file path of the image
 * @param geometry size of the model's input, and how images are brought there
 * @param pixels longer side of the thumbnail
 * @throws InputError as {@link decodeImage} does.
 */
export async function makeThumbnail(
  file: string,
  geometry: ResolvedGeometry,
  pixels: number,
  options: DecodeImageOptions = {},
): Promise<Thumbnail> {
  const scale = Math.min(1, pixels / Math.max(geometry.width, geometry.height));
  const scaled = (size: number) => Math.max(1, Math.round(size * scale));
  const [width, height] = [scaled(geometry.width), scaled(geometry.height)];
  const small = resolveGeometry({
    width,
    height,
    resize: geometry.resize,
    filter: geometry.filter,
    shortestSide: Math.max(width, height, Math.round(geometry.shortestSide * scale)),
  });
  const { pixels: data } = await decodeImage(file, small, options);
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: jpegQuality, mozjpeg: true })
    .toBuffer();
  return { bytes: new Uint8Array(bytes), type: 'image/jpeg', width, height };
}
