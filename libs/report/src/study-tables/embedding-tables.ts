import { strongestLoadings, type ComponentLoading } from '../figures/loading-bars.ts';
import { decimals, percent, probability, significant } from '../page/number-text.ts';
import { intervalFields, tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import type { EmbeddedModel, Embedding, Trait } from '../tables/study.ts';
import type { Uncertainty } from '../tables/uncertainty.ts';
import { categoryOfModels } from './category-column.ts';
import { componentsKept, intervalText } from '../words/uncertainty-words.ts';

/** Models on the components, with their categories. */
export function pointTable({ points, components }: Embedding): TableView {
  return tableView<EmbeddedModel>({
    id: 'embedding-table',
    caption: 'Models on the components, with their categories',
    rows: points,
    interactive: true,
    columns: [
      { title: 'Model', value: ({ model }) => model },
      categoryOfModels(({ group }) => group),
      ...Array.from({ length: components }, (_, component): TableColumn<EmbeddedModel> => ({
        title: `Component ${String(component + 1)}`,
        numeric: true,
        value: ({ scores }) => scores[component] ?? Number.NaN,
        text: ({ scores }) => decimals(scores[component] ?? Number.NaN, 4),
      })),
    ],
  });
}

/** Models on two components. */
export function pairTable({ points }: Embedding, pair: readonly [number, number]): TableView {
  const words = pair.map((component) => String(component + 1));
  return tableView<EmbeddedModel>({
    id: `embedding-${words.join('-')}-table`,
    caption: `Places of the models on components ${words.join(' and ')}`,
    rows: points,
    columns: [
      { title: 'Model', value: ({ model }) => model },
      categoryOfModels(({ group }) => group),
      ...pair.map((component): TableColumn<EmbeddedModel> => ({
        title: `Component ${String(component + 1)}`,
        numeric: true,
        value: ({ scores }) => scores[component] ?? Number.NaN,
        text: ({ scores }) => decimals(scores[component] ?? Number.NaN, 4),
      })),
    ],
  });
}

/** Share of the variance by component. */
export function varianceTable(embedding: Embedding): TableView {
  const { ratios, chance } = embedding;
  const kept = componentsKept(embedding);
  return tableView({
    id: 'variance-table',
    caption: 'Share of the variance by component',
    rows: ratios.map((ratio, index): VarianceRow => ({
      ratio,
      component: index + 1,
      chance: chance[index]?.ratio ?? Number.NaN,
      p: chance[index]?.p ?? Number.NaN,
    })),
    columns: [
      { title: 'Component', value: ({ component }) => component },
      { title: 'Share', numeric: true, value: ({ ratio }) => ratio, text: ({ ratio }) => percent(ratio, 3) },
      ...(kept === undefined ? [] : chanceColumns(kept)),
    ],
  });
}

interface VarianceRow {
  readonly component: number;
  readonly ratio: number;
  readonly chance: number;
  readonly p: number;
}

/** What chance gives, and which components are kept. */
function chanceColumns(kept: number): readonly TableColumn<VarianceRow>[] {
  return [
    {
      title: 'Chance',
      hint: '95th percentile of the share after the columns of the profiles were permuted independently',
      numeric: true,
      value: ({ chance }) => chance,
      text: ({ chance }) => percent(chance, 3),
    },
    { title: 'p', numeric: true, value: ({ p }) => p, text: ({ p }) => probability(p) },
    {
      title: 'More than chance',
      value: ({ component }) => component <= kept,
      text: ({ component }) => (component <= kept ? 'yes' : 'no'),
    },
  ];
}

/** Weight of every concept in the components. */
export function loadingTable({ loadings, components }: Embedding, id = 'loadings-table'): TableView {
  return tableView({
    id,
    caption: 'Weight of every concept in the components',
    rows: loadings,
    interactive: true,
    columns: [
      { title: 'Concept', value: ({ concept }) => concept },
      { title: 'Concept category', value: ({ category }) => category },
      ...Array.from({ length: components }, (_, component): TableColumn<{ readonly loadings: readonly number[] }> => ({
        title: `Component ${String(component + 1)}`,
        numeric: true,
        value: ({ loadings: weights }) => weights[component] ?? Number.NaN,
        text: ({ loadings: weights }) => decimals(weights[component] ?? Number.NaN, 4),
      })),
    ],
  });
}

/** The concepts that a figure of one component shows, from the highest weight to the lowest. */
export function componentTable(
  embedding: Embedding,
  component: number,
  intervals?: Uncertainty['loadings'],
): TableView {
  return tableView<ComponentLoading>({
    id: `loadings-${String(component + 1)}-table`,
    caption: `Concepts with the largest weights in component ${String(component + 1)}`,
    rows: strongestLoadings(embedding.loadings, component, intervals),
    columns: [
      { title: 'Concept', value: ({ concept }) => concept },
      { title: 'Concept category', value: ({ category }) => category },
      { title: 'Weight', numeric: true, value: ({ weight }) => weight, text: ({ weight }) => decimals(weight, 4) },
      ...(intervals === undefined
        ? []
        : [
            {
              title: '95 % interval',
              numeric: true,
              value: ({ interval }: ComponentLoading) => interval?.[0] ?? Number.NaN,
              text: ({ interval }: ComponentLoading) => (interval === undefined ? '–' : intervalText(interval, 3)),
              csv: intervalFields('95 % interval', ({ interval }: ComponentLoading) => interval),
            },
          ]),
    ],
  });
}

/** What sets each category of models apart: means inside and outside. */
export function traitTable({ traits }: Embedding): TableView {
  return tableView<Trait>({
    id: 'traits-table',
    caption: 'What sets each category of models apart: means inside and outside of it',
    rows: traits,
    interactive: true,
    columns: [
      categoryOfModels(({ group }) => group),
      { title: 'Trait', value: ({ trait, concept }) => (concept === '' ? trait : `${trait} of ${concept}`) },
      { title: 'Concept category', value: ({ category }) => category },
      { title: 'Inside', numeric: true, value: ({ inside }) => inside, text: ({ inside }) => significant(inside, 4) },
      {
        title: 'Outside',
        numeric: true,
        value: ({ outside }) => outside,
        text: ({ outside }) => significant(outside, 4),
      },
      {
        title: 'Difference',
        numeric: true,
        value: ({ difference }) => difference,
        text: ({ difference }) => significant(difference, 4),
      },
    ],
  });
}

/** How well each number of categories describes the models. */
export function qualityTable({ quality }: Embedding): TableView {
  return tableView({
    id: 'quality-table',
    caption: 'How well k categories describe the models',
    rows: quality,
    columns: [
      { title: 'k', value: ({ k }) => k },
      {
        title: 'Inertia',
        numeric: true,
        value: ({ inertia }) => inertia,
        text: ({ inertia }) => significant(inertia, 5),
      },
      {
        title: 'Silhouette',
        numeric: true,
        value: ({ silhouette }) => silhouette,
        text: ({ silhouette }) => decimals(silhouette, 3),
      },
      { title: 'Gap', numeric: true, value: ({ gap }) => gap, text: ({ gap }) => decimals(gap, 3) },
      {
        title: 'Gap, error',
        numeric: true,
        value: ({ gapError }) => gapError,
        text: ({ gapError }) => decimals(gapError, 3),
      },
    ],
  });
}
