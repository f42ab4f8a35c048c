import { InputError } from '@intermodel/streams';
import { missingColumn, readCsvRows, withoutThousandsSeparators, type ReadCsvOptions } from '../tables/csv-table.ts';

/** One row of a CSV file by the names of its columns. */
export interface CsvRecord<Name extends string> {
  /** Trimmed cells; an optional column that the file lacks is empty. */
  readonly cells: Readonly<Record<Name, string>>;
  /** Line of the file, counted from 1. */
  readonly line: number;
}

/**
 * Reads the named columns of a small CSV file; other columns are passed over. The file may lack the `optional`
 * columns: their cells are then empty.
 *
 * @throws InputError `COLUMN_MISSING` with the nearest heading, `FILE_MISSING`, `FILE_UNREADABLE`, `TEXT_ENCODING`,
 * `CSV_BROKEN`, `TABLE_EMPTY`.
 */
export async function readCsvRecords<Required extends string, Optional extends string = never>(
  file: string,
  required: readonly Required[],
  optional: readonly Optional[] = [],
  options: ReadCsvOptions = {},
): Promise<CsvRecord<Required | Optional>[]> {
  const records: CsvRecord<Required | Optional>[] = [];
  for await (const record of streamCsvRecords(file, required, optional, options)) records.push(record);
  return records;
}

/** The same record by record, for files of which not all rows need be kept. */
export async function* streamCsvRecords<Required extends string, Optional extends string = never>(
  file: string,
  required: readonly Required[],
  optional: readonly Optional[] = [],
  options: ReadCsvOptions = {},
): AsyncGenerator<CsvRecord<Required | Optional>> {
  let places: [Required | Optional, number | undefined][] | undefined;
  for await (const { cells, line } of readCsvRows(file, options)) {
    if (places === undefined) {
      places = findColumns(
        file,
        cells.map((heading) => heading.trim()),
        required,
        optional,
      );
      continue;
    }
    const named = places.map(
      ([name, index]) => [name, index === undefined ? '' : (cells[index] ?? '').trim()] as const,
    );
    yield { line, cells: Object.fromEntries(named) as Record<Required | Optional, string> };
  }
}

/**
 * Whole number in a cell; thousands may be set apart by commas.
 *
 * @throws InputError `NOT_A_WHOLE_NUMBER` with file, line and column.
 */
export function wholeNumber(text: string, file: string, line: number, column: string): number {
  const digits = withoutThousandsSeparators(text);
  if (!/^\d{1,15}$/u.test(digits)) {
    throw new InputError('NOT_A_WHOLE_NUMBER', `"${text}" is not a whole number`, {
      file,
      line,
      column,
      expected: 'digits only, such as 12',
      hint: 'Correct the cell.',
    });
  }
  return Number(digits);
}

function findColumns<Required extends string, Optional extends string>(
  file: string,
  headings: readonly string[],
  required: readonly Required[],
  optional: readonly Optional[],
): [Required | Optional, number | undefined][] {
  const index = (name: string) => {
    const found = headings.indexOf(name);
    return found < 0 ? undefined : found;
  };
  for (const name of required) if (index(name) === undefined) throw missingColumn(file, [name], headings);
  return [...required, ...optional].map((name) => [name, index(name)]);
}
