import { InputError } from '@intermodel/streams';

/** Largest number that a pixel of a label plane can hold (planes are uint16). */
export const largestLabelNumber = 65_535;

/** One concept of a vocabulary: what a number in a label plane stands for. */
export interface LabelConcept {
  /** Number in the planes, 1 to 65,535; 0 means unlabelled and stands for no concept. */
  readonly number: number;
  /** Name as people read it, such as `sky`. */
  readonly name: string;
  /** Kind of concept, such as `object`, `part`, `material`, `color`. */
  readonly category: string;
}

/** All concepts that the label planes of a data set can bear. */
export interface LabelVocabulary {
  /** Concepts by rising number; a pair of name and category occurs once. */
  readonly concepts: readonly LabelConcept[];
  /**
   * Number of pixels that nobody judged (void, border), told apart from 0 (judged, but nothing found). It rides along
   * in the planes and belongs to no concept; a preset may leave such pixels out of every area. @default none
   */
  readonly ignore?: number;
  /**
   * Numbers of the planes that stand for another number: a merged synonym for the concept that it was merged into, a
   * concept that was left out for 0. The planes are translated as they are loaded. @default none
   */
  readonly aliases?: ReadonlyMap<number, number>;
}

/** Where a concept of a vocabulary was read, for messages. */
export interface ConceptPlace {
  /** File that lists the concept. */
  readonly file: string;
  /** Line of the concept, counted from 1. */
  readonly line?: number;
  /** Number that the file gives it, where the planes have another one. @default that of the concept */
  readonly number?: number;
}

/**
 * Makes a vocabulary of concepts in any order; `places` say where each was read, in the same order, for messages.
 *
 * @throws InputError `LABEL_NUMBER_RANGE`, `LABEL_NUMBER_TWICE`, `LABEL_NAME_TWICE`, `LABEL_NAME_EMPTY`,
 *   `LABEL_NUMBER_IGNORED`.
 */
export function labelVocabulary(
  concepts: readonly LabelConcept[],
  ignore?: number,
  places: readonly ConceptPlace[] = [],
): LabelVocabulary {
  const numbers = new Map<number, number>();
  const names = new Map<string, number>();
  concepts.forEach((concept, index) => {
    checkConcept(concept, ignore, places[index]);
    const sameNumber = numbers.get(concept.number);
    const sameName = names.get(conceptKey(concept));
    if (sameNumber !== undefined) {
      throw conceptError(
        'LABEL_NUMBER_TWICE',
        `number ${String(places[index]?.number ?? concept.number)} is given twice: "${concepts[sameNumber]?.name ?? ''}"${lineOf(places[sameNumber])} and "${concept.name}"`,
        places[index],
        'number',
        'Give each concept a number of its own.',
      );
    }
    if (sameName !== undefined) {
      throw conceptError(
        'LABEL_NAME_TWICE',
        `"${concept.name}" of category "${concept.category}" is given twice${lineOf(places[sameName])}`,
        places[index],
        'name',
        'Give both one number in the planes; or give one of them a name of its own, and merge the two by the CSV of `data.vocabulary.synonyms`.',
      );
    }
    numbers.set(concept.number, index);
    names.set(conceptKey(concept), index);
  });
  return { concepts: concepts.toSorted((a, b) => a.number - b.number), ...(ignore === undefined ? {} : { ignore }) };
}

/** Key under which a concept is one: its name within its category. */
export function conceptKey({ name, category }: Pick<LabelConcept, 'name' | 'category'>): string {
  return `${category}\0${name}`;
}

/** What {@link labelNumberTable} gives for a number that no plane may bear. */
export const unknownLabelNumber = -1;

/** For each number 0 to 65,535 that a file can bear, the number to load it as, or {@link unknownLabelNumber}. */
export function labelNumberTable({ concepts, ignore, aliases = new Map() }: LabelVocabulary): Int32Array {
  const table = new Int32Array(largestLabelNumber + 1).fill(unknownLabelNumber);
  table[0] = 0;
  if (ignore !== undefined) table[ignore] = ignore;
  for (const { number } of concepts) table[number] = number;
  for (const [from, to] of aliases) table[from] = to;
  return table;
}

function checkConcept(
  { number, name }: LabelConcept,
  ignore: number | undefined,
  place: ConceptPlace | undefined,
): void {
  const shown = String(place?.number ?? number);
  if (number === 0)
    throw conceptError(
      'LABEL_NUMBER_RANGE',
      'number 0 means "unlabelled" and cannot name a concept',
      place,
      'number',
      'Leave the row out if 0 means unlabelled. Where the classes of the label files are numbered from 0, say so: `data.reducedZero: true`, for plain folders and the ADE20K challenge.',
    );
  if (!Number.isInteger(number) || number < 0 || number > largestLabelNumber) {
    const shift = place?.number === undefined ? 0 : number - place.number;
    throw conceptError(
      'LABEL_NUMBER_RANGE',
      `${shown} is no label number`,
      place,
      'number',
      `Use whole numbers from ${String(1 - shift)} to ${String(largestLabelNumber - shift)}.`,
    );
  }
  if (name === '')
    throw conceptError('LABEL_NAME_EMPTY', `number ${shown} has no name`, place, 'name', 'Name every concept.');
  if (number === ignore)
    throw conceptError(
      'LABEL_NUMBER_IGNORED',
      `number ${shown} ("${name}") is also the number to ignore`,
      place,
      'number',
      'Choose another number to ignore, or leave the concept out.',
    );
}

function conceptError(
  code: string,
  problem: string,
  { number: _number, ...place }: Partial<ConceptPlace> = {},
  column: string,
  hint: string,
): InputError {
  return new InputError(code, problem, { ...place, column, hint });
}

function lineOf(place: ConceptPlace | undefined): string {
  return place?.line === undefined ? '' : ` (line ${String(place.line)})`;
}
