import { joined, markup, type Markup } from '../page/markup.ts';
import { significant } from '../page/number-text.ts';
import type { PageData, PageTasks } from '../page/page-data.ts';
import { columnWords, predictorWords } from '../words/predictor-words.ts';
import { predictorValue } from './predictor-value.ts';

/** Models that have both a property and a score, with both: what a relation's scatter shows. */
export function modelsOfRelation(
  data: PageData,
  tasks: PageTasks,
  column: number,
  predictor: string,
): readonly { readonly model: string; readonly x: number; readonly y: number }[] {
  return data.models.flatMap((model, index) => {
    const x = predictorValue(data, index, predictor);
    const y = tasks.scores[column]?.[index];
    return data.points[index] === null || !Number.isFinite(x) || typeof y !== 'number' ? [] : [{ model, x, y }];
  });
}

/** Embedded models that have a score, with their places on components 1 and 2: what a surface is drawn from. */
export function modelsOfSurface(
  { models, points }: PageData,
  tasks: PageTasks,
  column: number,
): readonly { readonly model: string; readonly pc1: number; readonly pc2: number; readonly score: number }[] {
  return models.flatMap((model, index) => {
    const point = points[index];
    const score = tasks.scores[column]?.[index];
    return point === null || point === undefined || typeof score !== 'number'
      ? []
      : [{ model, pc1: point[0] ?? Number.NaN, pc2: point[1] ?? Number.NaN, score }];
  });
}

/** These models as a table, for a page whose reader chooses the score. */
export function surfaceModels(data: PageData, tasks: PageTasks, column: number): Markup {
  const target = tasks.columns[column];
  const rows = modelsOfSurface(data, tasks, column).map(({ model, pc1, pc2, score }) => ({
    model,
    values: [pc1, pc2, score],
  }));
  return dataTable(
    'Models behind the surface',
    ['component 1', 'component 2', target === undefined ? '' : columnWords(target)],
    rows,
  );
}

/** These models as a table, for a page whose reader chooses the relation. */
export function relationModels(data: PageData, tasks: PageTasks, column: number, predictor: number): Markup {
  const name = tasks.predictors[predictor] ?? '';
  const target = tasks.columns[column];
  const rows = modelsOfRelation(data, tasks, column, name).map(({ model, x, y }) => ({ model, values: [x, y] }));
  return dataTable(
    'Models with both values',
    [predictorWords(name), target === undefined ? '' : columnWords(target)],
    rows,
  );
}

function dataTable(
  caption: string,
  titles: readonly string[],
  rows: readonly { readonly model: string; readonly values: readonly number[] }[],
): Markup {
  const head = titles.map((title) => markup`<th scope="col" class="number">${title}</th>`);
  const body = rows.map(
    ({ model, values }) =>
      markup`<tr><th scope="row">${model}</th>${values.map((value) => markup`<td class="number" data-sort="${value}">${significant(value, 5)}</td>`)}</tr>`,
  );
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr><th scope="col">Model</th>${head}</tr></thead><tbody>${joined(body)}</tbody></table></div>`;
}
