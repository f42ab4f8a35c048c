import { DataType, type RecordBatch } from 'apache-arrow';
import { InputError, readArrowFile, readStrings } from '@intermodel/streams';
import type { CsvRow } from './csv-table.ts';

/** An Arrow file as a table of text, whatever program wrote it. */
export interface ArrowCells {
  /** Names of the columns. */
  readonly headings: readonly string[];
  /**
   * The rows, counted from 1, with the cells of the columns `used`; those of others are empty. Numbers print so that
   * they read back to the same float64; null is an empty cell.
   *
   * @throws InputError `COLUMN_TYPE` for a column that holds neither text nor numbers nor truth values
   */
  readonly rows: (used: Iterable<number>) => Generator<CsvRow>;
}

/**
 * Opens an Arrow IPC file as a table of text: text of every kind (`utf8`, `large_utf8`, `utf8_view`), dictionaries,
 * integers, floats, truth values and columns of nulls.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, `ARROW_BROKEN`, `ARROW_COMPRESSED`, `COLUMN_TYPE`, naming the
 *   file
 */
export function openArrowCells(file: string): ArrowCells {
  const { schema, batches } = readArrowFile(file);
  const headings = schema.fields.map(({ name }) => name);
  return {
    headings,
    *rows(used) {
      const columns = [...new Set(used)];
      for (const index of columns)
        checkKind(schema.fields[index]?.type as DataType | undefined, file, headings[index] ?? '');
      let line = 0;
      for (const batch of batches) {
        const texts = columns.map((index) => columnTexts(batch, index));
        for (let row = 0; row < batch.numRows; row++) {
          const cells = headings.map(() => '');
          columns.forEach((index, place) => {
            cells[index] = texts[place]?.[row] ?? '';
          });
          yield { cells, line: ++line };
        }
      }
    },
  };
}

function checkKind(type: DataType | undefined, file: string, column: string): void {
  const values = valuesOf(type);
  if (
    DataType.isInt(values) ||
    DataType.isFloat(values) ||
    DataType.isBool(values) ||
    DataType.isNull(values) ||
    isText(values)
  )
    return;
  throw new InputError(
    'COLUMN_TYPE',
    `is of type ${(type as { toString(): string } | undefined)?.toString() ?? 'none'}`,
    { file, column, expected: 'text or numbers', hint: 'Write the column as text, integers or floats.' },
  );
}

/** Type of the values of a column, behind its dictionary if it has one. */
function valuesOf(type: DataType | undefined): DataType | undefined {
  return DataType.isDictionary(type) ? (type.dictionary as DataType) : type;
}

function isText(type: DataType | undefined): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

/** Cells of a column; undefined: all are empty. */
function columnTexts(batch: RecordBatch, index: number): readonly string[] | undefined {
  const vector = batch.getChildAt<DataType>(index);
  if (vector === null || DataType.isNull(vector.type)) return undefined;
  if (DataType.isUtf8(vector.type) || (DataType.isDictionary(vector.type) && isText(valuesOf(vector.type))))
    return readStrings(vector);
  return Array.from({ length: vector.length }, (_, row) => text(vector.get(row) as unknown));
}

function text(value: unknown): string {
  return typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean'
    ? String(value)
    : '';
}
