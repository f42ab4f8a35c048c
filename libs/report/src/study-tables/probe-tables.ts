import { counted, decimals } from '../page/number-text.ts';
import { tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import type { ProbeColumn, ProbeDifference, Probes, ProbeScore, ProbeTask } from '../tables/probes.ts';
import { columnWords } from '../words/predictor-words.ts';
import { betterModel, standings, type Standing } from '../words/probe-standing.ts';
import { taskWords } from '../words/probe-words.ts';
import { pColumn, qColumn } from './probability-columns.ts';

/** Differences that the page holds; the others are in the CSV of the table. */
export const differencesShown = 500;

/** Scores of one kind of task on one data set, with what validation chose. */
export function probeScoreTable(id: string, task: ProbeTask): TableView {
  return tableView<ProbeScore & { readonly of: ProbeColumn }>({
    id,
    caption: `Scores: ${taskWords(task)}`,
    interactive: true,
    rows: task.columns.flatMap((column) => column.scores.map((score) => ({ ...score, of: column }))),
    columns: [
      { title: 'Model', value: ({ model }) => model },
      { title: 'Score of', value: ({ of }) => `${of.metric}${of.higherIsBetter ? '' : ' (lower is better)'}` },
      numberColumn(
        'Score',
        undefined,
        ({ score }) => score,
        ({ of }) => scoreDigits(of),
      ),
      numberColumn(
        'Low',
        'Lower end of the 95 % interval',
        ({ low }) => low,
        ({ of }) => scoreDigits(of),
      ),
      numberColumn(
        'High',
        'Upper end of the 95 % interval',
        ({ high }) => high,
        ({ of }) => scoreDigits(of),
      ),
      { title: 'From', numeric: true, value: ({ n }) => n, text: ({ n }) => counted(n, 'image') },
      { title: 'Chosen by validation', value: ({ chosen }) => chosen },
    ],
  });
}

/** The best model of each score, and those that no supported difference tells apart from it. */
export function bestTable({ tasks }: Probes): TableView {
  const rows = tasks.flatMap(({ columns }) =>
    columns.filter(({ differences }) => differences.length > 0).map((column) => ({ column, ...bestOf(column) })),
  );
  return tableView({
    id: 'probe-best-table',
    caption: 'The best model of each score, and models that are not told apart from it',
    interactive: true,
    rows,
    columns: [
      { title: 'Score', value: ({ column }) => columnWords(column) },
      { title: 'Task', value: ({ column }) => column.task },
      { title: 'Better is', value: ({ column }) => (column.higherIsBetter ? 'higher' : 'lower') },
      { title: 'Differences', numeric: true, value: ({ column }) => column.differences.length },
      {
        title: 'Supported',
        hint: 'q ≤ 0.05 and an interval without 0',
        numeric: true,
        value: ({ column }) => column.differences.filter(({ supported }) => supported).length,
      },
      { title: 'Best', value: ({ best }) => best },
      {
        title: 'Not told apart from the best',
        value: ({ level }) => level.join(', '),
        text: ({ level }) => (level.length === 0 ? '–' : level.join(', ')),
      },
    ],
  });
}

/** For each model and score the models that it beats, that beat it, and that are not told apart from it. */
export function standingTable(id: string, task: ProbeTask): TableView {
  const names = (
    title: string,
    of: (row: Standing) => readonly string[],
  ): TableColumn<Standing & { readonly metric: string }> => ({
    title,
    value: (row) => of(row).join(', '),
    text: (row) => (of(row).length === 0 ? '–' : of(row).join(', ')),
  });
  return tableView({
    id,
    caption: `Who is better than whom: ${taskWords(task)}`,
    interactive: true,
    rows: task.columns
      .filter(({ differences }) => differences.length > 0)
      .flatMap((column) => standings(column).map((standing) => ({ ...standing, metric: column.metric }))),
    columns: [
      { title: 'Model', value: ({ model }) => model },
      { title: 'Score', value: ({ metric }) => metric },
      names('Better than', ({ better }) => better),
      names('Worse than', ({ worse }) => worse),
      names('Not told apart from', ({ level }) => level),
    ],
  });
}

/** All differences, what is supported first, then by q; the page holds the first of them. */
export function differenceTable({ tasks }: Probes): TableView {
  const rows = tasks
    .flatMap(({ columns }) => columns.flatMap((of) => of.differences.map((difference) => ({ ...difference, of }))))
    .sort((a, b) => Number(b.supported) - Number(a.supported) || orderOf(a.q) - orderOf(b.q));
  const view = (shown: typeof rows, caption: string): TableView =>
    tableView<ProbeDifference & { readonly of: ProbeColumn }>({
      id: 'probe-differences-table',
      caption,
      interactive: true,
      rows: shown,
      columns: [
        { title: 'Model', value: ({ model }) => model },
        { title: 'Other', value: ({ other }) => other },
        { title: 'Score', value: ({ of }) => columnWords(of) },
        { title: 'Task', value: ({ of }) => of.task },
        numberColumn(
          'Difference',
          'Score of the model less that of the other',
          ({ difference }) => difference,
          ({ of }) => scoreDigits(of),
        ),
        numberColumn(
          'Low',
          'Lower end of its 95 % interval',
          ({ low }) => low,
          ({ of }) => scoreDigits(of),
        ),
        numberColumn(
          'High',
          'Upper end of its 95 % interval',
          ({ high }) => high,
          ({ of }) => scoreDigits(of),
        ),
        pColumn(),
        qColumn(),
        { title: 'Supported', value: ({ supported }) => (supported ? 'yes' : 'no') },
        {
          title: 'Better',
          hint: 'Where supported',
          value: (row) => betterModel(row.of, row) ?? '',
          text: (row) => betterModel(row.of, row) ?? '–',
        },
      ],
    });
  const all = view(rows, 'All differences between models, what is supported first');
  if (rows.length <= differencesShown) return all;
  const caption = `The first ${String(differencesShown)} of ${String(rows.length)} differences between models, what is supported first, then by q`;
  return { ...all, html: () => view(rows.slice(0, differencesShown), caption).html() };
}

/** Decimals of a score: four digits of the largest, and four decimals where none is above 1. */
export function scoreDigits({ scores }: Pick<ProbeColumn, 'scores'>): number {
  const sizes = scores.map(({ score }) => Math.abs(score)).filter((size) => Number.isFinite(size) && size > 0);
  const largest = Math.max(...sizes, 0);
  return largest <= 0 ? 4 : Math.min(8, Math.max(largest <= 1 ? 4 : 2, 3 - Math.floor(Math.log10(largest))));
}

function numberColumn<R>(
  title: string,
  hint: string | undefined,
  value: (row: R) => number,
  digits: (row: R) => number,
): TableColumn<R> {
  return {
    title,
    ...(hint === undefined ? {} : { hint }),
    numeric: true,
    value,
    text: (row) => decimals(value(row), digits(row)),
  };
}

function bestOf(column: ProbeColumn): { readonly best: string; readonly level: readonly string[] } {
  const sign = column.higherIsBetter ? 1 : -1;
  const best = column.scores.reduce<ProbeScore | undefined>(
    (found, each) =>
      Number.isFinite(each.score) && (found === undefined || sign * (each.score - found.score) > 0) ? each : found,
    undefined,
  );
  return { best: best?.model ?? '–', level: standings(column).find(({ model }) => model === best?.model)?.level ?? [] };
}

/** What has no value stands last. */
function orderOf(q: number): number {
  return Number.isNaN(q) ? Infinity : q;
}
