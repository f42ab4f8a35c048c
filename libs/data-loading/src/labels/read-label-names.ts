import { InputError } from '@intermodel/streams';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { streamCsvRecords, wholeNumber, type CsvRecord } from './csv-records.ts';
import { labelVocabulary, largestLabelNumber, type LabelVocabulary } from './label-vocabulary.ts';

/** Options of {@link readLabelNames}. */
export interface ReadLabelNamesOptions extends ReadCsvOptions {
  /** Number of pixels that nobody judged, 1 to 65,535, such as 255. @default none */
  readonly ignore?: number;
}

/**
 * Reads the names of label numbers: a CSV file with the columns `number`, `name` and `category`, in any order and
 * among others. A row without a category gets the category `object`.
 *
 * @throws InputError `COLUMN_MISSING`, `NOT_A_WHOLE_NUMBER`, `LABEL_NUMBER_RANGE`, `LABEL_NUMBER_TWICE`,
 * `LABEL_NAME_TWICE`, `LABEL_NAME_EMPTY`, `TABLE_EMPTY`, `CSV_BROKEN`, with file, line and column.
 */
export async function readLabelNames(
  file: string,
  { ignore, ...options }: ReadLabelNamesOptions = {},
): Promise<LabelVocabulary> {
  return (await readStoredNames(file, { ...options, ...(ignore === undefined ? {} : { ignore }) })).vocabulary;
}

/** Options of {@link readStoredNames}. */
export interface ReadStoredNamesOptions extends ReadCsvOptions {
  /** Number of pixels that nobody judged, as files store it: any but 0, -1 too. @default none */
  readonly ignore?: number;
  /**
   * Whether files and names number the concepts from 0, and 255 means none where it names no concept. @default false
   */
  readonly reducedZero?: boolean;
}

/** A vocabulary, and what files store for its numbers. */
export interface StoredNames {
  /** Concepts. */
  readonly vocabulary: LabelVocabulary;
  /** Number in the vocabulary for each number that files store; undefined: the same. */
  readonly numbers?: ReadonlyMap<number, number>;
}

/** What files with classes from 0 store where there is none. */
const reducedNone = 255;

/**
 * Reads the names of label numbers as {@link readLabelNames} does, where files store other numbers than planes can
 * hold: concepts from 0 get the next number, a negative number to ignore the largest one that is free.
 *
 * @throws InputError as {@link readLabelNames}.
 */
export async function readStoredNames(
  file: string,
  { ignore, reducedZero = false, ...options }: ReadStoredNamesOptions = {},
): Promise<StoredNames> {
  const rows: (CsvRecord<'number' | 'name' | 'category'> & { readonly number: number })[] = [];
  for await (const record of streamCsvRecords(file, ['number', 'name', 'category'], [], options)) {
    rows.push({ ...record, number: storedNumber(record, file) });
    // More rows than there are numbers: one of those read is out of range or stands twice, which is said below.
    if (rows.length > largestLabelNumber + 1) break;
  }
  const shift = reducedZero ? 1 : 0;
  const stays = !reducedZero && (ignore === undefined || ignore > 0);
  const stored = new Set(rows.map(({ number }) => number));
  const inward =
    ignore === undefined || stays ? ignore : stored.has(ignore) ? ignore + shift : freeNumber(stored, shift);
  const vocabulary = labelVocabulary(
    rows.map(({ number, cells }) => ({
      number: number + shift,
      name: cells.name,
      category: cells.category === '' ? 'object' : cells.category,
    })),
    inward,
    rows.map(({ number, line }) => ({ file, line, ...(reducedZero ? { number } : {}) })),
  );
  if (stays) return { vocabulary };
  return {
    vocabulary,
    numbers: new Map([
      [reducedZero ? reducedNone : 0, 0],
      ...rows.map(({ number }) => [number, number + shift] as const),
      ...(ignore === undefined || inward === undefined ? [] : [[ignore, inward] as const]),
    ]),
  };
}

function storedNumber({ cells, line }: CsvRecord<'number'>, file: string): number {
  if (/^-\d{1,15}$/u.test(cells.number)) {
    throw new InputError('LABEL_NUMBER_RANGE', `${cells.number} cannot name a concept`, {
      file,
      line,
      column: 'number',
      expected: 'a whole number',
      hint: `Leave the row out. If ${cells.number} marks pixels that nobody judged, give it as the number to ignore: \`data.ignore: ${cells.number}\`.`,
    });
  }
  return wholeNumber(cells.number, file, line, 'number');
}

/** The largest number that no concept has. */
function freeNumber(stored: ReadonlySet<number>, shift: number): number {
  let number = largestLabelNumber;
  while (number > 1 && stored.has(number - shift)) number--;
  return number;
}
