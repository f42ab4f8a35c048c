import { stripPlot } from '../src/figures/loading-strips.ts';
import type { PageData } from '../src/page/page-data.ts';
import { fill, find } from './page.ts';

/** Lets the reader walk over all strips of weights at once, by pointer or arrow keys: a concept with all its weights. */
export function startLoadings({ categories }: PageData): void {
  const drawing = document.querySelector<HTMLElement>('#loadings .drawing');
  const svg = drawing?.querySelector('svg');
  const table = find('loadings-table', HTMLTableElement);
  if (drawing === null || svg === null || svg === undefined || table === undefined) return;
  const titles = [...(table.tHead?.rows[0]?.cells ?? [])].slice(2).map(({ textContent }) => textContent.toLowerCase());
  // In the order of the strips, whatever the table is sorted by later.
  const concepts = [...(table.tBodies[0]?.rows ?? [])]
    .map(({ cells }) => [...cells].map(({ textContent }) => textContent))
    .sort((a, b) => categories.indexOf(a[1] ?? '') - categories.indexOf(b[1] ?? ''));
  const readout = document.createElement('p');
  readout.className = 'readout';
  readout.setAttribute('aria-live', 'polite');
  readout.textContent = 'Point at a bar, or walk with the arrow keys, to read a concept in all strips.';
  drawing.after(readout);
  const cursor = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  cursor.setAttribute('class', 'cursor');
  let at = -1;
  const show = (place: number): void => {
    const concept = concepts[place];
    if (concept === undefined) return;
    at = place;
    const x = String(stripPlot.left + ((place + 0.5) / concepts.length) * stripPlot.across);
    cursor.setAttribute('d', `M${x} 0V${String(svg.viewBox.baseVal.height)}`);
    svg.append(cursor);
    const [name = '', category = '', ...weights] = concept;
    fill(
      readout,
      `${name} (${category}): ${weights.map((weight, index) => `${titles[index] ?? ''} ${weight}`).join(', ')}`,
    );
  };
  svg.addEventListener('pointermove', ({ clientX }) => {
    const box = svg.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    show(Math.floor(((x - stripPlot.left) / stripPlot.across) * concepts.length));
  });
  drawing.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(Math.min(concepts.length - 1, Math.max(0, at + step)));
    const reach = (cursor.getBoundingClientRect().left - drawing.getBoundingClientRect().left) / drawing.clientWidth;
    if (reach < 0 || reach > 1) drawing.scrollLeft += (reach - 0.5) * drawing.clientWidth;
  });
}
