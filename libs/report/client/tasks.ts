import { markup } from '../src/page/markup.ts';
import { legendList } from '../src/page/legend.ts';
import type { PageData, PageTasks } from '../src/page/page-data.ts';
import { needsView } from '../src/views/needs-view.ts';
import { relationModels, surfaceModels } from '../src/views/relation-table.ts';
import { drawRelation, relationFacts, relationVerdict } from '../src/views/relation-view.ts';
import { drawSurface, surfaceFacts, surfaceLegend } from '../src/views/surface-view.ts';
import { columnWords, predictorWords } from '../src/words/predictor-words.ts';
import { chosen, drawingWidth, fill, find, redrawOnResize } from './page.ts';

/**
 * Lets the reader choose a score and a property, by list or by a cell of the heat map, and shows all that is known of
 * them.
 */
export function startTasks(data: PageData): void {
  const { tasks } = data;
  const columns = find('score-column', HTMLSelectElement);
  if (tasks === null || columns === undefined) return;
  const predictors = find('score-predictor', HTMLSelectElement);
  const show = (): void => {
    showRelation(data, tasks, chosen(columns), chosen(predictors));
    showSurface(data, tasks, chosen(columns));
    const target = tasks.columns[chosen(columns)];
    fill(find('needs-score', HTMLElement), target === undefined ? '' : columnWords(target));
    fill(find('needs-list', HTMLElement), needsView(tasks, chosen(columns)));
  };
  for (const list of [columns, predictors]) list?.addEventListener('change', show);
  for (const [id, draw] of [
    [
      'relation',
      () => {
        showRelation(data, tasks, chosen(columns), chosen(predictors));
      },
    ],
    [
      'surface',
      () => {
        showSurface(data, tasks, chosen(columns));
      },
    ],
  ] as const) {
    const frame = document.querySelector(`#${id} .drawing`);
    if (frame !== null) redrawOnResize(frame, draw);
  }
  const grid = find('relation-grid', HTMLTableElement);
  if (grid !== undefined) startOneProperty(grid, tasks);
  startGrid((column, predictor) => {
    columns.value = String(column);
    if (predictors !== undefined) predictors.value = String(predictor);
    show();
    // Beside the map it is in view already; below it, it is not.
    const shown = document.querySelector('#relation');
    if ((shown?.getBoundingClientRect().top ?? 0) > innerHeight * 0.7) shown?.scrollIntoView();
  });
}

function showRelation(data: PageData, tasks: PageTasks, column: number, predictor: number): void {
  const drawing = document.querySelector('#relation .drawing');
  const target = tasks.columns[column];
  if (drawing === null || target === undefined) return;
  const width = drawingWidth(drawing, 640);
  fill(
    drawing,
    drawRelation(data, tasks, { column, predictor, width, height: Math.round(Math.max(320, width * 0.62)) }),
  );
  fill(find('relation-facts', HTMLElement), relationFacts(tasks, column, predictor));
  const figure = find('relation', HTMLElement);
  if (figure !== undefined) {
    figure.dataset['verdict'] = relationVerdict(tasks, column, predictor);
    figure.dataset['file'] = `relation-${tasks.predictors[predictor] ?? ''}-${target.column}`;
  }
  fill(find('relation-models', HTMLElement), relationModels(data, tasks, column, predictor));
  const words = columnWords(target);
  document
    .querySelector('#relation h3')
    ?.lastChild?.replaceWith(
      ` ${words.charAt(0).toUpperCase()}${words.slice(1)} over ${predictorWords(tasks.predictors[predictor] ?? '')}`,
    );
}

function showSurface(data: PageData, tasks: PageTasks, column: number): void {
  const figure = find('surface', HTMLElement);
  const drawing = figure?.querySelector('.drawing');
  const [surface, target] = [tasks.surfaces[column], tasks.columns[column]];
  if (figure === undefined || drawing === null || drawing === undefined || target === undefined) return;
  figure.querySelector('h3')?.lastChild?.replaceWith(` Predicted ${columnWords(target)} over components 1 and 2`);
  if (surface === null || surface === undefined) {
    fill(drawing, markup`<p class="quiet">This score has no surface: too few models have it.</p>`);
    fill(find('surface-facts', HTMLElement), '');
    return;
  }
  figure.dataset['file'] = `surface-${target.column}`;
  fill(find('surface-models', HTMLElement), surfaceModels(data, tasks, column));
  const width = drawingWidth(drawing, 760);
  fill(
    drawing,
    drawSurface(data, tasks, column, surface, width, Math.round(Math.min(480, Math.max(320, width * 0.66)))),
  );
  fill(find('surface-facts', HTMLElement), surfaceFacts(surface));
  const legend = figure.querySelector('.legend');
  if (legend !== null) legend.outerHTML = legendList(surfaceLegend(data, surface)).toString();
}

/** Pixels below which the map shows one property at a time. */
const narrow = 640;

/** On narrow screens, lets the reader choose which property the map shows: the tasks stay as rows. */
function startOneProperty(grid: HTMLTableElement, { predictors }: PageTasks): void {
  if (innerWidth >= narrow) return;
  const label = document.createElement('label');
  const list = document.createElement('select');
  list.append(...predictors.map((name, index) => new Option(predictorWords(name), String(index))));
  label.append('Property ', list);
  const controls = document.createElement('div');
  controls.className = 'controls';
  controls.append(label);
  grid.closest('.scroll')?.before(controls);
  grid.classList.add('one');
  const show = (): void => {
    for (const row of grid.tBodies) {
      for (const { cells } of row.rows) {
        if (cells.length < 2) continue;
        [...cells].slice(1).forEach((cell, index) => {
          cell.hidden = index !== chosen(list);
        });
      }
    }
  };
  list.value = String(chosen(find('score-predictor', HTMLSelectElement)));
  list.addEventListener('change', show);
  show();
}

/** Makes the cells of the heat map buttons with one tab stop: arrow keys walk, Enter and space choose. */
function startGrid(choose: (column: number, predictor: number) => void): void {
  const grid = find('relation-grid', HTMLTableElement);
  if (grid === undefined) return;
  const cells = [...grid.querySelectorAll<HTMLTableCellElement>('td[data-column]')];
  const at = new Map(cells.map((cell) => [`${cell.dataset['column'] ?? ''} ${cell.dataset['predictor'] ?? ''}`, cell]));
  cells.forEach((cell, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.tabIndex = index === 0 ? 0 : -1;
    button.setAttribute('aria-label', cell.title);
    button.append(...cell.childNodes);
    cell.append(button);
  });
  grid.closest('figure')?.querySelector<HTMLElement>('.with-script')?.removeAttribute('hidden');
  grid.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest<HTMLTableCellElement>('td[data-column]') : null;
    if (cell === null) return;
    for (const other of cells) other.classList.toggle('chosen', other === cell);
    choose(Number(cell.dataset['column']), Number(cell.dataset['predictor']));
  });
  grid.addEventListener('keydown', (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const cell = event.target instanceof Element ? event.target.closest<HTMLTableCellElement>('td[data-column]') : null;
    if (step === undefined || cell === null) return;
    const next = at
      .get(
        `${String(Number(cell.dataset['column']) + (step[0] ?? 0))} ${String(Number(cell.dataset['predictor']) + (step[1] ?? 0))}`,
      )
      ?.querySelector('button');
    event.preventDefault();
    if (next === undefined || next === null) return;
    cell.querySelector('button')?.setAttribute('tabindex', '-1');
    next.tabIndex = 0;
    next.focus();
  });
}
