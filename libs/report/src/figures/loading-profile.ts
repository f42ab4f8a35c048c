import type { Markup } from '../page/markup.ts';
import { percent } from '../page/number-text.ts';
import { categoryColourNames, colour } from '../page/palette.ts';
import type { Embedding } from '../tables/study.ts';
import { shortened } from '../words/shorten.ts';
import { textWidth } from './label-candidates.ts';
import { stripPlot } from './loading-strips.ts';
import type { PlotHost } from './plot-host.ts';

/**
 * Draws the weights of all concepts, one strip a component under each other: the same place is the same concept in
 * every strip.
 */
export function drawLoadingProfile(
  host: PlotHost,
  { loadings, components, ratios }: Embedding,
  categories: readonly string[],
): Markup {
  const tints = categoryColourNames(categories);
  const rank = new Map(categories.map((category, index) => [category, index]));
  const sorted = [...loadings].sort((a, b) => (rank.get(a.category) ?? 0) - (rank.get(b.category) ?? 0));
  const strip = (component: number): string =>
    `component ${String(component + 1)}${ratios[component] === undefined ? '' : `, ${percent(ratios[component])}`}`;
  const strips = Array.from({ length: components }, (_, component) => strip(component));
  const rows = Array.from({ length: components }, (_, component) =>
    sorted.map(({ category, concept, loadings: weights }, place) => ({
      place,
      concept,
      category,
      strip: strip(component),
      weight: weights[component] ?? 0,
    })),
  ).flat();
  const named = Array.from({ length: components }, (_, component) =>
    strongest(rows.filter((row) => row.strip === strip(component))),
  ).flat();
  const { plot } = host;
  return host.draw(`Strips: weights of ${String(loadings.length)} concepts in ${String(components)} components`, {
    width: stripPlot.width,
    height: 46 + components * 120,
    marginLeft: stripPlot.left,
    marginRight: stripPlot.right,
    marginTop: 24,
    marginBottom: 30,
    x: {
      type: 'linear',
      domain: [-0.5, sorted.length - 0.5],
      axis: 'bottom',
      label: 'concepts, sorted by concept category and name',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 0,
      tickSize: 0,
    },
    y: { label: null, grid: true, ticks: 4, tickSize: 0 },
    fy: { domain: strips, axis: null, padding: 0.26 },
    color: { domain: [...categories], range: categories.map((category) => colour(tints.get(category) ?? 'quiet')) },
    marks: [
      plot.rectY(rows, {
        x1: ({ place }: { place: number }) => place - 0.4,
        x2: ({ place }: { place: number }) => place + 0.4,
        y: 'weight',
        fy: 'strip',
        fill: 'category',
      }),
      ...(['start', 'end'] as const).map((textAnchor) =>
        plot.text(
          named.filter(({ place }) => place > sorted.length * 0.9 === (textAnchor === 'end')),
          {
            x: 'place',
            y: 'weight',
            fy: 'strip',
            text: ({ concept }: { concept: string }) => shortened(concept, longestName),
            textAnchor,
            dx: textAnchor === 'start' ? 6 : -6,
            fill: colour('ink'),
            stroke: colour('panel'),
            strokeWidth: 3,
          },
        ),
      ),
      plot.ruleY([0], { stroke: colour('quiet') }),
      plot.text(strips, {
        fy: (name: string) => name,
        text: (name: string) => name,
        frameAnchor: 'top-left',
        dy: -13,
        fontWeight: 600,
        fill: colour('ink'),
      }),
    ],
  });
}

/** Concepts named in each strip. */
const conceptsNamed = 6;

/** Characters of a name that are shown. */
const longestName = 18;

/** The strongest concepts of a strip; of two that stand so close that their names would collide, the stronger. */
function strongest<R extends { readonly place: number; readonly weight: number; readonly concept: string }>(
  rows: readonly R[],
): readonly R[] {
  const reach = ({ concept }: R): number =>
    ((textWidth(shortened(concept, longestName), 11) + 16) / stripPlot.across) * rows.length;
  const apart = (a: R, b: R): boolean => Math.abs(a.place - b.place) > Math.max(reach(a), reach(b));
  const named: R[] = [];
  for (const row of [...rows].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))) {
    if (named.length < conceptsNamed && named.every((other) => apart(other, row))) named.push(row);
  }
  return named;
}
