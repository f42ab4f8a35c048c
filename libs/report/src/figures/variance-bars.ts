import type { Markup } from '../page/markup.ts';
import { percent } from '../page/number-text.ts';
import { colour } from '../page/palette.ts';
import type { Embedding } from '../tables/study.ts';
import type { PlotHost } from './plot-host.ts';

/** Components shown at most; what follows explains next to nothing. */
export const varianceComponentsShown = 12;

/**
 * Draws the share of the variance that each component explains; the components of the embedding stand out, and a line
 * says what chance gives, where that was tested.
 */
export function drawVarianceBars(
  host: PlotHost,
  { ratios, chance, components }: Pick<Embedding, 'ratios' | 'chance' | 'components'>,
): Markup {
  const rows = ratios
    .slice(0, varianceComponentsShown)
    .map((ratio, index) => ({ component: index + 1, ratio, chance: chance[index]?.ratio ?? Number.NaN }));
  const tested = rows.filter((row) => Number.isFinite(row.chance));
  const { plot } = host;
  return host.draw('Bars: share of the variance that each component explains', {
    width: 330,
    height: 236,
    marginTop: 34,
    marginBottom: 42,
    marginLeft: 44,
    x: {
      label: 'component',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 36,
      tickSize: 0,
      type: 'band',
      padding: 0.2,
    },
    y: {
      label: 'share of variance',
      labelArrow: 'none',
      labelOffset: 44,
      grid: true,
      percent: true,
      ticks: 4,
      tickSize: 0,
      tickFormat: (value: number) => `${String(value)}\u202f%`,
    },
    marks: [
      plot.barY(rows, {
        x: 'component',
        y: 'ratio',
        fill: ({ component }: { component: number }) => colour(component <= components ? 'accent' : 'quiet'),
      }),
      plot.tickY(tested, { x: 'component', y: 'chance', stroke: colour('alert'), strokeWidth: 2 }),
      plot.text(rows.slice(0, components), {
        x: 'component',
        y: (row: { ratio: number; chance: number }) =>
          Number.isFinite(row.chance) ? Math.max(row.ratio, row.chance) : row.ratio,
        text: ({ ratio }: { ratio: number }) => percent(ratio, ratio < 0.1 ? 1 : 0),
        dy: -8,
        fontSize: 9,
        fill: colour('ink'),
      }),
      plot.ruleY([0], { stroke: colour('quiet') }),
    ],
  });
}
