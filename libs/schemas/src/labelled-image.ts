import { Field, FixedSizeList, List, Uint16, Uint8, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Sizes of the images and of the label planes of a stream, in pixels. */
export interface LabelledImageShape {
  /** Rows of the image as the model takes it. */
  readonly height: number;
  /** Columns of the image as the model takes it. */
  readonly width: number;
  /** Rows of a label plane. */
  readonly labelHeight: number;
  /** Columns of a label plane. */
  readonly labelWidth: number;
}

/** Label planes of one image: each a row-major plane of concept numbers, 0 where nothing is labelled. */
export type PlaneList = List<FixedSizeList<Uint16>>;

/** Types of the columns of `LabelledImage`. */
export type LabelledImageColumns = {
  readonly image: Utf8;
  readonly pixels: FixedSizeList<Uint8>;
  readonly labels: PlaneList;
};

/** A batch of labelled images. */
export type LabelledImageBatch = WireBatch<LabelledImageColumns>;

/** Type of the column `labels` for planes of `labelHeight` x `labelWidth` pixels. */
export function planeListType(labelHeight: number, labelWidth: number): PlaneList {
  const plane = new FixedSizeList(labelHeight * labelWidth, new Field('number', new Uint16(), false));
  return new List(new Field('plane', plane, false));
}

/**
 * Schema of `LabelledImage`: `image` is a path or id, `pixels` the RGB bytes (height x width x 3, row by row) at the
 * model's input size, `labels` the planes of concept numbers (0 = unlabelled).
 */
export function labelledImageSchema({
  height,
  width,
  labelHeight,
  labelWidth,
}: LabelledImageShape): Schema<LabelledImageColumns> {
  return wireSchema<LabelledImageColumns>(
    'LabelledImage',
    1,
    {
      image: new Utf8(),
      pixels: new FixedSizeList(height * width * 3, new Field('byte', new Uint8(), false)),
      labels: planeListType(labelHeight, labelWidth),
    },
    { metadata: { pixels: JSON.stringify([height, width, 3]), labels: JSON.stringify([labelHeight, labelWidth]) } },
  );
}
