import path from 'node:path';
import { isArrowFile } from '@intermodel/streams';
import { openArrowCells } from './arrow-cells.ts';
import { readCsvRows, type CsvRow, type ReadCsvOptions } from './csv-table.ts';
import { keyOf } from './known-score-columns.ts';
import { readTextLines } from './text-encoding.ts';

/** A table of scores as text, whatever kind of file it stands in. */
export interface ScoreRows {
  /** Names of the columns. */
  readonly headings: readonly string[];
  /** The rows after them, with the cells of the columns `used` at least. */
  readonly rows: (used: readonly number[]) => AsyncIterable<CsvRow> | Iterable<CsvRow>;
}

/**
 * Opens the tables of a file: one of a CSV or Arrow file, those with a column of models of a Markdown file (`.md`).
 *
 * @throws InputError of the readers of these files.
 */
export async function* openScoreRows(file: string, options: ReadCsvOptions): AsyncGenerator<ScoreRows> {
  if (isArrowFile(file)) {
    yield openArrowCells(file);
    return;
  }
  if (['.md', '.markdown'].includes(path.extname(file).toLowerCase())) {
    yield* readMarkdownTables(await readTextLines(file, options.encoding));
    return;
  }
  const source = readCsvRows(file, options);
  const first = await source.next();
  if (first.done !== true) yield { headings: first.value.cells, rows: () => source };
  // Where the rows were not read, the file is still open.
  await source.return(undefined);
}

/** Place of the column of models, whatever the case of its heading; undefined where there is none. */
export function findModelColumn(headings: readonly string[]): number | undefined {
  const keys = headings.map(keyOf);
  const found = ['model', 'name', 'method'].map((key) => keys.indexOf(key)).find((index) => index >= 0);
  return found;
}

/** Line below the headings of a Markdown table. */
const ruler = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/u;

function* readMarkdownTables(lines: readonly string[]): Generator<ScoreRows> {
  for (let at = 1; at < lines.length; at++) {
    const [heading = '', line = ''] = [lines[at - 1], lines[at]];
    if (!heading.includes('|') || !ruler.test(line)) continue;
    const headings = markdownCells(heading);
    const rows: CsvRow[] = [];
    while (at + 1 < lines.length && (lines[at + 1] ?? '').includes('|')) {
      at++;
      const cells = markdownCells(lines[at] ?? '');
      rows.push({ cells: headings.map((_, index) => cells[index] ?? ''), line: at + 1 });
    }
    if (findModelColumn(headings) !== undefined) yield { headings, rows: () => rows };
  }
}

/** Cells of a row: links as their text, emphasis as what is emphasised. */
function markdownCells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||(?<!\\)\|$/gu, '')
    .split(/(?<!\\)\|/u)
    .map((cell) =>
      cell
        .replace(/\[(?<text>[^\]]*)\]\([^)]*\)/gu, '$<text>')
        .replace(/(?<!\\)(?<mark>\*\*|__|`|(?<![\p{L}\p{N}])[*_](?=\S))(?<text>.+?)(?<!\\)\k<mark>/gu, '$<text>')
        .replace(/\\(?<sign>[^\p{L}\p{N}\s])/gu, '$<sign>')
        .trim(),
    );
}
