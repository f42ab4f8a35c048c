import { foldedTable } from '../page/data-table.ts';
import { markup, type Markup } from '../page/markup.ts';
import { counted, decimals, probability } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import type { Relation, Tasks } from '../tables/study.ts';
import { columnWords, predictorWords } from '../words/predictor-words.ts';
import { relationGrid, relationLegend } from './relation-grid.ts';

/** The section on tasks, or undefined where no model was related to scores. */
export function tasksSection(page: PageContext): PageSection | undefined {
  const { tasks } = page.study;
  if (tasks === undefined || tasks.relations.length === 0) return undefined;
  const supported = tasks.relations.filter((relation) => relation.supported).length;
  const body = markup`<p>${counted(tasks.predictors.length, 'property', 'properties')} of the models against ${counted(tasks.columns.length, 'score column')}. A relation counts as <strong>supported</strong> only where q ≤ 0.05 (Benjamini-Hochberg over the whole table) and its 95 % interval excludes 0. ${
    supported === 0 ? markup`<strong>No relation of this study is supported</strong>: with so few models and so many pairs, correlations of this size arise by chance.` : `${counted(supported, 'relation')} of ${counted(tasks.relations.length, 'relation')} ${supported === 1 ? 'is' : 'are'} supported.`
  } “All” is the trivial baseline, the number of matching units.</p>${page.figure({
    id: 'relations',
    title: 'Correlation of model properties with task scores',
    caption: markup`Pearson correlation over the models that have both. Supported relations carry a dot (●) and a frame. Scores marked ↓ are errors: lower is better.`,
    legend: relationLegend(),
    scrolls: false,
    drawing: relationGrid(tasks),
    data: relationTable(tasks),
  })}`;
  return { id: 'tasks', title: 'Tasks', body };
}

function relationTable(tasks: Tasks): Markup {
  const rows = [...tasks.relations].sort((a, b) => Number(b.supported) - Number(a.supported) || strength(b) - strength(a));
  return foldedTable(
    {
      id: 'relations-table',
      caption: 'All relations, the strongest first',
      rows,
      columns: [
        { title: 'Property', cell: ({ predictor }) => predictorWords(predictor) },
        { title: 'Score', cell: ({ column }) => columnText(tasks, column) },
        { title: 'n', numeric: true, cell: ({ n }) => n },
        { title: 'Pearson', numeric: true, cell: ({ pearson }) => decimals(pearson, 3) },
        { title: '95 % interval', numeric: true, cell: ({ low, high }) => `${decimals(low, 2)} to ${decimals(high, 2)}` },
        { title: 'Spearman', numeric: true, cell: ({ spearman }) => decimals(spearman, 3) },
        { title: 'p', numeric: true, cell: ({ p }) => probability(p) },
        { title: 'p (family)', hint: 'By the largest correlation over the whole table', numeric: true, cell: ({ pFamily }) => probability(pFamily) },
        { title: 'q', numeric: true, cell: ({ q }) => probability(q) },
        { title: 'Supported', cell: ({ supported }) => (supported ? 'yes' : 'no') },
      ],
    },
    'All relations with their intervals',
  );
}

function columnText({ columns }: Tasks, index: number): string {
  const column = columns[index];
  return column === undefined ? '' : columnWords(column);
}

function strength({ pearson }: Relation): number {
  return Number.isFinite(pearson) ? Math.abs(pearson) : -1;
}
