import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, significant } from '../page/number-text.ts';
import { colour } from '../page/palette.ts';
import { scoreDigits } from '../study-tables/probe-tables.ts';
import type { ProbeColumn, ProbeScore, ProbeTask } from '../tables/probes.ts';
import { taskWords } from '../words/probe-words.ts';
import { textWidth } from './label-candidates.ts';
import { drawPanels, fitted, widthOf } from './panel-grid.ts';
import { niceTicks, paddedRange, pixel, scaled, type LinearScale } from './ticks.ts';

/** Sizes of the type. */
const type = { title: 11, name: 11, small: 10.5 } as const;

/** Heights of the parts of a panel. */
const [headHeight, rowHeight, axisHeight] = [36, 17, 20];

/** Width of a panel: four stand on a wide page, and the second shows its edge on a narrow one. */
const width = 250;

/** Numbers of ticks that are tried, and the room between their labels. */
const mostTicks = [5, 4, 3, 2, 1] as const;
const tickGap = 8;

/** Radius of a dot. */
const radius = 4;

/** What the panels of a figure share. */
interface PanelSpace {
  readonly models: readonly string[];
  readonly nameWidth: number;
}

/** Draws the scores of a kind of task: a panel for each, a row for each model, a dot with its interval. */
export function drawScoreDots(task: ProbeTask, order: readonly string[]): Markup {
  const { columns } = task;
  const scored = new Set(columns.flatMap(({ scores }) => scores.map(({ model }) => model)));
  const models = order.filter((model) => scored.has(model));
  const space = { models, nameWidth: widthOf(models, type.name, width * 0.36) };
  return drawPanels({
    label: `Dot plot: ${taskWords(task)}, scores of ${String(models.length)} models with their 95 % intervals`,
    width,
    height: headHeight + models.length * rowHeight + axisHeight,
    panels: columns.map((column) => drawPanel(column, space)),
  });
}

/** A dot with its interval, or a ring where the score has none, in a square of 14 pixels. */
export function scoreSign(hasInterval: boolean): Markup {
  return hasInterval
    ? markup`<line x1="0" x2="14" y1="7" y2="7" stroke="${colour('accent')}" stroke-width="1.6"/>${dot(7, 7, true)}`
    : dot(7, 7, false);
}

function drawPanel(column: ProbeColumn, { models, nameWidth }: PanelSpace): Markup {
  const { metric, higherIsBetter, scores } = column;
  const digits = scoreDigits(column);
  const valueWidth = widthOf(
    scores.map(({ score }) => decimals(score, digits)),
    type.small,
    width,
  );
  const values = scores.flatMap(({ score, low, high }) => [score, low, high]).filter(Number.isFinite);
  const scale: LinearScale = {
    domain: paddedRange(values, 0.04),
    range: [nameWidth + 12, width - valueWidth - 12],
  };
  const bottom = headHeight + models.length * rowHeight;
  const byModel = new Map(scores.map((score) => [score.model, score]));
  const rows = models.map((model, row) => {
    const y = headHeight + (row + 0.5) * rowHeight;
    const score = byModel.get(model);
    return markup`<g><title>${rowWords(model, score, digits)}</title><rect y="${pixel(y - rowHeight / 2)}" width="${width}" height="${rowHeight}" fill="transparent"/><line x1="${pixel(scale.range[0])}" x2="${pixel(scale.range[1])}" y1="${pixel(y)}" y2="${pixel(y)}" stroke="${colour('faint')}"/><text x="${pixel(nameWidth)}" y="${pixel(y + 3.8)}" text-anchor="end" font-size="${type.name}" fill="${colour('ink')}">${fitted(model, nameWidth, type.name)}</text>${score !== undefined && drawScore(score, scale, y)}<text x="${width}" y="${pixel(y + 3.8)}" text-anchor="end" font-size="${type.small}" fill="${colour('quiet')}">${decimals(score?.score ?? Number.NaN, digits)}</text></g>`;
  });
  return markup`<text y="12" font-size="${type.title}" font-weight="600" fill="${colour('ink')}">${fitted(metric, width, type.title)}</text><text y="26" font-size="${type.small}" fill="${colour('quiet')}">${higherIsBetter ? 'higher is better →' : '← lower is better'}</text>${drawTicks(values, scale, bottom)}${joined(rows)}`;
}

function drawTicks(values: readonly number[], scale: LinearScale, bottom: number): Markup {
  const ticks = ticksWithin(values, scale.range[1] - scale.range[0]).map((tick) => {
    const x = pixel(scaled(scale, tick));
    return markup`<line x1="${x}" x2="${x}" y1="${headHeight}" y2="${bottom}" stroke="${colour('line')}"/><text x="${x}" y="${bottom + 13}" text-anchor="middle" font-size="${type.small}" fill="${colour('quiet')}">${significant(tick, 6)}</text>`;
  });
  return joined(ticks);
}

/**
 * As many ticks as have room, within the values that are drawn: beyond them a scale may mean nothing, as an accuracy
 * above 1 does.
 */
function ticksWithin(values: readonly number[], width: number): readonly number[] {
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const choices = mostTicks.map((count) => niceTicks(low, high, count));
  const room = (ticks: readonly number[]): number =>
    ticks.reduce((sum, tick) => sum + textWidth(significant(tick, 6), type.small) + tickGap, 0);
  return choices.find((ticks) => room(ticks) <= width) ?? [];
}

function drawScore({ score, low, high }: ProbeScore, scale: LinearScale, y: number): Markup | false {
  if (!Number.isFinite(score)) return false;
  const hasInterval = Number.isFinite(low) && Number.isFinite(high);
  const at = (value: number): number => scaled(scale, value);
  return markup`${hasInterval && markup`<line x1="${pixel(at(low))}" x2="${pixel(at(high))}" y1="${pixel(y)}" y2="${pixel(y)}" stroke="${colour('accent')}" stroke-width="1.6"/>`}${dot(at(score), y, hasInterval)}`;
}

function dot(x: number, y: number, isFilled: boolean): Markup {
  return isFilled
    ? markup`<circle cx="${pixel(x)}" cy="${pixel(y)}" r="${radius}" fill="${colour('accent')}"/>`
    : markup`<circle cx="${pixel(x)}" cy="${pixel(y)}" r="${radius - 0.6}" fill="${colour('panel')}" stroke="${colour('accent')}" stroke-width="1.6"/>`;
}

function rowWords(model: string, score: ProbeScore | undefined, digits: number): string {
  if (score === undefined) return `${model}: no score`;
  const said = (value: number): string => decimals(value, digits);
  const interval = Number.isFinite(score.low) ? `, 95 % interval ${said(score.low)} to ${said(score.high)}` : '';
  return `${model}: ${said(score.score)}${interval}, ${counted(score.n, 'image')}`;
}
