import type { PageData } from '../src/page/page-data.ts';
import {
  cellsWidth,
  conceptLabel,
  drawConceptMap,
  layOutConceptMap,
  drawMapHeads,
  type ConceptOrder,
  type MapLayout,
} from '../src/views/concept-map.ts';
import { unfold } from './folding.ts';
import { chosen, fill, find } from './page.ts';

/** Pixels below which a frame gets narrower cells. */
const narrowFrame = 700;

/** Lets the reader search the map of concepts and models, and read its cells with pointer or arrow keys. */
export function startConceptMap(data: PageData): void {
  const drawing = find('concept-map-drawing', HTMLElement);
  const readout = find('concept-readout', HTMLElement);
  if (drawing === undefined || readout === undefined) return;
  const room = drawing.clientWidth < narrowFrame ? drawing.clientWidth : cellsWidth;
  let layout = layOutConceptMap(data, () => true, room);
  let cell: readonly [row: number, column: number] = [0, 0];
  readout.hidden = false;
  const read = (row: number, column: number): void => {
    cell = [row, column];
    fill(readout, cellWords(data, layout, row, column));
    markCell(drawing, layout, row, column);
  };
  const show = (): void => {
    fill(drawing, drawConceptMap(data, layout));
    const heads = document.createElement('div');
    heads.className = 'map-heads';
    fill(heads, drawMapHeads(data, layout));
    drawing.prepend(heads);
  };
  show();
  const search = find('concept-search', HTMLInputElement);
  const category = find('concept-category', HTMLSelectElement);
  const order = find('concept-order', HTMLSelectElement);
  const choose = (): void => {
    const words = (search?.value ?? '')
      .toLowerCase()
      .split(/\s+/u)
      .filter((word) => word !== '');
    layout = layOutConceptMap(
      data,
      (concept) =>
        (category === undefined || category.value === '' || data.conceptCategories[concept] === chosen(category)) &&
        words.every((word) => conceptLabel(data, concept).toLowerCase().includes(word)),
      room,
      (order?.value ?? 'pattern') as ConceptOrder,
    );
    cell = [0, 0];
    show();
    const count = layout.concepts.length;
    fill(
      find('concept-count', HTMLElement),
      count === 0 ? 'no concept' : `${String(count)} ${count === 1 ? 'concept' : 'concepts'}`,
    );
  };
  search?.addEventListener('input', choose);
  category?.addEventListener('change', choose);
  order?.addEventListener('change', choose);
  const toUnits = (): void => {
    const [concept, model] = [layout.concepts[cell[0]], layout.models[cell[1]]];
    const units = find('unit-search', HTMLInputElement);
    const models = find('unit-model', HTMLSelectElement);
    if (units === undefined || models === undefined || concept === undefined || model === undefined) return;
    units.value = data.concepts[concept] ?? '';
    models.value = data.models[model] ?? '';
    units.dispatchEvent(new Event('input'));
    unfold(units);
    units.scrollIntoView();
    units.focus({ preventScroll: true });
  };
  drawing.addEventListener('click', (event) => {
    const found = cellAt(drawing, layout, event.clientX, event.clientY);
    if (found === undefined) return;
    read(found[0], found[1]);
    toUnits();
  });
  drawing.addEventListener('pointermove', (event) => {
    const found = cellAt(drawing, layout, event.clientX, event.clientY);
    if (found !== undefined) read(found[0], found[1]);
  });
  drawing.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') toUnits();
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step === undefined || layout.concepts.length === 0) return;
    event.preventDefault();
    const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
    read(
      clamp(cell[0] + (step[0] ?? 0), layout.concepts.length),
      clamp(cell[1] + (step[1] ?? 0), layout.models.length),
    );
    drawing.querySelector('.cursor')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
}

function cellWords(data: PageData, { concepts, models }: MapLayout, row: number, column: number): string {
  const [concept, model] = [concepts[row] ?? 0, models[column] ?? 0];
  const units = data.units[model]?.[concept] ?? 0;
  return `${conceptLabel(data, concept)} in ${data.models[model] ?? ''}: ${units === 0 ? 'no unit' : units === 1 ? '1 unit' : `${String(units)} units`}`;
}

function cellAt(
  drawing: Element,
  { left, top, cellWidth, cellHeight, concepts, models, width }: MapLayout,
  clientX: number,
  clientY: number,
): readonly [number, number] | undefined {
  const box = drawing.querySelector(':scope > svg')?.getBoundingClientRect();
  if (box === undefined) return undefined;
  const scale = width / box.width;
  const column = Math.floor(((clientX - box.left) * scale - left) / cellWidth);
  const row = Math.floor(((clientY - box.top) * scale - top) / cellHeight);
  return row >= 0 && row < concepts.length && column >= 0 && column < models.length ? [row, column] : undefined;
}

function markCell(
  drawing: Element,
  { left, top, cellWidth, cellHeight }: MapLayout,
  row: number,
  column: number,
): void {
  const svg = drawing.querySelector(':scope > svg');
  const cursor =
    svg?.querySelector('.cursor') ?? svg?.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
  const shape = {
    class: 'cursor',
    x: left + column * cellWidth - 1,
    y: top + row * cellHeight - 1,
    width: cellWidth + 1,
    height: cellHeight + 1,
  };
  for (const [name, value] of Object.entries(shape)) cursor?.setAttribute(name, String(value));
}
