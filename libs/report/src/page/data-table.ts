import { joined, markup, type Markup, type MarkupValue } from './markup.ts';

/** A column of a table. */
export interface TableColumn<R> {
  /** Heading. */
  readonly title: string;
  /** Longer explanation of the heading, shown on hover. */
  readonly hint?: string;
  /** Whether the values are numbers, set right. */
  readonly numeric?: boolean;
  /** Whether the cells name their row (the first column does, unless another one says so). */
  readonly heading?: boolean;
  /** Content of a cell. */
  readonly cell: (row: R) => MarkupValue;
  /** Value by which the reader sorts, where it is not the text of the cell. */
  readonly sortBy?: (row: R) => number | string;
}

/** A table with what readers and scripts need to know of it. */
export interface TableBlock<R> {
  /** Identifier within the page. */
  readonly id: string;
  /** What the table holds; read out by screen readers. */
  readonly caption: string;
  /** Columns from left to right. */
  readonly columns: readonly TableColumn<R>[];
  /** Rows from top to bottom. */
  readonly rows: readonly R[];
  /** Whether the reader can sort and filter it. @default false */
  readonly interactive?: boolean;
}

/** Renders a table that scrolls within its frame on narrow screens. */
export function dataTable<R>({ id, caption, columns, rows, interactive = false }: TableBlock<R>): Markup {
  const hasHeading = columns.some(({ heading }) => heading === true);
  const head = columns.map(
    ({ title, hint, numeric }) => markup`<th scope="col"${attribute('class', numeric === true ? 'number' : undefined)}${attribute('title', hint)}>${title}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map((column, index) => {
      const tag = (hasHeading ? column.heading === true : index === 0) ? 'th scope="row"' : 'td';
      return cell(tag, column, row);
    });
    return markup`<tr>${joined(cells)}</tr>`;
  });
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table id="${id}"${attribute('data-interactive', interactive ? 'true' : undefined)}><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A table that stays folded until the reader asks for the numbers behind a figure. */
export function foldedTable<R>(table: TableBlock<R>, summary = 'Data behind this figure'): Markup {
  return markup`<details class="data"><summary>${summary}</summary>${dataTable(table)}</details>`;
}

/** An attribute, or nothing where it has no value. */
export function attribute(name: string, value: string | number | undefined): Markup | false {
  return value !== undefined && markup` ${name}="${value}"`;
}

function cell<R>(tag: string, { numeric, sortBy, cell: content }: TableColumn<R>, row: R): Markup {
  const attributes = markup`${attribute('class', numeric === true ? 'number' : undefined)}${attribute('data-sort', sortBy?.(row))}`;
  return tag === 'td' ? markup`<td${attributes}>${content(row)}</td>` : markup`<th scope="row"${attributes}>${content(row)}</th>`;
}
