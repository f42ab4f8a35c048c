import { drawScatter, type ScatterPoint } from '../figures/scatter.ts';
import { pixel, scaled } from '../figures/ticks.ts';
import { markup, type Markup } from '../page/markup.ts';
import { decimals, probability, significant } from '../page/number-text.ts';
import type { PageData, PageTasks } from '../page/page-data.ts';
import { colour } from '../page/palette.ts';
import { columnWords, predictorWords } from '../words/predictor-words.ts';
import { modelsOfRelation } from './relation-table.ts';

/** Which relation is shown, and how large. */
export interface RelationChoice {
  /** Index of the score column. */
  readonly column: number;
  /** Index of the predictor. */
  readonly predictor: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Draws the models' scores over a property of theirs, with the line of least squares. */
export function drawRelation(
  data: PageData,
  tasks: PageTasks,
  { column, predictor, width, height }: RelationChoice,
): Markup {
  const name = tasks.predictors[predictor] ?? '';
  const target = tasks.columns[column];
  const points = modelsOfRelation(data, tasks, column, name).map(({ model, x, y }): ScatterPoint => ({
    name: model,
    x,
    y,
    group: data.groups[data.models.indexOf(model)] ?? undefined,
    description: `${predictorWords(name)} ${significant(x, 4)}, score ${significant(y, 4)}`,
  }));
  const scoreTitle = target === undefined ? '' : columnWords(target);
  return drawScatter({
    points,
    xTitle: predictorWords(name),
    yTitle: `${scoreTitle}${target?.higherIsBetter === false ? ' (lower is better)' : ''}`,
    label: `Scatter of ${scoreTitle} over ${predictorWords(name)}, ${String(points.length)} models`,
    width,
    height,
    equalScale: false,
    trend: true,
  });
}

/** Numbers of a relation in words, with its interval drawn between -1 and 1. */
export function relationFacts(tasks: PageTasks, column: number, predictor: number): Markup {
  const relation = tasks.relations[column]?.[predictor];
  if (relation === null || relation === undefined)
    return markup`<p class="quiet">This pair was not related: too few models have both.</p>`;
  const [n, pearson, low, high, spearman, p, pFamily, q, supported] = relation;
  const value = (number: number | null): number => number ?? Number.NaN;
  return markup`<p class="verdict ${supported === 1 ? 'yes' : 'no'}"><strong>${supported === 1 ? 'Supported' : 'Not supported'}</strong> ${supported === 1 ? 'q ≤ 0.05 and the interval excludes 0' : 'the rule asks for q ≤ 0.05 and an interval that excludes 0'}</p>${drawInterval(value(pearson), value(low), value(high))}<dl class="numbers"><div><dt>Pearson</dt><dd>${decimals(value(pearson), 3)}</dd></div><div><dt>95 % interval</dt><dd>${decimals(value(low), 2)} to ${decimals(value(high), 2)}</dd></div><div><dt>Spearman</dt><dd>${decimals(value(spearman), 3)}</dd></div><div><dt>p</dt><dd>${probability(value(p))}</dd></div><div><dt>p (family)</dt><dd>${probability(value(pFamily))}</dd></div><div><dt>q</dt><dd>${probability(value(q))}</dd></div><div><dt>Models</dt><dd>${n}</dd></div></dl>`;
}

/** Draws a correlation with its interval on a scale from -1 to 1. */
export function drawInterval(pearson: number, low: number, high: number): Markup | false {
  if (!Number.isFinite(pearson)) return false;
  const [width, height] = [280, 58];
  const xScale = { domain: [-1, 1], range: [12, width - 12] } as const;
  const at = (value: number): string => pixel(scaled(xScale, value));
  const ticks = [-1, -0.5, 0, 0.5, 1].map(
    (tick) =>
      markup`<line x1="${at(tick)}" x2="${at(tick)}" y1="12" y2="34" stroke="${colour(tick === 0 ? 'quiet' : 'line')}"/><text x="${at(tick)}" y="50" text-anchor="middle" font-size="11" fill="${colour('quiet')}">${significant(tick)}</text>`,
  );
  const whisker =
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    markup`<line x1="${at(low)}" x2="${at(high)}" y1="23" y2="23" stroke="${colour('ink')}" stroke-width="2"/><path d="M${at(low)} 18v10M${at(high)} 18v10" stroke="${colour('ink')}" stroke-width="2"/>`;
  return markup`<svg class="figure interval" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Correlation ${decimals(pearson, 2)}, 95 % interval ${decimals(low, 2)} to ${decimals(high, 2)}">${ticks}${whisker}<circle cx="${at(pearson)}" cy="23" r="5" fill="${colour('accent')}"/></svg>`;
}
