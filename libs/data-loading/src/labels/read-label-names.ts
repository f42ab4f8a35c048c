import { readCsvRecords, wholeNumber } from './csv-records.ts';
import { labelVocabulary, type LabelVocabulary } from './label-vocabulary.ts';

/** Options of {@link readLabelNames}. */
export interface ReadLabelNamesOptions {
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
export async function readLabelNames(file: string, { ignore }: ReadLabelNamesOptions = {}): Promise<LabelVocabulary> {
  const records = await readCsvRecords(file, ['number', 'name', 'category']);
  return labelVocabulary(
    records.map(({ cells, line }) => ({
      number: wholeNumber(cells.number, file, line, 'number'),
      name: cells.name,
      category: cells.category === '' ? 'object' : cells.category,
    })),
    ignore,
    records.map(({ line }) => ({ file, line })),
  );
}
