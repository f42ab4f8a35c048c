import { drawRelationMap } from '../src/figures/relation-map.ts';
import { standAloneFigure } from '../src/figures/stand-alone.ts';
import { trusted } from '../src/page/markup.ts';
import type { PageData, ShortSurface } from '../src/page/page-data.ts';
import { surfaceCells } from '../src/page/surface-cells.ts';
import { curveRows } from '../src/views/claim-curve.ts';
import { plainName } from '../src/words/figure-name.ts';
import { curveOf } from './claims.ts';
import { chosen, find } from './page.ts';
import { zipArchive } from './zip.ts';

/** Gives every figure buttons that save its drawing as SVG and PNG and its table as CSV. */
export function startSaving(data: PageData): void {
  startCopying();
  find('save-tables', HTMLButtonElement)?.addEventListener('click', () => {
    void saveTables(data);
  });
  for (const figure of document.querySelectorAll<HTMLElement>('main figure')) {
    const tools = document.createElement('div');
    tools.className = 'tools';
    const curve = curveOf(figure, data);
    const add = (kind: string, action: (name: string) => void): void => {
      tools.append(
        saveButton(`Save ${kind}`, `Save ${kind}: ${title(figure)}`, () => {
          action(`${fileName(figure)}.${kind.toLowerCase()}`);
        }),
      );
    };
    if (curve !== undefined || findDrawing(figure, data) !== null) {
      add('SVG', (name) => {
        save(name, new Blob([drawingText(figure, data)], { type: 'image/svg+xml' }));
      });
      add('PNG', (name) => {
        void savePng(name, drawingText(figure, data));
      });
    }
    if (findTable(figure) !== null || figure.id === 'surface')
      add('CSV', (name) => {
        save(name, new Blob([figureCsv(figure, data)], { type: 'text/csv' }));
      });
    if (tools.childElementCount > 0) figure.append(tools);
  }
}

/** Saves every table of the page, the grid of every surface and the distances of all models as one archive. */
async function saveTables(data: PageData): Promise<void> {
  const names = new Set<string>();
  const files = [...document.querySelectorAll<HTMLTableElement>('main table')].flatMap((table) => {
    const holder = table.closest('figure');
    const name = plainName(table.id || holder?.id || (table.caption?.textContent ?? ''));
    if (names.has(name) || name === 'figure' || (table.id === '' && holder === null)) return [];
    names.add(name);
    return [{ name: `${name}.csv`, text: tableCsv(table) }];
  });
  const grids = (data.tasks?.surfaces ?? []).flatMap((surface, column) =>
    surface === null
      ? []
      : [{ name: `surface-${plainName(data.tasks?.columns[column]?.column ?? '')}.csv`, text: gridCsv(surface) }],
  );
  const units = rowsCsv([
    ['model', 'concept', 'category', 'units'],
    ...data.models.flatMap((model, row) =>
      data.concepts.map((concept, at) => [
        model,
        concept,
        data.categories[data.conceptCategories[at] ?? 0] ?? '',
        data.units[row]?.[at] ?? 0,
      ]),
    ),
  ]);
  const distances = rowsCsv([
    ['model', 'other', 'distance'],
    ...data.distances.flatMap((row, model) =>
      row.map((distance, other) => [data.models[model] ?? '', data.models[other] ?? '', distance]),
    ),
  ]);
  const archive = [...files, ...grids, { name: 'units.csv', text: units }, { name: 'distances.csv', text: distances }];
  save(`${plainName(document.title.slice(0, 60))}-tables.zip`, await zipArchive(archive));
}

/** Lets the reader copy what to cite. */
function startCopying(): void {
  const button = find('copy-bibtex', HTMLButtonElement);
  const text = find('bibtex', HTMLElement);
  button?.addEventListener('click', () => {
    if (text === undefined) return;
    getSelection()?.selectAllChildren(text);
    void navigator.clipboard.writeText(text.textContent).then(() => {
      button.textContent = 'Copied';
    });
  });
}

/** Name of a figure's files without an ending: the study and the figure, as the reader has chosen it. */
function fileName(figure: HTMLElement): string {
  const [study = '', own = ''] = [document.title.slice(0, 60), figure.dataset['file'] ?? figure.id].map(plainName);
  return `${study}-${own}`;
}

/** What a figure shows as CSV: the grid of a surface, universes of a claim, else the table behind it. */
function figureCsv(figure: HTMLElement, data: PageData): string {
  const curve = curveOf(figure, data);
  if (curve !== undefined) return rowsCsv(curveRows(...curve));
  const surface =
    figure.id === 'surface' ? data.tasks?.surfaces[chosen(find('score-column', HTMLSelectElement))] : null;
  if (surface === null || surface === undefined) return tableCsv(findTable(figure));
  return gridCsv(surface);
}

function gridCsv(surface: ShortSurface): string {
  const cells = surfaceCells(surface).map(({ pc1, pc2, score }) =>
    [pc1, pc2, score].map((value) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : '')),
  );
  return rowsCsv([['pc1', 'pc2', 'score'], ...cells]);
}

/** The table of a figure as it is now: what the reader chooses may change it. */
function findTable(figure: HTMLElement): HTMLTableElement | null {
  return (
    figure.querySelector<HTMLTableElement>('details.data table') ?? figure.querySelector<HTMLTableElement>('table.grid')
  );
}

function title(figure: HTMLElement): string {
  return (figure.querySelector('figcaption h3, figcaption h4')?.lastChild?.textContent ?? figure.id).trim();
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
  if (figure.id !== 'relations' || tasks === null) return figure.querySelector('.drawing > svg');
  const holder = document.createElement('div');
  holder.innerHTML = drawRelationMap(tasks).toString();
  return holder.firstElementChild;
}

/** The drawing as it stands alone: with title, verdict and legend, in light colours whatever the scheme in view. */
function drawingText(figure: HTMLElement, data: PageData): string {
  const drawing = findDrawing(figure, data);
  if (drawing === null) return '';
  const copy = drawing.cloneNode(true) as SVGElement;
  for (const part of copy.querySelectorAll('.cursor, .reach')) part.remove();
  const items = [...figure.querySelectorAll('.legend li')].map((item) => ({
    text: item.textContent.trim(),
    sign: trusted(item.querySelector('svg')?.innerHTML ?? ''),
  }));
  const words = {
    title: title(figure),
    verdict: figure.dataset['verdict'],
    legend: items.length === 0 ? undefined : { label: '', items },
  };
  const root = document.documentElement;
  const scheme = root.dataset['scheme'];
  root.dataset['scheme'] = 'light';
  const light = getComputedStyle(root);
  const text = standAloneFigure(
    new XMLSerializer()
      .serializeToString(copy)
      .replace(/^<svg(.*?) xmlns="[^"]*"/u, '<svg xmlns="http://www.w3.org/2000/svg"$1'),
    words,
    (name) => light.getPropertyValue(`--${name}`).trim() || undefined,
  );
  if (scheme === undefined) delete root.dataset['scheme'];
  else root.dataset['scheme'] = scheme;
  return text;
}

/** Saves a drawing as PNG of twice its size. */
async function savePng(name: string, svg: string): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width * 2, image.height * 2];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    if (blob !== null) save(name, blob);
  }, 'image/png');
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

function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
