/** Lets the reader sort and filter every table that says so. */
export function startTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('table[data-interactive]')) makeInteractive(table);
}

interface Row {
  readonly element: HTMLTableRowElement;
  readonly text: string;
  readonly place: number;
}

function makeInteractive(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  if (body === undefined) return;
  // Read when first needed: most tables are never opened, and large ones take a moment.
  let known: readonly Row[] | undefined;
  const rows = (): readonly Row[] =>
    (known ??= [...body.rows].map((element, place) => ({
      element,
      text: (element.textContent || '').toLowerCase(),
      place,
    })));
  [...(table.tHead?.rows[0]?.cells ?? [])].forEach((heading, index) => {
    addSorting(heading, () => {
      const descending =
        heading.getAttribute('aria-sort') === (heading.classList.contains('number') ? null : 'ascending');
      for (const other of table.tHead?.rows[0]?.cells ?? []) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      body.append(...sorted(rows(), index, descending).map(({ element }) => element));
    });
  });
  table.closest('.scroll')?.before(filterControls(table, rows));
}

function addSorting(heading: HTMLTableCellElement, sort: () => void): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener('click', sort);
}

function sorted(rows: readonly Row[], column: number, descending: boolean): readonly Row[] {
  const keys = rows.map((row) => ({ row, key: sortKey(row.element.cells[column]) }));
  const direction = descending ? -1 : 1;
  keys.sort((a, b) => {
    // What has no value stands last in both directions.
    if (a.key === null || b.key === null) return a.key === b.key ? a.row.place - b.row.place : a.key === null ? 1 : -1;
    const order =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : String(a.key).localeCompare(String(b.key), 'en', { numeric: true, sensitivity: 'base' });
    return order * direction || a.row.place - b.row.place;
  });
  return keys.map(({ row }) => row);
}

function sortKey(cell: HTMLTableCellElement | undefined): number | string | null {
  const text = cell?.dataset['sort'] ?? cell?.textContent.trim() ?? '';
  if (text === '' || text === '–') return null;
  const number = Number(text.replace('−', '-').replaceAll('\u202f', ''));
  return Number.isNaN(number) ? text : number;
}

function filterControls(table: HTMLTableElement, rows: () => readonly Row[]): Element {
  const controls = document.createElement('div');
  controls.className = 'controls';
  const label = document.createElement('label');
  const input = document.createElement('input');
  input.type = 'search';
  input.autocomplete = 'off';
  label.append('Filter ', input);
  const count = document.createElement('span');
  count.className = 'count';
  count.setAttribute('aria-live', 'polite');
  controls.append(label, count);
  input.setAttribute('aria-controls', table.id);
  input.addEventListener('input', () => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/u)
      .filter((word) => word !== '');
    let shown = 0;
    for (const { element, text } of rows()) {
      element.hidden = !words.every((word) => text.includes(word));
      if (!element.hidden) shown += 1;
    }
    count.textContent = words.length === 0 ? '' : `${String(shown)} of ${String(rows().length)} rows`;
  });
  return controls;
}
