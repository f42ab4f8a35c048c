import { decimals, probability, significant } from '../page/number-text.ts';
import { tableView, type TableView } from '../page/table-view.ts';
import type { Relation, Surface, Tasks } from '../tables/study.ts';
import { conceptLinkSupported } from '../words/findings.ts';
import { columnWords, predictorWords } from '../words/predictor-words.ts';
import { pColumn, qColumn } from './probability-columns.ts';

/** All relations with their intervals, what is supported first, then by strength. */
export function relationTable(tasks: Tasks): TableView {
  const rows = [...tasks.relations].sort(
    (a, b) => Number(b.supported) - Number(a.supported) || strength(b) - strength(a),
  );
  return tableView<Relation>({
    id: 'relations-table',
    caption: 'All relations, the strongest first',
    rows,
    interactive: true,
    columns: [
      { title: 'Property', value: ({ predictor }) => predictorWords(predictor) },
      { title: 'Score', value: ({ column }) => columnText(tasks, column) },
      { title: 'n', numeric: true, value: ({ n }) => n },
      { title: 'Pearson', numeric: true, value: ({ pearson }) => pearson, text: ({ pearson }) => decimals(pearson, 3) },
      {
        title: '95 % interval',
        numeric: true,
        value: ({ low, high }) => (Number.isFinite(low) ? `${String(low)} to ${String(high)}` : ''),
        text: ({ low, high }) => `${decimals(low, 2)} to ${decimals(high, 2)}`,
      },
      {
        title: 'Spearman',
        numeric: true,
        value: ({ spearman }) => spearman,
        text: ({ spearman }) => decimals(spearman, 3),
      },
      pColumn(),
      {
        title: 'p (family)',
        hint: 'By the largest correlation over the whole table',
        numeric: true,
        value: ({ pFamily }) => pFamily,
        text: ({ pFamily }) => probability(pFamily),
      },
      qColumn(),
      { title: 'Supported', value: ({ supported }) => (supported ? 'yes' : 'no') },
    ],
  });
}

/** The strongest concepts of each score column. */
export function conceptLinkTable(tasks: Tasks, perColumn: number): TableView {
  const rows = tasks.columns.flatMap((_, column) =>
    tasks.conceptLinks
      .filter((link) => link.column === column && Number.isFinite(link.pearson))
      .sort((a, b) => Math.abs(b.pearson) - Math.abs(a.pearson))
      .slice(0, perColumn),
  );
  return tableView({
    id: 'concept-links-table',
    caption: `The ${String(perColumn)} concepts that go most strongly with each score`,
    rows,
    interactive: true,
    columns: [
      { title: 'Score', value: ({ column }) => columnText(tasks, column) },
      { title: 'Concept', value: ({ concept }) => concept },
      { title: 'Category', value: ({ category }) => category },
      { title: 'Pearson', numeric: true, value: ({ pearson }) => pearson, text: ({ pearson }) => decimals(pearson, 3) },
      pColumn(),
      { title: 'q', numeric: true, value: ({ q }) => q, text: ({ q }) => probability(q) },
      { title: 'Supported', value: (link) => (conceptLinkSupported(link) ? 'yes' : 'no') },
    ],
  });
}

/** Leave-one-out errors of the performance surfaces. */
export function surfaceTable(tasks: Tasks): TableView {
  return tableView<Surface>({
    id: 'surfaces-table',
    caption: 'Leave-one-out errors of the performance surfaces',
    rows: tasks.surfaces.filter(({ error }) => error !== undefined),
    interactive: true,
    columns: [
      { title: 'Score', value: ({ column }) => columnText(tasks, column) },
      { title: 'n', numeric: true, value: ({ n }) => n ?? Number.NaN },
      {
        title: 'Error of the surface',
        numeric: true,
        value: ({ error }) => error ?? Number.NaN,
        text: ({ error }) => significant(error ?? Number.NaN),
      },
      {
        title: 'Error of the mean',
        numeric: true,
        value: ({ meanError }) => meanError ?? Number.NaN,
        text: ({ meanError }) => significant(meanError ?? Number.NaN),
      },
      {
        title: 'Better than the mean',
        value: ({ error, meanError }) => ((error ?? Infinity) < (meanError ?? Infinity) ? 'yes' : 'no'),
      },
    ],
  });
}

function columnText({ columns }: Tasks, index: number): string {
  const column = columns[index];
  return column === undefined ? '' : columnWords(column);
}

function strength({ pearson }: Relation): number {
  return Number.isFinite(pearson) ? Math.abs(pearson) : -1;
}
