import { joined, markup, type Markup } from '../page/markup.ts';
import { decimals, probabilityStatement } from '../page/number-text.ts';
import { meaningStep } from '../page/palette.ts';
import type { ScoreColumn } from '../tables/score-column.ts';
import type { Relation, RelationRules, Tasks } from '../tables/study.ts';
import { columnWords, predictorFamily, predictorHeading, predictorWords } from '../words/predictor-words.ts';
import { unmetReasons } from '../words/relation-verdict.ts';

/**
 * The heat map of relations as a table: scores down, properties across, so that screen readers and keyboards can walk
 * it.
 */
export function relationGrid({ columns, predictors, relations, rules }: Tasks): Markup {
  const byCell = new Map(relations.map((relation) => [cellKey(relation.column, relation.predictor), relation]));
  const families = runs(predictors.map(predictorFamily));
  const firsts = new Set(families.map(({ start }) => start));
  const edge = (index: number): string => (firsts.has(index) && index > 0 ? ' edge' : '');
  const head = families.map(
    ({ value, length, start }) =>
      markup`<th scope="colgroup" colspan="${length}" class="family${edge(start)}">${value}</th>`,
  );
  const names = predictors.map(
    (predictor, index) =>
      markup`<th scope="col" class="property${edge(index)}" title="${predictorWords(predictor)}"><span>${predictorHeading(predictor)}</span></th>`,
  );
  const tasks = runs(columns.map(({ task }) => task));
  const bodies = tasks.map(({ value, length, start }) => {
    const rows = columns.slice(start, start + length).map((column, offset) => {
      const cells = predictors.map((predictor, index) =>
        relationCell(
          byCell.get(cellKey(start + offset, predictor)),
          column,
          predictor,
          [start + offset, index],
          edge(index),
          rules,
        ),
      );
      return markup`<tr><th scope="row">${columnWords(column)}${!column.higherIsBetter && markup` <span title="lower is better" aria-label="lower is better" role="img">↓</span>`}</th>${joined(cells)}</tr>`;
    });
    return markup`<tbody><tr class="task"><th scope="rowgroup" colspan="${predictors.length + 1}"><span>${value === '' ? 'scores' : value}</span></th></tr>${joined(rows)}</tbody>`;
  });
  return markup`<div class="scroll" role="region" aria-label="Heat map of relations" tabindex="0"><table class="grid" id="relation-grid"><caption class="hidden">Pearson correlation of each property (columns) with each score (rows)</caption><thead><tr><td rowspan="2"></td>${joined(head)}</tr><tr>${joined(names)}</tr></thead>${joined(bodies)}</table></div>`;
}

/** Legend of the eleven steps: a property goes with worse scores, or with better ones, whatever the sign of r. */
export function relationLegend(): Markup {
  const steps = Array.from({ length: 11 }, (_, step) => markup`<span class="step d${step}"></span>`);
  return markup`<p class="scale-legend"><span>more of it goes with worse scores</span><span class="steps" role="img" aria-label="Colours from blue for worse scores over grey for no relation to orange for better scores">${joined(steps)}</span><span>with better scores</span><span class="note"><span class="step d9 supported">●</span> supported</span><span class="note"><span class="step d9 weak"></span> not supported</span></p>`;
}

function relationCell(
  relation: Relation | undefined,
  column: ScoreColumn,
  predictor: string,
  [row, place]: readonly [number, number],
  edge: string,
  rules: RelationRules,
): Markup {
  if (relation === undefined || !Number.isFinite(relation.pearson)) return markup`<td class="empty${edge}">–</td>`;
  const { pearson, supported, low, high, q, n } = relation;
  const words = `${predictorWords(predictor)}, ${columnWords(column)}: r = ${decimals(pearson, 2)}, 95 % interval ${decimals(low, 2)} to ${decimals(high, 2)}, ${probabilityStatement('q', q)}, n = ${String(n)}${supported ? ', supported' : `, not supported: ${unmetReasons(relation, rules).join('; ')}`}`;
  return markup`<td class="d${meaningStep(pearson, column.higherIsBetter)}${supported ? ' supported' : ' weak'}${edge}" data-column="${row}" data-predictor="${place}" title="${words}">${supported && markup`<span aria-hidden="true">●</span><span class="hidden">supported: </span>`}${decimals(pearson, 2).replace('0.', '.')}</td>`;
}

function cellKey(column: number, predictor: string): string {
  return `${String(column)} ${predictor}`;
}

function runs(
  values: readonly string[],
): readonly { readonly value: string; readonly start: number; readonly length: number }[] {
  const found: { value: string; start: number; length: number }[] = [];
  values.forEach((value, index) => {
    const last = found[found.length - 1];
    if (last?.value === value) last.length += 1;
    else found.push({ value, start: index, length: 1 });
  });
  return found;
}
