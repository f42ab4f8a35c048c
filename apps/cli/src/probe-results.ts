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

/** Scores with their intervals, and the differences that are supported; nothing where there are no tasks. */
export function probeText({ probeScores, probeDifferences }: ProbeTables): string[] {
  if (probeScores === undefined || probeDifferences === undefined) return [];
  const supported = probeDifferences.toArray().filter((row) => row.supported);
  const scores = textTable(
    ['data', 'task', 'metric', 'model', 'score', '95 % interval', 'images', 'chosen'],
    probeScores
      .toArray()
      .map((row) => [
        row.dataset,
        row.task,
        row.metric,
        row.model,
        row.score.toFixed(4),
        intervalText(row),
        row.n,
        row.chosen,
      ]),
  );
  const differences = textTable(
    ['data', 'metric', 'model', 'other', 'difference', '95 % interval', 'q'],
    supported.map((row) => [
      row.dataset,
      row.metric,
      row.model,
      row.other,
      row.difference.toFixed(4),
      intervalText(row),
      row.q.toFixed(4),
    ]),
  );
  return [
    scores,
    `\n${differencesText(supported.length, probeDifferences.numRows)}`,
    ...(supported.length === 0 ? [] : [differences]),
  ];
}

/** An interval; of scores that have none, nothing: their ends are null, whatever the type of the column says. */
function intervalText({ low, high }: { readonly low: number | null; readonly high: number | null }): string {
  return low === null || high === null ? '' : `${low.toFixed(4)} to ${high.toFixed(4)}`;
}

function differencesText(supported: number, tested: number): string {
  if (tested === 0) return 'there are no two models with intervals of one score, so that nothing is compared';
  return `${String(supported)} of ${String(tested)} differences between models are supported (q at most 0.05, interval without 0)`;
}
