import { joined, markup, type Markup } from '../page/markup.ts';
import { significant } from '../page/number-text.ts';
import type { PageData, PageTasks } from '../page/page-data.ts';
import { columnWords, predictorWords } from '../words/predictor-words.ts';
import { predictorValue } from './predictor-value.ts';

/** Models that have both a property and a score, with both: what a relation's scatter shows. */
export function modelsOfRelation(data: PageData, tasks: PageTasks, column: number, predictor: string): readonly { readonly model: string; readonly x: number; readonly y: number }[] {
  return data.models.flatMap((model, index) => {
    const [x, y] = [predictorValue(data, index, predictor), tasks.scores[column]?.[index]];
    return data.points[index] === null || !Number.isFinite(x) || typeof y !== 'number' ? [] : [{ model, x, y }];
  });
}

/** These models as a table, for a page whose reader chooses the relation. */
export function relationModels(data: PageData, tasks: PageTasks, column: number, predictor: number): Markup {
  const [name, target] = [tasks.predictors[predictor] ?? '', tasks.columns[column]];
  const rows = modelsOfRelation(data, tasks, column, name).map(({ model, x, y }) => markup`<tr><th scope="row">${model}</th><td class="number" data-sort="${x}">${significant(x, 5)}</td><td class="number" data-sort="${y}">${significant(y, 5)}</td></tr>`);
  return markup`<div class="scroll" role="region" aria-label="Models with both values" tabindex="0"><table><caption>Models with both values</caption><thead><tr><th scope="col">Model</th><th scope="col" class="number">${predictorWords(name)}</th><th scope="col" class="number">${target === undefined ? '' : columnWords(target)}</th></tr></thead><tbody>${joined(rows)}</tbody></table></div>`;
}
