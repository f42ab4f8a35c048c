import { InputError, suggestName } from '@intermodel/streams';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { readCsvRecords, wholeNumber } from './csv-records.ts';
import type { StoredNames } from './read-label-names.ts';

/** A label that holds for a whole image. */
export interface ImageLabel {
  /** Stem of the image. */
  readonly stem: string;
  /** Number in the vocabulary. */
  readonly number: number;
}

/**
 * Reads labels of whole images: a CSV file with the columns `image` (name or stem) and `number`, one row a label.
 * `stemOf` gives the stem of each image by its name and by its stem.
 *
 * @throws InputError `IMAGE_UNKNOWN`, `LABEL_UNKNOWN`, `NOT_A_WHOLE_NUMBER`, `COLUMN_MISSING`, with file and line.
 */
export async function readImageLabels(
  file: string,
  stemOf: ReadonlyMap<string, string>,
  { vocabulary, numbers: stored }: StoredNames,
  options: ReadCsvOptions = {},
): Promise<ImageLabel[]> {
  const numbers = new Set(vocabulary.concepts.map(({ number }) => number));
  return (await readCsvRecords(file, ['image', 'number'], [], options)).map(({ cells, line }) => {
    const stem = stemOf.get(cells.image) ?? stemOf.get(cells.image.normalize('NFC'));
    if (stem === undefined)
      throw new InputError('IMAGE_UNKNOWN', `there is no image "${cells.image}"`, {
        file,
        line,
        column: 'image',
        hint: suggestName(cells.image, [...stemOf.keys()]),
      });
    const given = wholeNumber(cells.number, file, line, 'number');
    const number = stored === undefined ? given : stored.get(given);
    if (number === undefined || !numbers.has(number))
      throw new InputError('LABEL_UNKNOWN', `the vocabulary does not list number ${String(given)}`, {
        file,
        line,
        column: 'number',
        hint: 'Add the number to the CSV of the label names, or correct the row.',
      });
    return { stem, number };
  });
}
