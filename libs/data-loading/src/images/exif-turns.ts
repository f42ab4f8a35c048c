import { someOf } from './list-files.ts';
import type { DataWarning } from './labelled-image-set.ts';

/** Ways to read an image whose EXIF orientation says that it is stored turned or mirrored. */
export const exifTurns = ['upright', 'ignore'] as const;

/** Whether images are set upright by their EXIF orientation, or read as they are stored. */
export type ExifTurns = (typeof exifTurns)[number];

/**
 * Tells of images that EXIF calls to turn: labels that were drawn on the stored pixels do not lie on their objects once
 * the image is upright, and where the turn keeps its shape nothing else would tell.
 *
 * @param turned names of these images
 * @param images number of all images
 * @param exif how they were read
 */
export function turnedWarnings(turned: readonly string[], images: number, exif: ExifTurns): DataWarning[] {
  if (turned.length === 0) return [];
  const some = `${String(turned.length)} of ${String(images)} images`;
  const message =
    exif === 'upright'
      ? `EXIF turns ${some}, which are set upright; label files are read as they are stored. If labels were drawn on the images as stored, give \`data.exif: ignore\`: ${someOf(turned)}`
      : `EXIF would turn ${some}, which are read as they are stored: ${someOf(turned)}`;
  return [{ code: 'IMAGES_TURNED', message }];
}
