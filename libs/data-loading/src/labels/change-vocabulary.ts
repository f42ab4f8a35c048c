import { InputError } from '@intermodel/errors';
import type { DatasetDescription } from '../formats/dataset-description.ts';
import type { TextEncoding } from '../tables/text-encoding.ts';
import type { LabelVocabulary } from './label-vocabulary.ts';
import {
  assignCategories,
  keepConcepts,
  keepFrequent,
  mergeSynonyms,
  readCategories,
  readSynonyms,
} from './vocabulary-tools.ts';

/** Changes of a vocabulary, made in this order. */
export interface VocabularyChanges {
  /** CSV of name and synonym: such concepts become one. */
  readonly synonyms?: string;
  /** CSV of name and category: such concepts change their category. */
  readonly categories?: string;
  /** Names of the concepts that are kept. */
  readonly keep?: readonly string[];
  /** Categories that are kept. */
  readonly keepCategories?: readonly string[];
  /** Fewest images in which a concept has to occur. */
  readonly minimumImages?: number;
  /** Whole images' worth of pixels that a concept has to cover. */
  readonly minimumCoverage?: number;
}

/**
 * Changes a vocabulary as far as no label has to be read for it; CSV files without a byte-order mark are in `encoding`.
 *
 * @throws InputError of the readers and tools.
 */
export async function changeVocabulary(
  vocabulary: LabelVocabulary,
  changes: VocabularyChanges,
  encoding?: TextEncoding,
): Promise<LabelVocabulary> {
  const csv = encoding === undefined ? {} : { encoding };
  const { synonyms, categories, keep, keepCategories } = changes;
  let changed = vocabulary;
  if (synonyms !== undefined) {
    const groups = await readSynonyms(synonyms, csv);
    changed = advising(
      (error) => error.at(synonyms),
      () => mergeSynonyms(changed, groups),
    );
  }
  if (categories !== undefined) {
    const changes = await readCategories(categories, csv);
    changed = advising(
      (error) => error.at(categories),
      () => assignCategories(changed, changes),
    );
  }
  if (keep === undefined && keepCategories === undefined) return changed;
  const correct = ({ code }: InputError) => (code === 'CATEGORY_UNKNOWN' ? 'keepCategories' : 'keep');
  return advising(
    (error) => error.advising(`Correct \`data.vocabulary.${correct(error)}\`.`),
    () => keepConcepts(changed, changes),
  );
}

/** Does some work, whose errors are told with more. */
function advising<Result>(more: (error: InputError) => InputError, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof InputError ? more(error) : error;
  }
}

/**
 * Leaves out concepts that occur too seldom, if any are to be; `count` tells how often they occur, and is asked only
 * then, since it reads all labels.
 *
 * @throws InputError of the tools.
 */
export async function leaveOutRare(
  vocabulary: LabelVocabulary,
  { minimumImages, minimumCoverage }: VocabularyChanges,
  count: () => Promise<DatasetDescription>,
): Promise<LabelVocabulary> {
  if (minimumImages === undefined && minimumCoverage === undefined) return vocabulary;
  return keepFrequent(vocabulary, await count(), {
    minimumImages: minimumImages ?? 0,
    minimumCoverage: minimumCoverage ?? 0,
  });
}
