import { benjaminiHochberg } from '@intermodel/numerics';
import { probeDifferenceSchema, type ProbeDifferenceBatch } from '@intermodel/schemas';
import { buildBatch, column, readLists, readNumbers, readStrings } from '@intermodel/streams';
import { percentileInterval } from './percentile-interval.ts';
import type { ProbeTables } from './score-outcomes.ts';

/** Largest q at which a difference is called supported. */
const supportedQ = 0.05;

interface Replicated {
  readonly model: string;
  readonly task: string;
  readonly dataset: string;
  readonly metric: string;
  readonly column: string;
  readonly score: number;
  readonly n: number;
  readonly replicates: Float64Array;
}

/**
 * Compares models by scores on the same images, which bootstrap samples pair: without that, "A beats B" would have to
 * carry the noise of the images twice. Scores that come from another number of images are not paired, and not compared.
 *
 * @param tables scores of models, with their replicates
 * @returns one row a pair of models and score, in the order of the tables
 */
export function compareModels(tables: readonly ProbeTables[]): ProbeDifferenceBatch {
  const byColumn = new Map<string, Replicated[]>();
  for (const row of tables.flatMap(replicated)) {
    const same = byColumn.get(row.column);
    if (same === undefined) byColumn.set(row.column, [row]);
    else same.push(row);
  }
  const pairs = [...byColumn.values()].flatMap((rows) =>
    rows.flatMap((one, index) =>
      rows
        .slice(index + 1)
        .filter(({ n, replicates }) => n === one.n && replicates.length === one.replicates.length)
        .map((other) => comparePair(one, other)),
    ),
  );
  const q = benjaminiHochberg(pairs.map(({ p }) => p));
  const of = <Key extends keyof (typeof pairs)[number]>(key: Key) => pairs.map((pair) => pair[key]);
  return buildBatch(probeDifferenceSchema, {
    model: of('model'),
    other: of('other'),
    task: of('task'),
    dataset: of('dataset'),
    metric: of('metric'),
    column: of('column'),
    n: of('n'),
    difference: of('difference'),
    low: of('low'),
    high: of('high'),
    p: of('p'),
    q,
    supported: pairs.map(({ low, high }, index) => (q[index] as number) <= supportedQ && (low > 0 || high < 0)),
  });
}

function comparePair(one: Replicated, other: Replicated) {
  const { model, task, dataset, metric, column: name, n } = one;
  const differences = one.replicates
    .map((value, sample) => value - (other.replicates[sample] as number))
    .filter((value) => !Number.isNaN(value));
  const [low, high] = percentileInterval(differences);
  let [notAbove, notBelow] = [0, 0];
  for (const value of differences) {
    if (value <= 0) notAbove++;
    if (value >= 0) notBelow++;
  }
  // The sample that was drawn counts as one, so that no p is 0.
  const p = Math.min(1, (2 * (1 + Math.min(notAbove, notBelow))) / (differences.length + 1));
  return {
    ...{ model, task, dataset, metric, column: name, n, low, high, p },
    other: other.model,
    difference: one.score - other.score,
  };
}

/** Scores that have replicates. */
function replicated({ scores, replicates }: ProbeTables): Replicated[] {
  const names = readStrings(column(replicates, 'column'));
  const values = readLists(column(replicates, 'replicates'));
  const length = names.length === 0 ? 0 : values.length / names.length;
  const texts = (name: 'model' | 'task' | 'dataset' | 'metric' | 'column') => readStrings(column(scores, name));
  const [models, tasks, datasets, metrics, columns] = [
    texts('model'),
    texts('task'),
    texts('dataset'),
    texts('metric'),
    texts('column'),
  ];
  const score = readNumbers(column(scores, 'score'));
  const n = readNumbers(column(scores, 'n'));
  return columns.flatMap((name, row) => {
    const at = names.indexOf(name);
    if (at < 0) return [];
    return [
      {
        model: models[row] ?? '',
        task: tasks[row] ?? '',
        dataset: datasets[row] ?? '',
        metric: metrics[row] ?? '',
        column: name,
        score: score[row] as number,
        n: n[row] as number,
        replicates: values.slice(at * length, (at + 1) * length),
      },
    ];
  });
}
