import { decimals, probability, significant } from '../page/number-text.ts';
import { intervalFields, tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import type { Relation, Surface, Tasks } from '../tables/study.ts';
import { columnWords, givenWords, predictorWords } from '../words/predictor-words.ts';
import { rangeWords, unmetReasons } from '../words/relation-verdict.ts';
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
        value: ({ low }) => low,
        text: ({ low, high }) => rangeWords(low, high),
        csv: intervalFields('95 % interval', ({ low, high }) => [low, high]),
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
      ...(tasks.rules.correction === 'benjamini-yekutieli' ? [yekutieliColumn] : []),
      { title: 'Supported', value: ({ supported }) => (supported ? 'yes' : 'no') },
      { title: 'Not supported since', value: (relation) => unmetReasons(relation, tasks.rules).join('; ') },
      rangeColumn('Without one model', 'Range of Pearson when any one model is left out', ({ looLow, looHigh }) => [
        looLow,
        looHigh,
      ]),
      rangeColumn('Without one family', 'Range of Pearson when any one family is left out', ({ lofoLow, lofoHigh }) => [
        lofoLow,
        lofoHigh,
      ]),
      ...partialColumns('matching units', ({ partialUnits, partialUnitsP }) => [partialUnits, partialUnitsP]),
      ...(tasks.rules.given === ''
        ? []
        : partialColumns(givenWords(tasks.columns, tasks.rules.given), ({ partialScore, partialScoreP }) => [
            partialScore,
            partialScoreP,
          ])),
    ],
  });
}

/** Shown where it is what decides. */
const yekutieliColumn: TableColumn<Relation> = {
  title: 'q (Benjamini-Yekutieli)',
  hint: 'Whatever the dependence between the tests',
  numeric: true,
  value: ({ qBy }) => qBy,
  text: ({ qBy }) => probability(qBy),
};

type Pair = readonly [number, number];

function rangeColumn(title: string, hint: string, of: (relation: Relation) => Pair): TableColumn<Relation> {
  return {
    title,
    hint,
    numeric: true,
    value: (relation) => of(relation)[0],
    text: (relation) => rangeWords(...of(relation)),
    csv: intervalFields(title, of),
  };
}

function partialColumns(given: string, of: (relation: Relation) => Pair): readonly TableColumn<Relation>[] {
  return [
    {
      title: `r given ${given}`,
      hint: 'Partial correlation: what is left of both beside it',
      numeric: true,
      value: (relation) => of(relation)[0],
      text: (relation) => decimals(of(relation)[0], 3),
    },
    {
      title: `p given ${given}`,
      hint: 'By permutation as Freedman and Lane have it',
      numeric: true,
      value: (relation) => of(relation)[1],
      text: (relation) => probability(of(relation)[1]),
    },
  ];
}

/** Families that several models share, with the reasons. */
export function familyTable({ families }: Tasks): TableView {
  return tableView({
    id: 'families-table',
    caption: 'Models that count as one family',
    rows: [...families].sort((a, b) => (a.family < b.family ? -1 : a.family > b.family ? 1 : 0)),
    interactive: true,
    columns: [
      { title: 'Family', value: ({ family }) => family },
      { title: 'Model', value: ({ model }) => model },
      { title: 'Reason', value: ({ reason }) => reason },
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
      { title: 'Concept category', value: ({ category }) => category },
      { title: 'Pearson', numeric: true, value: ({ pearson }) => pearson, text: ({ pearson }) => decimals(pearson, 3) },
      pColumn(),
      { title: 'q', numeric: true, value: ({ q }) => q, text: ({ q }) => probability(q) },
      { title: 'Supported', value: ({ supported }) => (supported ? 'yes' : 'no') },
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
