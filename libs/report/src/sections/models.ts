import { drawProfileBars } from '../figures/profile-bars.ts';
import { dataTable, type TableColumn } from '../page/data-table.ts';
import { categoryLegend, groupMark } from '../page/legend.ts';
import { markup, type Markup } from '../page/markup.ts';
import { counted, decimals, whole } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { groupLetter } from '../page/palette.ts';
import { totalSummary } from '../tables/read-profiles.ts';
import type { Study, Summary } from '../tables/study.ts';

/** The section on single models: their bars, and a table of all counts. */
export function modelsSection(page: PageContext): PageSection {
  const { profiles } = page.study;
  const totals = profiles.summaries.map(totalSummary);
  const order = [...profiles.models.keys()].sort((a, b) => (totals[b]?.matches ?? 0) - (totals[a]?.matches ?? 0) || a - b);
  const legend = categoryLegend(profiles.categories);
  const bars = (['matches', 'unique'] as const).map((count) =>
    page.figure({
      id: `bars-${count}`,
      title: count === 'matches' ? 'Matching units' : 'Unique concepts',
      caption: count === 'matches' ? 'Units of each model that match a concept, stacked by the category of the concept.' : 'Distinct concepts that the units of each model match. Models stand in the order of their matching units.',
      legend,
      drawing: drawProfileBars(page.host, profiles, count, order),
    }),
  );
  const body = markup`<p>${counted(profiles.models.length, 'model')}, ${counted(profiles.concepts.length, 'concept')} in ${counted(profiles.categories.length, 'category', 'categories')}. A concept is a label within its category.</p><div class="pair">${bars}</div><h3>All models</h3>${modelTable(page.study, order)}`;
  return { id: 'models', title: 'Models', body };
}

interface ModelRow {
  readonly model: string;
  readonly group: number | undefined;
  readonly total: Summary;
  readonly summaries: readonly Summary[];
}

function modelTable({ profiles, embedding }: Study, order: readonly number[]): Markup {
  const groups = new Map(embedding?.points.map(({ model, group }) => [model, group]));
  const rows = order.map((index): ModelRow => {
    const model = profiles.models[index] as string;
    const summaries = profiles.summaries[index] ?? [];
    return { model, group: groups.get(model), total: totalSummary(summaries), summaries };
  });
  const perCategory = profiles.categories.flatMap((category, at): TableColumn<ModelRow>[] => [
    { title: `${category}: units`, numeric: true, cell: ({ summaries }) => whole(summaries[at]?.matches ?? 0), sortBy: ({ summaries }) => summaries[at]?.matches ?? 0 },
    { title: `${category}: unique`, numeric: true, cell: ({ summaries }) => whole(summaries[at]?.unique ?? 0), sortBy: ({ summaries }) => summaries[at]?.unique ?? 0 },
  ]);
  return dataTable({
    id: 'models-table',
    caption: 'Matching units and unique concepts of every model',
    interactive: true,
    rows,
    columns: [
      { title: 'Model', cell: ({ model }) => model },
      ...(embedding === undefined
        ? []
        : [{ title: 'Group', hint: 'Group of models; none for a model outside of the embedding', cell: ({ group }: ModelRow) => (group === undefined ? '–' : markup`${groupMark(group)} ${groupLetter(group)}`), sortBy: ({ group }: ModelRow) => group ?? 99 }]),
      { title: 'Matching units', numeric: true, cell: ({ total }) => whole(total.matches), sortBy: ({ total }) => total.matches },
      { title: 'Unique concepts', numeric: true, cell: ({ total }) => whole(total.unique), sortBy: ({ total }) => total.unique },
      { title: 'Redundancy', hint: 'Matching units per unique concept', numeric: true, cell: ({ total }) => decimals(total.redundancy, 2), sortBy: ({ total }) => (Number.isFinite(total.redundancy) ? total.redundancy : 0) },
      ...perCategory,
    ],
  });
}
