import type { Markup } from '../page/markup.ts';
import { percent } from '../page/number-text.ts';
import { colour } from '../page/palette.ts';
import type { PlotHost } from './plot-host.ts';

/** Components shown at most; what follows explains next to nothing. */
export const varianceComponentsShown = 12;

/** Draws the share of the variance that each component explains; the components of the embedding stand out. */
export function drawVarianceBars(host: PlotHost, ratios: readonly number[], components: number): Markup {
  const rows = ratios.slice(0, varianceComponentsShown).map((ratio, index) => ({ component: index + 1, ratio }));
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
      plot.text(rows.slice(0, components), {
        x: 'component',
        y: 'ratio',
        text: ({ ratio }: { ratio: number }) => percent(ratio, ratio < 0.1 ? 1 : 0),
        dy: -8,
        fontSize: 9,
        fill: colour('ink'),
      }),
      plot.ruleY([0], { stroke: colour('quiet') }),
    ],
  });
}
