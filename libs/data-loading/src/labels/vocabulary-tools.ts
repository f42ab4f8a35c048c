import { InputError, suggestName } from '@intermodel/streams';
import {
  conceptKey,
  labelVocabulary,
  largestLabelNumber,
  type LabelConcept,
  type LabelVocabulary,
} from './label-vocabulary.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { readCsvRecords } from './csv-records.ts';

/**
 * Gives each concept another name or category, or none: concepts that then have the same name and category become one,
 * under the lowest of their numbers, and concepts that are left out become unlabelled. The numbers in the label files
 * stay as they are; the vocabulary remembers what they stand for now.
 */
export function redefineConcepts(
  vocabulary: LabelVocabulary,
  change: (concept: LabelConcept) => Pick<LabelConcept, 'name' | 'category'> | undefined,
): LabelVocabulary {
  const kept = new Map<string, LabelConcept>();
  const now = new Map<number, number>();
  for (const concept of vocabulary.concepts) {
    const wanted = change(concept);
    if (wanted === undefined) {
      now.set(concept.number, 0);
      continue;
    }
    const key = conceptKey(wanted);
    const first = kept.get(key);
    if (first === undefined) kept.set(key, { number: concept.number, name: wanted.name, category: wanted.category });
    else now.set(concept.number, first.number);
  }
  const aliases = new Map([
    ...[...(vocabulary.aliases ?? [])].map(([from, to]) => [from, now.get(to) ?? to] as const),
    ...now,
  ]);
  return { ...labelVocabulary([...kept.values()], vocabulary.ignore), ...(aliases.size === 0 ? {} : { aliases }) };
}

/**
 * Merges synonyms: the concepts of a group that share a category become one under the group's first name.
 *
 * @throws InputError `CONCEPT_UNKNOWN` for a group of which no name is in the vocabulary, `SYNONYM_TWICE` for a name in
 *   two groups.
 */
export function mergeSynonyms(vocabulary: LabelVocabulary, groups: readonly (readonly string[])[]): LabelVocabulary {
  const names = vocabulary.concepts.map(({ name }) => name);
  const firstOf = new Map<string, string>();
  for (const group of groups) {
    const [first = ''] = group;
    if (!group.some((name) => names.includes(name))) throw unknownConcept(first, names);
    for (const name of group) {
      const other = firstOf.get(name);
      if (other !== undefined && other !== first)
        throw new InputError('SYNONYM_TWICE', `"${name}" is a synonym of "${other}" and of "${first}"`, {
          hint: 'Put all of them into one group, or take the name out of one.',
        });
      firstOf.set(name, first);
    }
  }
  return redefineConcepts(vocabulary, ({ name, category }) => ({ name: firstOf.get(name) ?? name, category }));
}

/**
 * Puts concepts into categories by name; a name may stand for several concepts.
 *
 * @throws InputError `CONCEPT_UNKNOWN` for a name that the vocabulary lacks, with the nearest.
 */
export function assignCategories(
  vocabulary: LabelVocabulary,
  categoryOf: ReadonlyMap<string, string>,
): LabelVocabulary {
  const names = vocabulary.concepts.map(({ name }) => name);
  for (const name of categoryOf.keys()) if (!names.includes(name)) throw unknownConcept(name, names);
  return redefineConcepts(vocabulary, ({ name, category }) => ({ name, category: categoryOf.get(name) ?? category }));
}

/**
 * Reads categories by name: a CSV file with the columns `name` and `category`.
 *
 * @throws InputError `COLUMN_MISSING`, `CATEGORY_EMPTY`, `LABEL_NAME_TWICE`, with file and line.
 */
export async function readCategories(file: string, options: ReadCsvOptions = {}): Promise<ReadonlyMap<string, string>> {
  const categories = new Map<string, string>();
  for (const { cells, line } of await readCsvRecords(file, ['name', 'category'], [], options)) {
    if (cells.category === '')
      throw new InputError('CATEGORY_EMPTY', `"${cells.name}" gets no category`, {
        file,
        line,
        column: 'category',
        hint: 'Name a category, or take the row out.',
      });
    if (categories.has(cells.name))
      throw new InputError('LABEL_NAME_TWICE', `"${cells.name}" is given twice`, {
        file,
        line,
        column: 'name',
        hint: 'Keep one of the two rows.',
      });
    categories.set(cells.name, cells.category);
  }
  return categories;
}

/**
 * Reads synonyms: a CSV file with the columns `name` and `synonym`, one row a synonym, as groups for {@link
 * mergeSynonyms}.
 *
 * @throws InputError `COLUMN_MISSING`, `TABLE_EMPTY`, `CSV_BROKEN`.
 */
export async function readSynonyms(file: string, options: ReadCsvOptions = {}): Promise<string[][]> {
  const groups = new Map<string, string[]>();
  for (const { cells } of await readCsvRecords(file, ['name', 'synonym'], [], options)) {
    const group = groups.get(cells.name);
    if (group === undefined) groups.set(cells.name, [cells.name, cells.synonym]);
    else group.push(cells.synonym);
  }
  return [...groups.values()];
}

/** Which concepts {@link keepConcepts} keeps: those that fit all that is given. */
export interface ConceptChoice {
  /** Names to keep. @default all */
  readonly keep?: readonly string[];
  /** Categories to keep. @default all */
  readonly keepCategories?: readonly string[];
}

/**
 * Keeps a part of a vocabulary; all other concepts become unlabelled.
 *
 * @throws InputError `CONCEPT_UNKNOWN` or `CATEGORY_UNKNOWN` for a name that is not in the vocabulary, with the
 *   nearest.
 */
export function keepConcepts(vocabulary: LabelVocabulary, { keep, keepCategories }: ConceptChoice): LabelVocabulary {
  const allNames = vocabulary.concepts.map(({ name }) => name);
  const allCategories = [...new Set(vocabulary.concepts.map(({ category }) => category))];
  const strangeName = keep?.find((name) => !allNames.includes(name));
  if (strangeName !== undefined) throw unknownConcept(strangeName, allNames);
  const strangeCategory = keepCategories?.find((category) => !allCategories.includes(category));
  if (strangeCategory !== undefined)
    throw new InputError('CATEGORY_UNKNOWN', `there is no category "${strangeCategory}"`, {
      hint: suggestName(strangeCategory, allCategories),
    });
  return redefineConcepts(vocabulary, (concept) =>
    (keep?.includes(concept.name) ?? true) && (keepCategories?.includes(concept.category) ?? true)
      ? concept
      : undefined,
  );
}

/** Options of {@link keepFrequent}. */
export interface KeepFrequentOptions {
  /** Fewest images in which a concept has to occur. @default 10 */
  readonly minimumImages?: number;
  /** Least area that a concept has to cover over all images, in whole images. @default 0.5 */
  readonly minimumCoverage?: number;
}

/** Defaults of {@link keepFrequent}: those that Broden was built with (Bau et al. 2017, `joinseg.py`). */
export const keepFrequentDefaults = {
  minimumImages: 10,
  minimumCoverage: 0.5,
} as const satisfies KeepFrequentOptions;

/**
 * Keeps the concepts that occur often and widely enough, by the counts of `describeDataset` over `images` images. As in
 * Broden's builder, concepts of one name count together whatever their categories: images of each, and areas.
 */
export function keepFrequent(
  vocabulary: LabelVocabulary,
  counted: {
    readonly images: number;
    readonly concepts: readonly { readonly number: number; readonly images: number; readonly pixelShare: number }[];
  },
  options: KeepFrequentOptions = {},
): LabelVocabulary {
  const { minimumImages = keepFrequentDefaults.minimumImages, minimumCoverage = keepFrequentDefaults.minimumCoverage } =
    options;
  const counts = new Map(counted.concepts.map((concept) => [concept.number, concept]));
  const sums = new Map<string, { frequency: number; coverage: number }>();
  for (const { number, name } of vocabulary.concepts) {
    const { frequency, coverage } = sums.get(name) ?? { frequency: 0, coverage: 0 };
    const { images, pixelShare } = counts.get(number) ?? { images: 0, pixelShare: 0 };
    sums.set(name, { frequency: frequency + images, coverage: coverage + pixelShare * counted.images });
  }
  return redefineConcepts(vocabulary, (concept) => {
    const { frequency = 0, coverage = 0 } = sums.get(concept.name) ?? {};
    return frequency >= minimumImages && coverage >= minimumCoverage ? concept : undefined;
  });
}

/** A vocabulary with further concepts. */
export interface AppendedConcepts {
  /** The vocabulary with the new concepts. */
  readonly vocabulary: LabelVocabulary;
  /** Numbers of the new concepts, in their order. */
  readonly numbers: readonly number[];
}

/**
 * Appends concepts under the lowest numbers above all that are in use.
 *
 * @throws InputError `LABEL_NAME_TWICE` if one is there already, `LABEL_NUMBERS_EXHAUSTED` if the numbers do not
 *   suffice.
 */
export function appendConcepts(
  vocabulary: LabelVocabulary,
  concepts: readonly Pick<LabelConcept, 'name' | 'category'>[],
): AppendedConcepts {
  const used = [...vocabulary.concepts.map(({ number }) => number), ...(vocabulary.aliases?.keys() ?? [])];
  const numbers: number[] = [];
  let next = used.reduce((largest, number) => Math.max(largest, number), 0) + 1;
  for (let index = 0; index < concepts.length; index++, next++) {
    if (next === vocabulary.ignore) next++;
    if (next > largestLabelNumber)
      throw new InputError(
        'LABEL_NUMBERS_EXHAUSTED',
        `${String(concepts.length)} further concepts do not fit into the numbers up to ${String(largestLabelNumber)}`,
        { hint: 'Keep fewer concepts.' },
      );
    numbers.push(next);
  }
  const added = concepts.map(({ name, category }, index) => ({ number: numbers[index] ?? 0, name, category }));
  return {
    vocabulary: {
      ...labelVocabulary([...vocabulary.concepts, ...added], vocabulary.ignore),
      ...(vocabulary.aliases === undefined ? {} : { aliases: vocabulary.aliases }),
    },
    numbers,
  };
}

function unknownConcept(name: string, names: readonly string[]): InputError {
  return new InputError('CONCEPT_UNKNOWN', `there is no concept "${name}"`, { hint: suggestName(name, names) });
}
