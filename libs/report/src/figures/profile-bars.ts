import type { Markup } from '../page/markup.ts';
import { decimals, whole } from '../page/number-text.ts';
import { categoryColourNames, colour } from '../page/palette.ts';
import { totalSummary } from '../tables/read-profiles.ts';
import type { Profiles } from '../tables/study.ts';
import type { Uncertainty } from '../tables/uncertainty.ts';
import { shortened } from '../words/shorten.ts';
import { intervalLines } from './interval-lines.ts';
import { textWidth } from './label-candidates.ts';
import type { PlotHost } from './plot-host.ts';

/** What the bars show: redundancy is one bar a model, the counts are stacked by category. */
export type BarCount = 'matches' | 'unique' | 'redundancy';

/** Characters of a name that fit beside the bars. */
const longestName = 20;

const titles: Readonly<Record<BarCount, string>> = {
  matches: 'matching units',
  unique: 'unique concepts',
  redundancy: 'redundancy',
};

/**
 * Draws one count of every model, stacked by concept category where it adds up; models stand in the order of `order`,
 * lines are intervals where counts were
 * resampled, and models that are warned of bear a mark.
 */
export function drawProfileBars(
  host: PlotHost,
  profiles: Profiles,
  count: BarCount,
  order: readonly number[],
  counts: Uncertainty['counts'] = new Map(),
  warned: ReadonlySet<string> = new Set(),
): Markup {
  const { models, categories, summaries } = profiles;
  const tints = categoryColourNames(categories);
  const names = order.map((model) => models[model] as string);
  const totals = order
    .map((model) => {
      const name = models[model] as string;
      const total = totalSummary(summaries[model] ?? [])[count];
      const [low, high] = counts.get(name)?.[count] ?? [Number.NaN, Number.NaN];
      return { model: name, total, low, high, end: Number.isFinite(high) ? Math.max(total, high) : total };
    })
    .filter(({ total }) => Number.isFinite(total));
  const stacks = order.flatMap((model) =>
    categories.map((category, index) => ({
      model: models[model] as string,
      category,
      count: summaries[model]?.[index]?.[count === 'redundancy' ? 'matches' : count] ?? 0,
    })),
  );
  const label = (name: string): string => `${shortened(name, longestName)}${warned.has(name) ? ' ⚠' : ''}`;
  const said = (total: number): string => (count === 'redundancy' ? decimals(total, 1) : whole(total));
  const { plot } = host;
  const bars =
    count === 'redundancy'
      ? plot.barX(totals, { y: 'model', x: 'total', fill: colour('quiet') })
      : plot.barX(stacks, { y: 'model', x: 'count', fill: 'category', order: [...categories], insetRight: 0.75 });
  return host.draw(`Bars: ${titles[count]} of each model`, {
    width: 330,
    height: 50 + models.length * 19,
    marginLeft: 10 + Math.max(0, ...models.map((name) => textWidth(label(name), 11))),
    marginRight: 10 + Math.max(0, ...totals.map(({ total }) => textWidth(said(total), 11))),
    marginTop: 38,
    marginBottom: 4,
    x: {
      axis: 'top',
      grid: true,
      label: titles[count],
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 30,
      ticks: 4,
      tickSize: 0,
      tickFormat: (value: number) => (Number.isInteger(value) ? whole(value) : String(value)),
    },
    y: {
      domain: names,
      label: null,
      tickSize: 0,
      padding: 0.22,
      tickFormat: label,
    },
    color: { domain: [...categories], range: categories.map((category) => colour(tints.get(category) ?? 'quiet')) },
    marks: [
      bars,
      ...intervalLines(
        plot,
        totals.filter(({ low }) => Number.isFinite(low)),
        'model',
      ),
      plot.text(totals, {
        y: 'model',
        x: 'end',
        text: ({ total }: { total: number }) => said(total),
        dx: 5,
        textAnchor: 'start',
        fill: colour('quiet'),
      }),
    ],
  });
}
