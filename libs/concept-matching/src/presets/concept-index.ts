import { InputError } from '@intermodel/streams';

/** A concept of the vocabulary: what a number in a label plane stands for. */
export interface Concept {
  /** Number in the planes, 1 to 65,535. */
  readonly number: number;
  /** Name, such as `sky`. */
  readonly name: string;
  /** Kind of concept, such as `object`. */
  readonly category: string;
}

/** A vocabulary as the kernels take it. */
export interface ConceptIndex {
  /** Concepts by rising number. */
  readonly concepts: readonly Concept[];
  /** Their numbers. */
  readonly numbers: Uint16Array;
  /** Category of each, as an index. */
  readonly categories: Uint32Array;
  /** Names of the categories, in order of first sight by rising number. */
  readonly categoryNames: readonly string[];
}

/**
 * Brings a vocabulary, which was read from `file`, into the order of its numbers. @throws InputError `VOCABULARY_EMPTY`
 */
export function indexConcepts(vocabulary: readonly Concept[], file?: string): ConceptIndex {
  if (vocabulary.length === 0)
    throw new InputError('VOCABULARY_EMPTY', 'the vocabulary has no concept', {
      ...(file === undefined ? {} : { file }),
      expected: 'at least one number with a name and a category',
      hint: 'Check the file of label names.',
    });
  const concepts = vocabulary.toSorted((one, other) => one.number - other.number);
  const categoryNames = [...new Set(concepts.map(({ category }) => category))];
  return {
    concepts,
    numbers: Uint16Array.from(concepts, ({ number }) => number),
    categories: Uint32Array.from(concepts, ({ category }) => categoryNames.indexOf(category)),
    categoryNames,
  };
}
