import type { Markup } from '../page/markup.ts';
import { categoryColourNames, colour } from '../page/palette.ts';
import { totalSummary } from '../tables/read-profiles.ts';
import type { Profiles } from '../tables/study.ts';
import { textWidth } from './place-labels.ts';
import type { PlotHost } from './plot-host.ts';

/** Which count the bars show. */
export type BarCount = 'matches' | 'unique';

/** Draws, for every model, its matches or unique concepts stacked by concept category; models stand in the order of `order`. */
export function drawProfileBars(host: PlotHost, profiles: Profiles, count: BarCount, order: readonly number[]): Markup {
  const { models, categories, summaries } = profiles;
  const tints = categoryColourNames(categories);
  const rows = order.flatMap((model) =>
    categories.map((category, index) => ({ model: models[model] as string, category, count: summaries[model]?.[index]?.[count] ?? 0 })),
  );
  const totals = order.map((model) => ({ model: models[model] as string, total: totalSummary(summaries[model] ?? [])[count] }));
  const { plot } = host;
  const marginLeft = Math.min(220, 14 + Math.max(0, ...models.map((name) => textWidth(name, 12))));
  return host.draw(count === 'matches' ? 'Bars: matching units of each model by concept category' : 'Bars: unique concepts of each model by concept category', {
    width: 560,
    height: 54 + models.length * 19,
    marginLeft,
    marginRight: 40,
    marginTop: 30,
    marginBottom: 4,
    style: {},
    x: { axis: 'top', grid: true, label: count === 'matches' ? 'matching units' : 'unique concepts', labelAnchor: 'left', labelArrow: 'none', ticks: 5 },
    y: { domain: order.map((model) => models[model] as string), label: null, tickSize: 0, padding: 0.22 },
    color: { domain: [...categories], range: categories.map((category) => colour(tints.get(category) ?? 'quiet')) },
    marks: [
      plot.barX(rows, { y: 'model', x: 'count', fill: 'category', order: [...categories], insetRight: 0.75 }),
      plot.text(totals, { y: 'model', x: 'total', text: ({ total }: { total: number }) => String(total), dx: 5, textAnchor: 'start', fill: colour('quiet') }),
    ],
  });
}
