import { markup } from '../page/markup.ts';
import { decimals, whole } from '../page/number-text.ts';
import { intervalFields, tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import { totalSummary } from '../tables/read-profiles.ts';
import type { Study, Summary, Survival, Twin } from '../tables/study.ts';
import { replicateWords } from '../words/uncertainty-words.ts';
import { categoryOfModels } from './category-column.ts';

interface ModelRow {
  readonly model: string;
  readonly group: number | undefined;
  readonly total: Summary;
  readonly summaries: readonly Summary[];
  readonly survival: Survival | undefined;
  readonly twin: Twin | undefined;
}

/** Models by their number of matching units, the most first. */
export function modelsByMatches({ profiles }: Study): readonly number[] {
  const totals = profiles.summaries.map((rows) => totalSummary(rows).matches);
  return [...profiles.models.keys()].sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0) || a - b);
}

/** Matching units, unique concepts and redundancy of every model, in all and by concept category. */
export function modelTable(study: Study): TableView {
  const { profiles, embedding } = study;
  const groups = new Map(embedding?.points.map(({ model, group }) => [model, group]));
  const rows = modelsByMatches(study).map((index): ModelRow => {
    const model = profiles.models[index] as string;
    const summaries = profiles.summaries[index] ?? [];
    return {
      model,
      group: groups.get(model),
      total: totalSummary(summaries),
      summaries,
      survival: profiles.survival?.[index],
      twin: profiles.twins?.get(model),
    };
  });
  const group = categoryOfModels<ModelRow>(({ group: own }) => own);
  return tableView<ModelRow>({
    id: 'models-table',
    caption: 'Matching units, unique concepts and redundancy of every model',
    interactive: true,
    rows,
    columns: [
      { title: 'Model', value: ({ model }) => model },
      ...(embedding === undefined ? [] : [group]),
      totalColumn('Matching units', 'matches', 0, study),
      totalColumn('Unique concepts', 'unique', 0, study),
      totalColumn('Redundancy', 'redundancy', 2, study, 'Matching units per unique concept'),
      ...(profiles.survival === undefined
        ? []
        : [
            {
              ...count('Better than chance', ({ survival }) => survival?.surviving ?? Number.NaN),
              hint: 'Units that pass the gate and match better than chance (q at most 0.05)',
            },
          ]),
      ...(profiles.twins === undefined ? [] : [twinColumn]),
      ...profiles.categories.flatMap((category, at) => [
        count(`${category}: units`, ({ summaries }) => summaries[at]?.matches ?? 0),
        count(`${category}: unique`, ({ summaries }) => summaries[at]?.unique ?? 0),
      ]),
    ],
  });
}

/** One count of every model by concept category: the numbers behind a figure of bars. */
export function barTable(
  { profiles }: Study,
  order: readonly number[],
  kind: 'matches' | 'unique' | 'redundancy',
): TableView {
  const digits = kind === 'redundancy' ? 2 : 0;
  return tableView<number>({
    id: `bars-${kind}-table`,
    caption: `${kind === 'matches' ? 'Matching units' : kind === 'unique' ? 'Unique concepts' : 'Redundancy'} of each model by concept category`,
    rows: order,
    columns: [
      { title: 'Model', value: (model) => profiles.models[model] ?? '' },
      ...profiles.categories.map((category, at): TableColumn<number> => ({
        title: category,
        numeric: true,
        value: (model) => profiles.summaries[model]?.[at]?.[kind] ?? Number.NaN,
        text: (model) => decimals(profiles.summaries[model]?.[at]?.[kind] ?? Number.NaN, digits),
      })),
      {
        title: 'All',
        numeric: true,
        value: (model) => totalSummary(profiles.summaries[model] ?? [])[kind],
        text: (model) => decimals(totalSummary(profiles.summaries[model] ?? [])[kind], digits),
      },
    ],
  });
}

/** Units of every model for every concept: the numbers behind the map of concepts. */
export function unitTable({ profiles }: Study, conceptOrder: readonly number[]): TableView {
  const { models, concepts, units } = profiles;
  return tableView<number>({
    id: 'concept-map-table',
    caption: 'Matching units of every model for every concept',
    rows: conceptOrder,
    columns: [
      { title: 'Concept', value: (concept) => concepts[concept]?.concept ?? '' },
      { title: 'Concept category', value: (concept) => concepts[concept]?.category ?? '' },
      ...models.map((model, at): TableColumn<number> => ({
        title: model,
        numeric: true,
        value: (concept) => units[at * concepts.length + concept] ?? 0,
      })),
    ],
  });
}

/** A number over all categories, with its interval where counts were resampled. */
function totalColumn(
  title: string,
  of: 'matches' | 'unique' | 'redundancy',
  digits: number,
  { uncertainty }: Study,
  meaning?: string,
): TableColumn<ModelRow> {
  const said = (value: number): string => (digits === 0 ? whole(value) : decimals(value, digits));
  const interval = (model: string): string | undefined => {
    const found = uncertainty?.counts.get(model)?.[of];
    return found === undefined || !Number.isFinite(found[0]) ? undefined : `${said(found[0])}–${said(found[1])}`;
  };
  const hint = [
    ...(meaning === undefined ? [] : [meaning]),
    ...(uncertainty === undefined ? [] : [`With the 95 % interval: ${replicateWords(uncertainty)}`]),
  ].join('. ');
  return {
    title,
    numeric: true,
    ...(hint === '' ? {} : { hint }),
    value: ({ total }) => total[of],
    ...(uncertainty === undefined
      ? {}
      : {
          csv: [
            { name: title, value: ({ total }) => total[of] },
            ...intervalFields(title, ({ model }: ModelRow) => uncertainty.counts.get(model)?.[of]),
          ],
        }),
    text: ({ model, total }) => {
      const own = interval(model);
      return `${said(total[of])}${own === undefined ? '' : ` (${own})`}`;
    },
    cell: ({ model, total }) => {
      const own = interval(model);
      return markup`${said(total[of])}${own !== undefined && markup` <span class="quiet unbroken">${own}</span>`}`;
    },
  };
}

const twinColumn: TableColumn<ModelRow> = {
  title: 'Untrained twin',
  hint: 'Matching units of the same network with freshly drawn weights, of all that it has: what architecture and data give without training',
  numeric: true,
  value: ({ twin }) => twin?.matches ?? Number.NaN,
  text: ({ twin }) => (twin === undefined ? '–' : twinText(twin)),
};

/** Matching units of a twin: `12 of 64 (19 %)`. */
export function twinText({ matches, units }: Pick<Twin, 'matches' | 'units'>): string {
  return `${whole(matches)} of ${whole(units)}${units === 0 ? '' : ` (${decimals((100 * matches) / units, 1)} %)`}`;
}

function count(title: string, value: (row: ModelRow) => number): TableColumn<ModelRow> {
  return { title, numeric: true, value, text: (row) => whole(value(row)) };
}
