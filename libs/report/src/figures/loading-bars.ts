import type { Markup } from '../page/markup.ts';
import { categoryColourNames, colour } from '../page/palette.ts';
import type { Loading } from '../tables/study.ts';
import { shortened } from '../words/shorten.ts';
import { textWidth } from './label-candidates.ts';
import type { PlotHost } from './plot-host.ts';

/** Concepts shown for each sign of a component. */
export const loadingsShown = 12;

/** Characters of a concept that fit beside the bars. */
const longestName = 24;

/** A concept with its weight in one component. */
export interface ComponentLoading {
  /** Label of the concept. */
  readonly concept: string;
  /** Category of the concept. */
  readonly category: string;
  /** Its weight in the component. */
  readonly weight: number;
}

/** The concepts with the largest weights of either sign in a component, sorted from the highest to the lowest. */
export function strongestLoadings(loadings: readonly Loading[], component: number): readonly ComponentLoading[] {
  const sorted = loadings
    .map(({ concept, category, loadings: weights }) => ({ concept, category, weight: weights[component] ?? 0 }))
    .sort((a, b) => b.weight - a.weight);
  return [
    ...sorted.filter(({ weight }) => weight > 0).slice(0, loadingsShown),
    ...sorted.filter(({ weight }) => weight < 0).slice(-loadingsShown),
  ];
}

/** Draws the concepts with the largest weights of a component, sorted from the highest to the lowest. */
export function drawLoadingBars(
  host: PlotHost,
  loadings: readonly Loading[],
  component: number,
  categories: readonly string[],
): Markup {
  const rows = strongestLoadings(loadings, component).map(({ concept, category, weight }) => ({
    name: `${concept} (${category})`,
    category,
    weight,
  }));
  const tints = categoryColourNames(categories);
  const { plot } = host;
  return host.draw(`Bars: weights of concepts in component ${String(component + 1)}`, {
    width: 330,
    height: 28 + rows.length * 17,
    marginLeft: 10 + Math.max(0, ...rows.map(({ name }) => textWidth(shortened(name, longestName), 11))),
    marginTop: 22,
    marginBottom: 4,
    marginRight: 16,
    x: { axis: 'top', grid: true, label: null, ticks: 4, tickSize: 0 },
    y: {
      domain: rows.map(({ name }) => name),
      label: null,
      tickSize: 0,
      padding: 0.25,
      tickFormat: (name: string) => shortened(name, longestName),
    },
    color: { domain: [...categories], range: categories.map((category) => colour(tints.get(category) ?? 'quiet')) },
    marks: [
      plot.barX(rows, { y: 'name', x: 'weight', fill: 'category' }),
      plot.ruleX([0], { stroke: colour('quiet') }),
    ],
  });
}
