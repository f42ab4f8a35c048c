import { drawScatter, type ScatterPoint } from '../figures/scatter.ts';
import { pixel, scaled } from '../figures/ticks.ts';
import { markup, type Markup } from '../page/markup.ts';
import { decimals, listed, probability, probabilityStatement, significant } from '../page/number-text.ts';
import type { PageData, PageTasks } from '../page/page-data.ts';
import { relationNumbers, type RelationNumbers } from '../page/short-relation.ts';
import { colour } from '../page/palette.ts';
import { capital } from '../words/capital.ts';
import { columnWords, givenWords, predictorWords } from '../words/predictor-words.ts';
import { partialWords, rangeWords, unmetReasons } from '../words/relation-verdict.ts';
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
    note: rangeNote(tasks, column, predictor),
  });
}

/** The correlation and what becomes of it without any one model, in a line. */
function rangeNote(tasks: PageTasks, column: number, predictor: number): string {
  const short = tasks.relations[column]?.[predictor];
  if (short === null || short === undefined) return '';
  const { pearson, looLow, looHigh } = relationNumbers(short);
  return `r = ${decimals(pearson, 2)}; without any one model ${rangeWords(looLow, looHigh)}`;
}

/** Whether a relation is supported and why, in a sentence with its numbers; '' where the pair was not related. */
export function relationVerdict(tasks: PageTasks, column: number, predictor: number): string {
  const short = tasks.relations[column]?.[predictor];
  if (short === null || short === undefined) return '';
  const relation = relationNumbers(short);
  const { n, pearson, low, high, q, supported } = relation;
  const why = supported ? '' : `, since ${listed(unmetReasons(relation, tasks.rules))}`;
  return `${supported ? 'Supported' : 'Not supported'}${why}: r = ${decimals(pearson, 2)}, 95 % interval ${rangeWords(low, high)}, ${probabilityStatement('q', q)}, n = ${String(n)}.`;
}

/** Numbers of a relation in words, with its interval and its range drawn between -1 and 1. */
export function relationFacts(tasks: PageTasks, column: number, predictor: number): Markup {
  const short = tasks.relations[column]?.[predictor];
  if (short === null || short === undefined)
    return markup`<p class="quiet">This pair was not related: too few models have both.</p>`;
  const relation = relationNumbers(short);
  const { rules } = tasks;
  const { n, pearson, low, high, spearman, p, pFamily, q, qBy, supported, looLow, looHigh, lofoLow, lofoHigh } =
    relation;
  const facts: readonly (readonly [string, string])[] = [
    ['Pearson', decimals(pearson, 3)],
    ['95 % interval', rangeWords(low, high)],
    ['without a model', rangeWords(looLow, looHigh)],
    ...(rules.hasFamilies ? [['without a family', rangeWords(lofoLow, lofoHigh)] as const] : []),
    ['given matching units', partialWords(relation.partialUnits, relation.partialUnitsP)],
    ...(rules.given === ''
      ? []
      : [
          [
            `given ${givenWords(tasks.columns, rules.given)}`,
            partialWords(relation.partialScore, relation.partialScoreP),
          ] as const,
        ]),
    ['Spearman', decimals(spearman, 3)],
    ['p', probability(p)],
    ['p (family)', probability(pFamily)],
    ['q', probability(q)],
    ...(rules.correction === 'benjamini-yekutieli' ? [['q (Benjamini-Yekutieli)', probability(qBy)] as const] : []),
    ['Models', String(n)],
  ];
  const verdict = supported
    ? `It meets the rule: ${rules.rule}.`
    : `${capital(listed(unmetReasons(relation, rules)))}.`;
  return markup`<p class="verdict ${supported ? 'yes' : 'no'}"><strong>${supported ? 'Supported' : 'Not supported'}</strong> ${verdict}</p>${drawInterval(relation)}<dl class="numbers">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/**
 * Draws a correlation on a scale from -1 to 1: a whisker for its interval, a band behind it for the range without any
 * one family.
 */
export function drawInterval({
  pearson,
  low,
  high,
  lofoLow,
  lofoHigh,
}: Pick<RelationNumbers, 'pearson' | 'low' | 'high' | 'lofoLow' | 'lofoHigh'>): Markup | false {
  if (!Number.isFinite(pearson)) return false;
  const [width, height] = [280, 58];
  const xScale = { domain: [-1, 1], range: [12, width - 12] } as const;
  const at = (value: number): string => pixel(scaled(xScale, value));
  const ticks = [-1, -0.5, 0, 0.5, 1].map(
    (tick) =>
      markup`<line x1="${at(tick)}" x2="${at(tick)}" y1="12" y2="34" stroke="${colour(tick === 0 ? 'quiet' : 'line')}"/><text x="${at(tick)}" y="50" text-anchor="middle" font-size="11" fill="${colour('quiet')}">${significant(tick)}</text>`,
  );
  const band =
    Number.isFinite(lofoLow) &&
    markup`<rect x="${at(lofoLow)}" y="16" width="${pixel(Math.max(1, Number(at(lofoHigh)) - Number(at(lofoLow))))}" height="14" rx="2" fill="${colour('accent')}" fill-opacity="0.25"/>`;
  const whisker =
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    markup`<line x1="${at(low)}" x2="${at(high)}" y1="23" y2="23" stroke="${colour('ink')}" stroke-width="2"/><path d="M${at(low)} 18v10M${at(high)} 18v10" stroke="${colour('ink')}" stroke-width="2"/>`;
  return markup`<svg class="figure interval" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Correlation ${decimals(pearson, 2)}, 95 % interval ${decimals(low, 2)} to ${decimals(high, 2)}, without any one family ${rangeWords(lofoLow, lofoHigh)}">${ticks}${band}${whisker}<circle cx="${at(pearson)}" cy="23" r="5" fill="${colour('accent')}"/></svg>`;
}
