import { Field, List, Uint16, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `LabelPlanes`. */
export type LabelPlanesColumns = { readonly image: Utf8; readonly labels: List<Uint16> };

/** A batch of label planes. */
export type LabelPlanesBatch = WireBatch<LabelPlanesColumns>;

/**
 * Schema of `LabelPlanes`: the labels of an image on the label grid (`labelHeight` x `labelWidth` pixels), all its
 * planes combined. `labels` holds the number of sets of concept numbers that occur, each set as its length and its
 * numbers, then runs over the pixels, row by row, as pairs of length and set.
 */
export function labelPlanesSchema(labelHeight: number, labelWidth: number): Schema<LabelPlanesColumns> {
  return wireSchema<LabelPlanesColumns>(
    'LabelPlanes',
    1,
    { image: new Utf8(), labels: new List(new Field('label', new Uint16(), false)) },
    { metadata: { labels: JSON.stringify([labelHeight, labelWidth]) } },
  );
}
