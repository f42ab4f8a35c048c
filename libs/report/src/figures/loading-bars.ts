import type { Markup } from '../page/markup.ts';
import { categoryColourNames, colour } from '../page/palette.ts';
import { conceptKey } from '../tables/read-profiles.ts';
import type { Loading } from '../tables/study.ts';
import type { Interval, Uncertainty } from '../tables/uncertainty.ts';
import { shortened } from '../words/shorten.ts';
import { intervalLines } from './interval-lines.ts';
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
  /** Interval of the weight, if it was resampled. */
  readonly interval: Interval | undefined;
}

/** The concepts with the largest weights of either sign in a component, sorted from the highest to the lowest. */
export function strongestLoadings(
  loadings: readonly Loading[],
  component: number,
  intervals: Uncertainty['loadings'] = new Map(),
): readonly ComponentLoading[] {
  const sorted = loadings
    .map(({ concept, category, loadings: weights }) => ({
      concept,
      category,
      weight: weights[component] ?? 0,
      interval: intervals.get(conceptKey(concept, category))?.[component],
    }))
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
  intervals?: Uncertainty['loadings'],
): Markup {
  const rows = strongestLoadings(loadings, component, intervals).map(({ concept, category, weight, interval }) => ({
    name: `${concept} (${category})`,
    category,
    weight,
    low: interval?.[0] ?? Number.NaN,
    high: interval?.[1] ?? Number.NaN,
  }));
  const resampled = rows.filter(({ low }) => Number.isFinite(low));
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
      ...intervalLines(plot, resampled, 'name'),
    ],
  });
}
