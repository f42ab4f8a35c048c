import { probeDifferenceSchema, probeScoreSchema } from '@intermodel/schemas';
import { readTable } from './batch-rows.ts';
import { compareNames } from './name-order.ts';
import type { ProbeColumn, ProbeDifference, Probes, ProbeScore, ProbeTask } from './probes.ts';
import type { ReportTables } from './report-tables.ts';
import type { ScoreColumn } from './score-column.ts';

/** A score column while it is read. */
interface OpenColumn {
  readonly of: ScoreColumn;
  readonly scores: ProbeScore[];
  readonly differences: ProbeDifference[];
}

/** Reads scores on tasks of one's own with their differences, or undefined where there are none. */
export function readProbes({
  probeScores = [],
  probeDifferences = [],
}: Pick<ReportTables, 'probeScores' | 'probeDifferences'>): Probes | undefined {
  const columns = readScores(probeScores);
  if (columns.size === 0) return undefined;
  readDifferences(probeDifferences, columns);
  const tasks = tasksOf([...columns.values()]);
  const models = bestFirst(tasks);
  const place = new Map(models.map((model, index) => [model, index]));
  const inOrder = (scores: readonly ProbeScore[]) =>
    [...scores].sort((a, b) => (place.get(a.model) as number) - (place.get(b.model) as number));
  return {
    models,
    tasks: tasks.map(({ columns: own, ...task }) => ({
      ...task,
      columns: own.map((column) => ({ ...column, scores: inOrder(column.scores) })),
    })),
  };
}

/** Score columns by their name, in order of first sight. */
function readScores(batches: NonNullable<ReportTables['probeScores']>): Map<string, OpenColumn> {
  const table = readTable(probeScoreSchema, batches);
  const model = table.text('model');
  const task = table.text('task');
  const dataset = table.text('dataset');
  const metric = table.text('metric');
  const chosen = table.text('chosen');
  const score = table.numbers('score');
  const low = table.numbers('low');
  const high = table.numbers('high');
  const n = table.numbers('n');
  const higherIsBetter = table.flags('higherIsBetter');
  const columns = new Map<string, OpenColumn>();
  table.text('column').forEach((column, row) => {
    let open = columns.get(column);
    if (open === undefined) {
      const of = {
        column,
        task: task[row] as string,
        dataset: dataset[row] as string,
        metric: metric[row] as string,
        higherIsBetter: higherIsBetter[row] as boolean,
      };
      columns.set(column, (open = { of, scores: [], differences: [] }));
    }
    open.scores.push({
      model: model[row] as string,
      score: score[row] as number,
      low: low[row] as number,
      high: high[row] as number,
      n: n[row] as number,
      chosen: chosen[row] as string,
    });
  });
  return columns;
}

/** Adds the differences to the scores that they are of. */
function readDifferences(
  batches: NonNullable<ReportTables['probeDifferences']>,
  columns: ReadonlyMap<string, OpenColumn>,
): void {
  const table = readTable(probeDifferenceSchema, batches);
  const model = table.text('model');
  const other = table.text('other');
  const n = table.numbers('n');
  const difference = table.numbers('difference');
  const low = table.numbers('low');
  const high = table.numbers('high');
  const p = table.numbers('p');
  const q = table.numbers('q');
  const supported = table.flags('supported');
  table.text('column').forEach((column, row) => {
    columns.get(column)?.differences.push({
      model: model[row] as string,
      other: other[row] as string,
      n: n[row] as number,
      difference: difference[row] as number,
      low: low[row] as number,
      high: high[row] as number,
      p: p[row] as number,
      q: q[row] as number,
      supported: supported[row] as boolean,
    });
  });
}

/** Gathers scores by data set and kind of task, both in order of first sight. */
function tasksOf(columns: readonly OpenColumn[]): ProbeTask[] {
  const datasets = new Map<string, Map<string, ProbeColumn[]>>();
  for (const { of, scores, differences } of columns) {
    let kinds = datasets.get(of.dataset);
    if (kinds === undefined) datasets.set(of.dataset, (kinds = new Map<string, ProbeColumn[]>()));
    const column = { ...of, scores, differences };
    const same = kinds.get(of.task);
    if (same === undefined) kinds.set(of.task, [column]);
    else same.push(column);
  }
  return [...datasets].flatMap(([dataset, kinds]) =>
    [...kinds].map(([task, own]) => ({ dataset, task, columns: own })),
  );
}

/**
 * Models by the share of the other models that each does better than, the largest first: the mean over the kinds of
 * tasks, each of them the mean over its scores, so that a kind does not weigh more for having many scores.
 */
function bestFirst(tasks: readonly ProbeTask[]): readonly string[] {
  const shares = new Map<string, number[]>();
  for (const { columns } of tasks) {
    const within = new Map<string, number[]>();
    for (const column of columns) for (const [model, share] of beaten(column)) add(within, model, share);
    for (const [model, own] of within) add(shares, model, mean(own));
  }
  const names = new Set(
    tasks.flatMap(({ columns }) => columns.flatMap(({ scores }) => scores.map(({ model }) => model))),
  );
  const rate = (model: string) => mean(shares.get(model) ?? [0]);
  return [...names].sort((a, b) => rate(b) - rate(a) || compareNames(a, b));
}

/** Share of the other models that each model has a better score than; the same score counts half. */
function beaten({ scores, higherIsBetter }: ProbeColumn): (readonly [model: string, share: number])[] {
  const defined = scores.filter(({ score }) => Number.isFinite(score));
  const sign = higherIsBetter ? 1 : -1;
  return defined.map(({ model, score }) => {
    const points = defined.reduce((sum, other) => sum + (1 + Math.sign(sign * (score - other.score))) / 2, 0);
    // Each model has been compared with itself too.
    return [model, defined.length === 1 ? 0 : (points - 0.5) / (defined.length - 1)];
  });
}

function add(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
