import type { PageData } from '../src/page/page-data.ts';
import {
  cellsWidth,
  conceptLabel,
  drawConceptMap,
  layOutConceptMap,
  type MapLayout,
} from '../src/views/concept-map.ts';
import { fill, find } from './page.ts';

/** Pixels below which a frame gets narrower cells. */
const narrowFrame = 700;

/** Lets the reader search the map of concepts and models, and read its cells with pointer or arrow keys. */
export function startConceptMap(data: PageData): void {
  const drawing = find('concept-map-drawing', HTMLElement);
  const readout = find('concept-readout', HTMLElement);
  if (drawing === undefined || readout === undefined) return;
  const room = drawing.clientWidth < narrowFrame ? drawing.clientWidth : cellsWidth;
  let layout = layOutConceptMap(data, () => true, room);
  if (room !== cellsWidth) fill(drawing, drawConceptMap(data, layout));
  let cell: readonly [row: number, column: number] = [0, 0];
  readout.hidden = false;
  const read = (row: number, column: number): void => {
    cell = [row, column];
    fill(readout, cellWords(data, layout, row, column));
    markCell(drawing, layout, row, column);
  };
  find('concept-search', HTMLInputElement)?.addEventListener('input', ({ currentTarget }) => {
    const words = (currentTarget as HTMLInputElement).value
      .toLowerCase()
      .split(/\s+/u)
      .filter((word) => word !== '');
    layout = layOutConceptMap(
      data,
      (concept) => words.every((word) => conceptLabel(data, concept).toLowerCase().includes(word)),
      room,
    );
    cell = [0, 0];
    fill(drawing, drawConceptMap(data, layout));
    fill(
      find('concept-count', HTMLElement),
      `${String(layout.concepts.length)} ${layout.concepts.length === 1 ? 'concept' : 'concepts'}`,
    );
  });
  drawing.addEventListener('pointermove', (event) => {
    const found = cellAt(drawing, layout, event.clientX, event.clientY);
    if (found !== undefined) read(found[0], found[1]);
  });
  drawing.addEventListener('keydown', (event) => {
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
  const box = drawing.querySelector('svg')?.getBoundingClientRect();
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
  const svg = drawing.querySelector('svg');
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
