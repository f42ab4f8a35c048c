import { resolveGeometry, type ImageGeometry } from '../images/image-geometry.ts';
import type { LabelSource } from '../images/labelled-image-set.ts';
import { labelNumberTable, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import { loadLabelPlanes, type ImageSize, type UnknownLabel } from '../labels/load-label-planes.ts';
import type { PixelLimit } from '../labels/pixel-limit.ts';
import type { TaskImage } from './task-data.ts';

/** Options of {@link openClassPlanes}. */
export interface OpenClassPlanesOptions extends PixelLimit {
  /** How images are brought to the input of the model, and the size of the label grid. */
  readonly geometry: ImageGeometry;
  /** Concepts that the planes can bear; classes are their places in it. */
  readonly vocabulary: LabelVocabulary;
  /** Is told of pixels whose number the vocabulary lacks, which nobody judged then. @default they are an error */
  readonly onUnknown?: (unknown: UnknownLabel) => void;
}

/** The class of each cell of a label grid. */
export interface ClassPlane {
  /** Rows of cells. */
  readonly height: number;
  /** Columns of cells. */
  readonly width: number;
  /** Class of each cell, row by row: the place of its concept in the vocabulary, or -1 where nobody judged. */
  readonly classes: Int32Array;
}

/**
 * Gives a function that loads the label planes of an image as one plane of classes: where several planes bear a
 * concept, the first counts; cells without a concept, and those to ignore, are -1.
 *
 * @throws InputError of the geometry; the function those of the label files.
 */
export function openClassPlanes({
  geometry,
  vocabulary,
  ...options
}: OpenClassPlanesOptions): (
  image: Pick<TaskImage<readonly LabelSource[]>, 'image' | 'file' | 'target'>,
  size: ImageSize,
) => Promise<ClassPlane> {
  const resolved = resolveGeometry(geometry);
  const grid = { ...options, geometry: resolved, table: labelNumberTable(vocabulary) };
  const places = new Map(vocabulary.concepts.map(({ number }, place) => [number, place]));
  return async ({ image, file, target }, size) => {
    const planes = await loadLabelPlanes({ image, file, labels: target }, size, grid);
    const classes = new Int32Array(resolved.labelHeight * resolved.labelWidth).fill(-1);
    for (const plane of planes)
      plane.forEach((number, cell) => {
        if (classes[cell] === -1) classes[cell] = places.get(number) ?? -1;
      });
    return { height: resolved.labelHeight, width: resolved.labelWidth, classes };
  };
}
