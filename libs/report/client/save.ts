import { drawRelationMap } from '../src/figures/relation-map.ts';
import type { PageData } from '../src/page/page-data.ts';
import { curveRows } from '../src/views/claim-curve.ts';
import { curveOf } from './claims.ts';

/** Gives every figure buttons that save its drawing as SVG and its table as CSV. */
export function startSaving(data: PageData): void {
  for (const figure of document.querySelectorAll<HTMLElement>('main figure')) {
    const tools = document.createElement('div');
    tools.className = 'tools';
    const curve = curveOf(figure, data);
    if (curve !== undefined || findDrawing(figure, data) !== null)
      tools.append(
        saveButton('Save SVG', `Save SVG: ${title(figure)}`, () => {
          save(`${figure.id}.svg`, 'image/svg+xml', drawingText(findDrawing(figure, data)));
        }),
      );
    if (findTable(figure) !== null)
      tools.append(
        saveButton('Save CSV', `Save CSV: ${title(figure)}`, () => {
          save(
            `${figure.id}.csv`,
            'text/csv',
            curve === undefined ? tableCsv(findTable(figure)) : rowsCsv(curveRows(...curve)),
          );
        }),
      );
    if (tools.childElementCount > 0) figure.append(tools);
  }
}

/** The table of a figure as it is now: what the reader chooses may change it. */
function findTable(figure: HTMLElement): HTMLTableElement | null {
  return (
    figure.querySelector<HTMLTableElement>('details.data table') ?? figure.querySelector<HTMLTableElement>('table.grid')
  );
}

function title(figure: HTMLElement): string {
  return figure.querySelector('h3')?.textContent.trim() ?? figure.id;
}

function saveButton(text: string, label: string, action: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.setAttribute('aria-label', label);
  button.addEventListener('click', action);
  return button;
}

/** The drawing of a figure; the heat map of relations is a table on the page, and drawn only to be saved. */
function findDrawing(figure: HTMLElement, { tasks }: PageData): Element | null {
  if (figure.id !== 'relations' || tasks === null) return figure.querySelector('.drawing svg');
  const holder = document.createElement('div');
  holder.innerHTML = drawRelationMap(tasks).toString();
  return holder.firstElementChild;
}

/** The drawing with the colours of the scheme in view written out, on the panel it stands on. */
function drawingText(drawing: Element | null): string {
  if (drawing === null) return '';
  const styles = getComputedStyle(document.documentElement);
  const copy = drawing.cloneNode(true) as SVGElement;
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({ width: '100%', height: '100%', fill: 'var(--panel)' }))
    ground.setAttribute(name, value);
  copy.prepend(ground);
  for (const part of copy.querySelectorAll('.cursor, .reach')) part.remove();
  return new XMLSerializer()
    .serializeToString(copy)
    .replace(/var\((--[a-z0-9-]+)\)/gu, (reference, name: string) => styles.getPropertyValue(name).trim() || reference)
    .replace(/currentColor/gu, styles.getPropertyValue('--ink').trim());
}

/** A table as CSV: numbers as numbers, and of cells that hold several (such as intervals) each in a column. */
function tableCsv(table: HTMLTableElement | null): string {
  const value = (each: HTMLTableCellElement): string =>
    each.dataset['csv'] ?? csvCell(each.dataset['sort'] ?? numberText(each.textContent.trim()));
  return [...(table?.rows ?? [])].map((row) => `${[...row.cells].map(value).join(',')}\n`).join('');
}

/** A number of the page as programs read it; a dash that stands for none is nothing, other text stays. */
function numberText(text: string): string {
  if (text === '–') return '';
  return /^−?[\d.\u202f]+$/u.test(text) ? text.replace('−', '-').replaceAll('\u202f', '') : text;
}

function rowsCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map((each) => csvCell(String(each))).join(',')}\n`).join('');
}

function csvCell(text: string): string {
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
