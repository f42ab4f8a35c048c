import { csvCell, csvText, type CsvColumn } from '@intermodel/streams';
import { attribute } from './attribute.ts';
import { joined, markup, type Markup, type MarkupValue } from './markup.ts';

/** A column of a table: the value itself, and how people see it. */
export interface TableColumn<R> {
  /** Heading. */
  readonly title: string;
  /** Longer explanation of the heading, shown on hover. */
  readonly hint?: string;
  /** Whether the values are numbers, set right. */
  readonly numeric?: boolean;
  /** Value as it is computed: what the CSV holds and what the reader sorts by. */
  readonly value: (row: R) => string | number | boolean;
  /** Value as plain text for people. @default the value itself */
  readonly text?: (row: R) => string;
  /** Value as markup. @default the text */
  readonly cell?: (row: R) => MarkupValue;
  /** What stands for it in CSV, such as both ends of an interval. @default the title, and the value */
  readonly csv?: readonly CsvField<R>[];
}

/** Both ends of an interval as columns of a CSV file. */
export function intervalFields<R>(
  name: string,
  of: (row: R) => readonly [number, number] | undefined,
): readonly CsvField<R>[] {
  const end = (at: 0 | 1) => (row: R) => of(row)?.[at] ?? Number.NaN;
  return [
    { name: `${name}, low`, value: end(0) },
    { name: `${name}, high`, value: end(1) },
  ];
}

/** A column of a CSV file. */
export interface CsvField<R> {
  /** Heading. */
  readonly name: string;
  /** Value of a row; '' where it has none. */
  readonly value: (row: R) => string | number | boolean;
}

/** What a table holds. */
export interface TableBlock<R> {
  /** Identifier within the page; also the name of its file when it is saved. */
  readonly id: string;
  /** What the table holds; read out by screen readers. */
  readonly caption: string;
  /** Columns from left to right; the first names the row. */
  readonly columns: readonly TableColumn<R>[];
  /** Rows from top to bottom. */
  readonly rows: readonly R[];
  /** Whether the reader can sort and filter it. @default false */
  readonly interactive?: boolean;
}

/** A table that can be shown on the page, saved as CSV, or put into Markdown: the same rows everywhere. */
export interface TableView {
  /** Identifier within the page. */
  readonly id: string;
  /** What the table holds. */
  readonly caption: string;
  /** Number of rows. */
  readonly rows: number;
  /** As HTML, scrolling within its frame on narrow screens. */
  html(): Markup;
  /** As CSV with the values in full precision. */
  csv(): string;
  /** As a Markdown table of at most `limit` rows. */
  markdown(limit?: number): string;
}

/** Makes the views of a table. */
export function tableView<R>(block: TableBlock<R>): TableView {
  const { id, caption, columns, rows } = block;
  return {
    id,
    caption,
    rows: rows.length,
    html: () => tableMarkup(block),
    csv: () =>
      csvText(
        columns.flatMap((column) =>
          fieldsOf(column).map(({ name, value }): CsvColumn => ({ name, cell: (row) => value(rows[row] as R) })),
        ),
        rows.length,
      ),
    markdown: (limit = rows.length) => {
      const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
      const body = rows
        .slice(0, limit)
        .map((row) => line(columns.map((column) => escapeMarkdown(textOf(column, row)))));
      return [
        line(columns.map(({ title }) => escapeMarkdown(title))),
        line(columns.map(({ numeric }) => (numeric === true ? '---:' : '---'))),
        ...body,
      ].join('\n');
    },
  };
}

function fieldsOf<R>({ title, value, csv }: TableColumn<R>): readonly CsvField<R>[] {
  return csv ?? [{ name: title, value }];
}

/** A table that stays folded until the reader asks for the numbers behind a figure. */
export function foldedTable(table: TableView, summary = 'Data behind this figure'): Markup {
  return markup`<details class="data"><summary>${summary}</summary>${table.html()}</details>`;
}

/** Text as it may stand in running Markdown and in its tables: nothing in it is taken for markup, links or HTML. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*_{}[\]()#+!|~$@]/gu, '\\$&')
    .replace(/[<>&]/gu, (character) => ({ '<': '&lt;', '>': '&gt;' })[character] ?? '&amp;')
    .replace(/:\/\//gu, ':\u200b//');
}

/** Characters beyond which a cell bears its whole text as a title. */
const longText = 40;

function tableMarkup<R>({ id, caption, columns, rows, interactive = false }: TableBlock<R>): Markup {
  const head = columns.map(
    ({ title, hint, numeric, csv }) =>
      markup`<th scope="col"${attribute('class', numeric === true ? 'number' : undefined)}${attribute('title', hint)}${attribute('data-csv', csv?.map(({ name }) => csvCell(name)).join(','))}>${title}</th>`,
  );
  const body = rows.map(
    (row) => markup`<tr>${columns.map((column, index) => cellMarkup(column, row, index === 0, interactive))}</tr>`,
  );
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table id="${id}"${attribute('data-interactive', interactive ? 'true' : undefined)}><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${joined(body)}</tbody></table></div>`;
}

function cellMarkup<R>(column: TableColumn<R>, row: R, heading: boolean, sortable: boolean): Markup {
  const { numeric, value, cell } = column;
  const content = cell === undefined ? textOf(column, row) : cell(row);
  const raw = value(row);
  const sort =
    typeof raw === 'number' && (sortable ? String(raw) !== content : !isPlain(content))
      ? attribute('data-sort', Number.isFinite(raw) ? String(Number(raw.toPrecision(6))) : '')
      : undefined;
  // The style sheet cuts off what is longer than any usual name.
  const title = typeof raw === 'string' && raw.length > longText ? attribute('title', raw) : undefined;
  const fields = attribute('data-csv', column.csv?.map((field) => csvCell(shortNumber(field.value(row)))).join(','));
  const attributes = markup`${attribute('class', numeric === true ? 'number' : undefined)}${sort}${title}${fields}`;
  return heading ? markup`<th scope="row"${attributes}>${content}</th>` : markup`<td${attributes}>${content}</td>`;
}

/** Whether a cell shows a number that programs can read, but for its minus sign and thin spaces. */
function isPlain(content: MarkupValue): boolean {
  return typeof content === 'string' && /^(?:−?[\d.\u202f]+|–)$/u.test(content);
}

/** A number with the digits that the page carries. */
function shortNumber(value: string | number | boolean): string | number | boolean {
  return typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(6)) : value;
}

function textOf<R>({ value, text }: TableColumn<R>, row: R): string {
  return text === undefined ? String(value(row)) : text(row);
}
