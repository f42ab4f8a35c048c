import { InputError } from '@intermodel/streams';
import { placeImage, type ResolvedGeometry } from '../images/image-geometry.ts';
import type { TaskImage } from './task-data.ts';

/** Region of an image, in its own pixels. */
export interface ImageFrame {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
  /** Width, above 0. */
  readonly width: number;
  /** Height, above 0. */
  readonly height: number;
}

/**
 * The region of an image that the input of a model covers. Boxes are drawn on pixels as they are stored: the size is
 * that of the stored image, which the model has to see as stored too (`exif: 'ignore'`).
 *
 * @param geometry how the image is brought to the input of the model
 * @param height rows of the image
 * @param width columns of the image
 */
export function frameOf(geometry: ResolvedGeometry, height: number, width: number): ImageFrame {
  const { scaledHeight, scaledWidth, top, left } = placeImage(geometry, height, width);
  return {
    x: (left * width) / scaledWidth,
    y: (top * height) / scaledHeight,
    width: (geometry.width * width) / scaledWidth,
    height: (geometry.height * height) / scaledHeight,
  };
}

/**
 * Checks the size of an image as it is stored against what the data state for it.
 *
 * @throws InputError `IMAGE_SIZE`: boxes on an image of another size lie elsewhere.
 */
export function checkStatedSize(
  { file, stated }: Pick<TaskImage<unknown>, 'file' | 'stated'>,
  { height, width }: { readonly height: number; readonly width: number },
): void {
  if (stated === undefined || (stated.height === height && stated.width === width)) return;
  throw new InputError('IMAGE_SIZE', `has ${String(width)} x ${String(height)} pixels`, {
    file,
    expected: `${String(stated.width)} x ${String(stated.height)}, as ${stated.by} says`,
    hint:
      stated.height === width && stated.width === height
        ? 'The boxes were drawn on the image as EXIF turns it: write the images upright.'
        : 'Take images and boxes of the same release: boxes do not fit images of another size.',
  });
}
