import { DataType, type RecordBatch, type Vector } from 'apache-arrow';

/** One column of a CSV file: its heading, and the text of a row's cell. */
export interface CsvColumn {
  /** Heading in the first line. */
  readonly name: string;
  /** Cell of a row; numbers print so that they read back to the same float64, null and NaN as an empty cell. */
  readonly cell: (row: number) => CsvValue;
}

/** What a cell can hold. */
export type CsvValue = string | number | boolean | null | undefined;

/** Text of a CSV file: comma, LF, quotes only where they are needed (RFC 4180 but for the line ends). */
export function csvText(columns: readonly CsvColumn[], rows: number): string {
  const lines = [columns.map(({ name }) => csvCell(name)).join(',')];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ cell }) => csvCell(cell(row))).join(','));
  return `${lines.join('\n')}\n`;
}

/** Columns of a batch under their own names, lists of fixed size spread over `prefix1`, `prefix2`, … */
export function batchCsvColumns(batch: RecordBatch, rename: (name: string) => string = (name) => name): CsvColumn[] {
  return batch.schema.fields.flatMap((field) => {
    const { name } = field;
    const vector = batch.getChild(name) as Vector;
    if (!DataType.isFixedSizeList(field.type))
      return [{ name: rename(name), cell: (row: number) => vector.get(row) as CsvValue }];
    return Array.from({ length: field.type.listSize }, (_, index) => ({
      name: `${rename(name)}${String(index + 1)}`,
      cell: (row: number) => (vector.get(row) as Vector | null)?.get(index) as CsvValue,
    }));
  });
}

/** One cell, quoted if it holds a comma, a quote or a line end. */
export function csvCell(value: CsvValue): string {
  if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return '';
  const text = Object.is(value, -0) ? '0' : String(value);
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A cell, quoted or not, and what ends it. */
const cells = /("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/gu;
/** What a spreadsheet takes for the beginning of a formula. */
const formula = /^"?[=+\-@\t\r]/u;
/** Numbers as {@link csvCell} prints them. */
const number = /^-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|Infinity)$/u;

/**
 * The text of a CSV file for spreadsheets: an apostrophe before every cell that they would take for a formula, which
 * makes it text. Numbers stay as they are. Such a file does not read back to the same names.
 */
export function spreadsheetCsv(text: string): string {
  return text.replace(cells, (whole, cell: string, end: string) => {
    if (!formula.test(cell) || number.test(cell)) return whole;
    return `${cell.startsWith('"') ? `"'${cell.slice(1)}` : `'${cell}`}${end}`;
  });
}
