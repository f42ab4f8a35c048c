import { InputError } from '@intermodel/streams';
import {
  conceptKey,
  labelVocabulary,
  largestLabelNumber,
  type LabelConcept,
  type LabelVocabulary,
} from '../labels/label-vocabulary.ts';
import type { Segmenter } from './segmenter.ts';

/** The vocabulary of several segmenters, and what their classes are in it. */
export interface SegmenterVocabulary {
  /** Concepts of all heads: those of one name and category are one. */
  readonly vocabulary: LabelVocabulary;
  /** For each segmenter and head the number of each class + 1; 0 stays 0. */
  readonly numbers: readonly (readonly ReadonlyMap<number, number>[])[];
}

/**
 * Merges the classes of all heads into one vocabulary. Classes that state a number keep it, the others get the next one
 * that is free, in the order of segmenters, heads and channels.
 *
 * @throws InputError `LABEL_NUMBER_TWICE` for two concepts with one number, `LABEL_NUMBERS_EXHAUSTED`.
 */
export function segmenterVocabulary(segmenters: readonly Segmenter[]): SegmenterVocabulary {
  const numberOf = new Map<string, number>();
  const concepts: LabelConcept[] = [];
  const classes = segmenters.flatMap(({ heads }) =>
    heads.flatMap((head) =>
      head.classes.map(({ name, category = head.category, number }) => ({ name, category, number })),
    ),
  );
  const taken = new Set<number>();
  const define = (concept: LabelConcept) => {
    numberOf.set(conceptKey(concept), concept.number);
    taken.add(concept.number);
    concepts.push(concept);
  };
  for (const { name, category, number } of classes)
    if (number !== undefined && numberOf.get(conceptKey({ name, category })) !== number)
      define({ name, category, number });
  let next = 1;
  for (const { name, category } of classes) {
    if (numberOf.has(conceptKey({ name, category }))) continue;
    while (taken.has(next)) next++;
    if (next > largestLabelNumber)
      throw new InputError(
        'LABEL_NUMBERS_EXHAUSTED',
        `the segmenters have more than ${String(largestLabelNumber)} classes`,
        { hint: 'Use fewer of them.' },
      );
    define({ name, category, number: next });
  }
  return {
    vocabulary: labelVocabulary(concepts),
    numbers: segmenters.map(({ heads }) =>
      heads.map(
        (head) =>
          new Map([
            [0, 0],
            ...head.classes.map(
              ({ index, name, category = head.category }) =>
                [index + 1, numberOf.get(conceptKey({ name, category })) ?? 0] as const,
            ),
          ]),
      ),
    ),
  };
}
