import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { InputError, openInputFile, readError, suggestName } from '@intermodel/streams';
import { CsvError, parse } from 'csv-parse';
import { readTextAsUtf8, type TextEncoding } from './text-encoding.ts';

/** One row of a CSV file with the line on which it ends. */
export interface CsvRow {
  /** Cells in the order of the headings. */
  readonly cells: readonly string[];
  /** Line of the file, counted from 1. */
  readonly line: number;
}

/** Options of {@link readCsvRows}, and of all that read tables by it. */
export interface ReadCsvOptions {
  /** Encoding of a file without a byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding;
}

/**
 * Longest row in characters: one that is longer lacks the end of a quoted field, and must not be gathered without end.
 */
const longestRow = 1 << 24;

/**
 * Reads a CSV file row by row, the headings first: quoted fields, CR LF or LF, with or without a byte-order mark.
 * Memory does not grow with the rows.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, `TEXT_ENCODING` and `CSV_BROKEN` (with the line),
 *   `TABLE_EMPTY`.
 */
export async function* readCsvRows(file: string, { encoding }: ReadCsvOptions = {}): AsyncGenerator<CsvRow> {
  const input = createReadStream(file, { fd: openInputFile(file).handle });
  // Facts of the parser about each row would cost as much as the row: lines and cells are counted here.
  const parser = parse({ relax_column_count: true, max_record_size: longestRow });
  const text = Readable.from(readTextAsUtf8(file, input, encoding), { objectMode: false });
  let rows = 0;
  let line = 0;
  let width = 0;
  try {
    const piped = text.pipe(parser);
    text.on('error', (cause) => parser.destroy(cause));
    for await (const cells of piped as AsyncIterable<string[]>) {
      line += 1 + lineEnds(cells);
      if (cells.length === 1 && cells[0] === '') continue;
      if (rows++ === 0) width = cells.length;
      if (cells.length !== width) throw brokenCsv(file, 'a row has another number of cells than the headings', line);
      yield { cells, line };
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw parserError(file, cause);
    throw cause instanceof Error && 'syscall' in cause ? readError(file, cause) : cause;
  } finally {
    text.destroy();
    input.destroy();
  }
  if (rows === 0)
    throw new InputError('TABLE_EMPTY', 'the table is empty', {
      file,
      expected: 'a line of column names and at least one row',
      hint: 'Check that the file was written whole.',
    });
}

/** Finds the column of one of several accepted names, first match wins; undefined where there is none. */
export function findColumn(headings: readonly string[], names: readonly string[]): number | undefined {
  for (const name of names) {
    const index = headings.indexOf(name);
    if (index >= 0) return index;
  }
  return undefined;
}

/**
 * Error for a column that a table must have: names the nearest heading, lists those found, and says what else can be
 * done.
 */
export function missingColumn(
  file: string,
  names: readonly string[],
  headings: readonly string[],
  remedy = '',
): InputError {
  const [only = ''] = headings;
  const separator =
    headings.length === 1
      ? (
          [
            [';', 'semicolons'],
            ['\t', 'tabs'],
          ] as const
        ).find(([character]) => only.includes(character))
      : undefined;
  return new InputError('COLUMN_MISSING', `there is no column ${names.map((name) => `"${name}"`).join(' or ')}`, {
    file,
    line: 1,
    expected: `a column named ${names.join(' or ')}`,
    hint:
      separator === undefined
        ? `${suggestName(
            names[0] ?? '',
            headings.filter((heading) => heading !== ''),
          )}${remedy === '' ? '' : ` ${remedy}`}`
        : `The columns are separated by ${separator[1]}; write the table with commas.`,
  });
}

/** Number in a cell that has to be finite; thousands may be set apart by commas. */
export function finiteNumber(text: string): number | undefined {
  const plain = withoutThousandsSeparators(text.trim());
  const value = plain === '' ? Number.NaN : Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** A number in groups of three digits, as spreadsheets write it; a leading zero speaks for a decimal comma. */
const grouped = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/u;

/** The text of a number without the commas between its thousands; any other text as it is, decimal commas too. */
export function withoutThousandsSeparators(text: string): string {
  return grouped.test(text) ? text.replaceAll(',', '') : text;
}

/** What to do about a cell that is no number: decimal commas are the usual reason. */
export function numberHint(text: string, otherwise: string): string {
  return /^\s*[+-]?\d+,\d+\s*$/u.test(text)
    ? 'Write a point before decimals: a comma only sets thousands apart.'
    : otherwise;
}

/** Ends of lines within cells. */
function lineEnds(cells: readonly string[]): number {
  let ends = 0;
  for (const cell of cells) for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) ends++;
  return ends;
}

function parserError(file: string, cause: CsvError): InputError {
  const { lines } = cause as CsvError & { lines?: number };
  const problem =
    cause.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quoted field, which may begin much earlier, is not closed'
      : cause.code === 'CSV_MAX_RECORD_SIZE'
        ? 'a row does not end; a quoted field, which may begin much earlier, is not closed'
        : `not valid CSV (${cause.message})`;
  return brokenCsv(file, problem, lines, cause);
}

function brokenCsv(file: string, problem: string, line: number | undefined, cause?: CsvError): InputError {
  return new InputError('CSV_BROKEN', problem, {
    file,
    ...(line === undefined ? {} : { line }),
    expected: 'comma-separated values with one line of column names',
    hint: 'Open the file at that line; fields with commas or quotes need quotes around them.',
    cause,
  });
}
