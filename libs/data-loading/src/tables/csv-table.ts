import { createReadStream } from 'node:fs';
import { InputError, openInputFile, readError, suggestName } from '@intermodel/streams';
import { CsvError, parse } from 'csv-parse';

/** One row of a CSV file with the line on which it ends. */
export interface CsvRow {
  /** Cells in the order of the headings. */
  readonly cells: readonly string[];
  /** Line of the file, counted from 1. */
  readonly line: number;
}

/**
 * Reads a CSV file row by row, the headings first: quoted fields, CR LF or LF, with or without a byte-order mark.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, `CSV_BROKEN` (with the line), `TABLE_EMPTY`.
 */
export async function* readCsvRows(file: string): AsyncGenerator<CsvRow> {
  const input = createReadStream(file, { fd: openInputFile(file).handle });
  const parser = parse({ bom: true, info: true, skip_empty_lines: true });
  input.on('error', (cause) => {
    parser.destroy(readError(file, cause));
  });
  let rows = 0;
  try {
    for await (const { record, info } of input.pipe(parser) as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      rows++;
      yield { cells: record, line: info.lines };
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw brokenCsv(file, cause);
    throw cause;
  } finally {
    input.destroy();
  }
  if (rows === 0) throw new InputError('TABLE_EMPTY', 'the table is empty', { file, expected: 'a line of column names and at least one row', hint: 'Check that the file was written whole.' });
}

/** Finds the column of one of several accepted names, first match wins; undefined where there is none. */
export function findColumn(headings: readonly string[], names: readonly string[]): number | undefined {
  for (const name of names) {
    const index = headings.indexOf(name);
    if (index >= 0) return index;
  }
  return undefined;
}

/** Error for a column that a table must have: names the nearest heading and lists those found. */
export function missingColumn(file: string, names: readonly string[], headings: readonly string[]): InputError {
  const [only = ''] = headings;
  const separator = headings.length === 1 ? ([[';', 'semicolons'], ['\t', 'tabs']] as const).find(([character]) => only.includes(character)) : undefined;
  return new InputError('COLUMN_MISSING', `there is no column ${names.map((name) => `"${name}"`).join(' or ')}`, {
    file,
    line: 1,
    expected: `a column named ${names.join(' or ')}`,
    hint: separator === undefined ? suggestName(names[0] ?? '', headings.filter((heading) => heading !== '')) : `The columns are separated by ${separator[1]}; write the table with commas.`,
  });
}

/** Number in a cell that has to be finite. */
export function finiteNumber(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function brokenCsv(file: string, cause: CsvError): InputError {
  const { lines } = cause as CsvError & { lines?: number };
  const problem =
    cause.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
      ? 'a row has another number of cells than the headings'
      : cause.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'a quoted field, which may begin much earlier, is not closed'
        : `not valid CSV (${cause.message})`;
  return new InputError('CSV_BROKEN', problem, {
    file,
    ...(lines === undefined ? {} : { line: lines }),
    expected: 'comma-separated values with one line of column names',
    hint: 'Open the file at that line; fields with commas or quotes need quotes around them.',
    cause,
  });
}
