import type { StudyRun } from '@intermodel/pipelines';
import { textTable } from './output.ts';

/** Scores of tasks, and their differences. */
export type ProbeTables = Pick<StudyRun['tables'], 'probeScores' | 'probeDifferences'>;

/** Scores and differences for programs; nothing where there are no tasks. */
export function probeResult({ probeScores, probeDifferences }: ProbeTables): object {
  if (probeScores === undefined || probeDifferences === undefined) return {};
  return {
    scores: probeScores.toArray().map((row) => row.toJSON()),
    differences: probeDifferences.toArray().map((row) => row.toJSON()),
  };
}

/** Most rows that a terminal shows: of more it shows a summary, and says where they stand. */
const mostRows = 40;

/** Scores with their intervals, and the differences that are supported; nothing where there are no tasks. */
export function probeText({ probeScores, probeDifferences }: ProbeTables): string[] {
  if (probeScores === undefined || probeDifferences === undefined) return [];
  const scores = probeScores.toArray();
  const supported = probeDifferences.toArray().filter((row) => row.supported);
  const told = differencesText(supported.length, probeDifferences.numRows);
  return [
    ...(scores.length > mostRows ? summaryOf(scores) : [scoresTable(scores)]),
    `\n${told}${supported.length > mostRows ? ': probe-differences.csv' : ''}`,
    ...(supported.length === 0 || supported.length > mostRows ? [] : [differencesTable(supported)]),
  ];
}

type ScoreRow = ReturnType<NonNullable<ProbeTables['probeScores']>['toArray']>[number];
type DifferenceRow = ReturnType<NonNullable<ProbeTables['probeDifferences']>['toArray']>[number];

function scoresTable(scores: readonly ScoreRow[]): string {
  return textTable(
    ['data', 'task', 'metric', 'model', 'score', '95 % interval', 'images', 'chosen'],
    scores.map((row) => [
      ...[row.dataset, row.task, row.metric, row.model, row.score.toFixed(4)],
      ...[intervalText(row), row.n, row.chosen],
    ]),
  );
}

/** The first metric of each task, a row a model. */
function summaryOf(scores: readonly ScoreRow[]): string[] {
  const firsts = new Map<string, ScoreRow>();
  for (const row of scores) {
    const task = JSON.stringify([row.dataset, row.task]);
    if (!firsts.has(task)) firsts.set(task, row);
  }
  const columns = [...firsts.values()];
  const found = new Map(scores.map((row) => [JSON.stringify([row.model, row.column]), row.score]));
  const models = [...new Set(scores.map(({ model }) => model))];
  return [
    textTable(
      ['model', ...columns.map(({ dataset, metric }) => `${dataset}, ${metric}`)],
      models.map((model) => [
        model,
        ...columns.map(({ column }) => found.get(JSON.stringify([model, column]))?.toFixed(4)),
      ]),
    ),
    `all ${String(scores.length)} scores with their intervals: probe-scores.csv`,
  ];
}

function differencesTable(supported: readonly DifferenceRow[]): string {
  return textTable(
    ['data', 'metric', 'model', 'other', 'difference', '95 % interval', 'q'],
    supported.map((row) => [
      ...[row.dataset, row.metric, row.model, row.other, row.difference.toFixed(4)],
      ...[intervalText(row), row.q.toFixed(4)],
    ]),
  );
}

/** An interval; of scores that have none, nothing: their ends are null, whatever the type of the column says. */
function intervalText({ low, high }: { readonly low: number | null; readonly high: number | null }): string {
  return low === null || high === null ? '' : `${low.toFixed(4)} to ${high.toFixed(4)}`;
}

function differencesText(supported: number, tested: number): string {
  if (tested === 0) return 'there are no two models with intervals of one score, so that nothing is compared';
  return `${String(supported)} of ${String(tested)} differences between models are supported (q at most 0.05, interval without 0)`;
}
