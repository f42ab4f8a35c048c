import { InputError } from '@intermodel/streams';

/** How large a file may be that is decoded. */
export interface PixelLimit {
  /**
   * Largest number of pixels that is decoded, each of up to 4 bytes (8-bit RGBA); one of more counts for more.
   * @default 100,000,000
   */
  readonly maxPixels?: number;
}

/** Pixel limit that images and label images share unless told otherwise. */
export const defaultMaxPixels = 100_000_000;

/**
 * Bytes of a pixel that the limit is meant for: red, green, blue and alpha of 8 bits. A pixel of more bytes counts for
 * more.
 */
const bytesOfPixel = 4;

/** Size of an image before it is decoded. */
export interface PixelSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bytes that a pixel takes once it is decoded: those of all its samples. */
  readonly pixelBytes: number;
}

/**
 * Checks an image against the pixel limit before it is decoded. A pixel counts once for up to 4 bytes, and in
 * proportion beyond: one of 16-bit RGBA counts twice.
 *
 * @throws InputError of the code, naming the file.
 */
export function checkPixels(
  { width, height, pixelBytes }: PixelSize,
  { maxPixels = defaultMaxPixels }: PixelLimit,
  code: 'IMAGE_TOO_LARGE' | 'LABEL_TOO_LARGE',
  file: string,
): void {
  const counted = width * height * Math.max(1, pixelBytes / bytesOfPixel);
  if (counted <= maxPixels) return;
  const deep =
    pixelBytes > bytesOfPixel
      ? ` of ${String(pixelBytes)} bytes, which count as ${String(Math.ceil(counted))} pixels of ${String(bytesOfPixel)}`
      : '';
  throw new InputError(code, `has ${String(width)} x ${String(height)} pixels${deep}`, {
    file,
    expected: `at most ${String(maxPixels)} pixels`,
    hint: 'If the file is meant to be so large, raise the limit: `data.maxPixels`.',
  });
}
