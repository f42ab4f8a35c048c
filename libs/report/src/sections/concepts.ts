import { drawLoadingBars, loadingsShown } from '../figures/loading-bars.ts';
import { foldedTable } from '../page/data-table.ts';
import { categoryLegend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { decimals } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import type { Embedding } from '../tables/study.ts';

/** The section on concepts, or undefined where there are no loadings to show. */
export function conceptsSection(page: PageContext): PageSection | undefined {
  const { embedding } = page.study;
  if (embedding === undefined || embedding.loadings.length === 0) return undefined;
  return { id: 'concepts', title: 'Concepts', body: markup`${loadingFigures(page, embedding)}` };
}

function loadingFigures(page: PageContext, embedding: Embedding): Markup {
  const { loadings, components } = embedding;
  const figures = Array.from({ length: components }, (_, component) =>
    page.figure({
      id: `loadings-${String(component + 1)}`,
      title: `Concepts of component ${String(component + 1)}`,
      caption: `The ${String(Math.min(loadings.length, loadingsShown * 2))} concepts with the largest weight. Models with many units for the concepts on the right stand high on the component, models with many for those on the left stand low.`,
      drawing: drawLoadingBars(page.host, loadings, component, page.study.profiles.categories),
    }),
  );
  return markup`${categoryLegend(page.study.profiles.categories)}<div class="pair">${joined(figures)}</div>${foldedTable(
    {
      id: 'loadings-table',
      caption: 'Weight of every concept in the components',
      rows: loadings,
      columns: [
        { title: 'Concept', cell: ({ concept }) => concept },
        { title: 'Category', cell: ({ category }) => category },
        ...Array.from({ length: components }, (_, component) => ({
          title: `Component ${String(component + 1)}`,
          numeric: true,
          cell: ({ loadings: weights }: { readonly loadings: readonly number[] }) => decimals(weights[component] ?? Number.NaN, 4),
        })),
      ],
    },
    'All loadings',
  )}`;
}
