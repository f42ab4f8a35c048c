import type { LabelledImageBatch } from '@intermodel/schemas';
import { map, type OperatorFunction } from 'rxjs';
import { nearestPositions } from '../images/image-geometry.ts';
import { addPlanes, type LabelledImageRow } from '../images/labelled-image-rows.ts';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';
import { appendConcepts } from '../labels/vocabulary-tools.ts';
import { colourTerms, nameColour } from './colour-terms.ts';

/** Category of the colour terms. */
export const colourCategory = 'color';

/** A source of further label planes: what it adds to the vocabulary, and how it adds them to batches. */
export interface PlaneMaker {
  /** The vocabulary with the concepts of the further planes. */
  readonly vocabulary: LabelVocabulary;
  /** Adds the planes to a batch. */
  readonly addTo: (batch: LabelledImageBatch) => LabelledImageBatch;
  /** The same as an operator. */
  readonly operator: () => OperatorFunction<LabelledImageBatch, LabelledImageBatch>;
}

/**
 * Names the colour of every pixel: a plane of the eleven basic colour terms (category `color`), taken from the image's
 * pixel under the centre of each label cell, as labels are.
 *
 * @throws InputError `LABEL_NAME_TWICE` if the vocabulary has these colours already.
 *
 * @example
 * const colours = nameColours(set.vocabulary);
 * images$.pipe(loadLabelledImages({ geometry, vocabulary: set.vocabulary }), colours.operator());
 */
export function nameColours(vocabulary: LabelVocabulary): PlaneMaker {
  const appended = appendConcepts(
    vocabulary,
    colourTerms.map((name) => ({ name, category: colourCategory })),
  );
  const numberOf = new Map(colourTerms.map((term, index) => [term, appended.numbers[index] ?? 0]));
  const addTo = (batch: LabelledImageBatch) => addPlanes(batch, (row) => [colourPlane(row, numberOf)]);
  return { vocabulary: appended.vocabulary, addTo, operator: () => map(addTo) };
}

function colourPlane(
  { pixels, height, width, labelHeight, labelWidth }: LabelledImageRow,
  numberOf: ReadonlyMap<string, number>,
): Uint16Array {
  const plane = new Uint16Array(labelHeight * labelWidth);
  const columns = nearestPositions(labelWidth, width, width, 0, width);
  let cell = 0;
  for (const y of nearestPositions(labelHeight, height, height, 0, height)) {
    for (const x of columns) {
      const at = 3 * (y * width + x);
      plane[cell++] =
        numberOf.get(nameColour(pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number)) ?? 0;
    }
  }
  return plane;
}
