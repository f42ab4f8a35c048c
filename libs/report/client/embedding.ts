import type { PageData } from '../src/page/page-data.ts';
import { componentCount, drawEmbedding } from '../src/views/embedding-view.ts';
import { modelPanel } from '../src/views/model-panel.ts';
import { chosen, drawingWidth, fill, find, redrawOnResize } from './page.ts';

/** Lets the reader choose components, and shows the profile of the model under the pointer or the focus. */
export function startEmbedding(data: PageData): void {
  const figure = document.querySelector('figure[id^="embedding-"]');
  const drawing = figure?.querySelector('.drawing');
  const panel = find('model-panel', HTMLElement);
  if (figure === null || drawing === null || drawing === undefined || panel === undefined) return;
  const [x, y] = [find('embedding-x', HTMLSelectElement), find('embedding-y', HTMLSelectElement)];
  panel.hidden = false;
  redrawOnResize(drawing, () => {
    drawAt(drawing, data, chosen(x), chosen(y));
  });
  for (const choice of [x, y]) {
    choice?.addEventListener('change', () => {
      drawAt(drawing, data, chosen(x), chosen(y));
      const title = figure.querySelector('h3');
      title?.lastChild?.replaceWith(` Models on components ${String(chosen(x) + 1)} and ${String(chosen(y) + 1)}`);
    });
  }
  const second = document.querySelectorAll('figure[id^="embedding-"] .drawing')[1];
  if (second !== undefined && componentCount(data) >= 3) {
    redrawOnResize(second, () => {
      drawAt(second, data, 2, 1, 620);
    });
  }
  for (const event of ['pointerover', 'focusin', 'click'] as const) {
    document.addEventListener(event, ({ target }) => {
      const name =
        target instanceof Element ? target.closest<SVGGElement>('.scatter .point')?.dataset['model'] : undefined;
      const model = name === undefined ? -1 : data.models.indexOf(name);
      if (model >= 0) showModel(data, panel, model);
    });
  }
  document.addEventListener('keydown', walkPoints);
  document.addEventListener('focusin', ({ target }) => {
    const point = target instanceof Element ? target.closest('.scatter .point') : null;
    for (const other of point?.closest('svg')?.querySelectorAll('.point') ?? [])
      other.setAttribute('tabindex', other === point ? '0' : '-1');
  });
}

function drawAt(drawing: Element, data: PageData, x: number, y: number, widest = 720): void {
  const width = drawingWidth(drawing, widest);
  fill(drawing, drawEmbedding(data, { x, y, width, height: Math.round(Math.min(430, Math.max(340, width * 0.6))) }));
}

function showModel(data: PageData, panel: HTMLElement, model: number): void {
  const name = data.models[model] ?? '';
  if (panel.dataset['model'] === name) return;
  panel.dataset['model'] = name;
  fill(panel, modelPanel(data, model));
  for (const point of document.querySelectorAll<SVGGElement>('.scatter .point')) {
    const near = (data.neighbours[model] ?? []).some(([other]) => data.models[other] === point.dataset['model']);
    point.classList.toggle('shown', point.dataset['model'] === name);
    point.classList.toggle('near', near);
  }
}

/**
 * Arrow keys go to the nearest point in their direction: one tab stop would otherwise follow another through 200
 * models.
 */
function walkPoints(event: KeyboardEvent): void {
  const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const from = event.target instanceof Element ? event.target.closest('.scatter .point') : null;
  if (step === undefined || from === null) return;
  const here = centre(from);
  let [best, least]: [SVGGElement | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const point of from.closest('svg')?.querySelectorAll<SVGGElement>('.point') ?? []) {
    const there = centre(point);
    const [dx, dy] = [there[0] - here[0], there[1] - here[1]];
    const along = dx * (step[0] ?? 0) + dy * (step[1] ?? 0);
    const aside = Math.abs(dx * (step[1] ?? 0)) + Math.abs(dy * (step[0] ?? 0));
    const cost = along + aside * 2;
    if (along > 0.5 && cost < least) [best, least] = [point, cost];
  }
  event.preventDefault();
  best?.focus();
}

function centre(point: Element): readonly [number, number] {
  const reach = point.querySelector('.reach');
  return [Number(reach?.getAttribute('cx')), Number(reach?.getAttribute('cy'))];
}
