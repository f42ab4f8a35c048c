import { probeDifferenceSchema, probeScoreSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../fixtures/seeded.ts';
import { syntheticProbes } from '../fixtures/synthetic-probes.ts';
import { readProbes } from './read-probes.ts';

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (table: unknown) => (table as RecordBatch).toArray() as unknown as readonly Row[];

/** A score that only its column, model and size matter of. */
const score = (column: string, model: string, value: number, { task = 't', dataset = 'd', isError = false } = {}) => ({
  ...{ model, task, dataset, metric: column, column, score: value, low: Number.NaN, high: Number.NaN },
  ...{ higherIsBetter: !isError, n: 9, chosen: '' },
});
const modelsOf = (rows: readonly Row[]) =>
  readProbes({ probeScores: buildBatch(probeScoreSchema, columnsOf(rows)) })?.models;

describe(readProbes, () => {
  it('reads every column into the field of its name, a null as NaN', () => {
    const tables = syntheticProbes();
    const { tasks = [], models = [] } = readProbes(tables) ?? {};
    const columns = tasks.flatMap(({ dataset, task, columns: own }) => own.map((each) => ({ ...each, dataset, task })));
    const find = ({ column }: Row) => columns.find((each) => each.column === column);
    for (const row of rowsOf(tables.probeScores)) {
      const { model, task, dataset, metric, higherIsBetter, n, chosen } = row;
      const found = find(row);
      expect(found).toMatchObject({ task, dataset, metric, higherIsBetter });
      expect(found?.scores.map((each) => each.model)).toEqual(models);
      expect(found?.scores.find((each) => each.model === model)).toEqual({
        ...{ model, n, chosen, score: row['score'] },
        ...{ low: row['low'] ?? Number.NaN, high: row['high'] ?? Number.NaN },
      });
    }
    const differences = columns.flatMap(({ column, differences: own }) => own.map((each) => ({ ...each, column })));
    const stated = rowsOf(tables.probeDifferences).map(
      ({ model, other, n, difference, low, high, p, q, supported, column }) => ({
        ...{ model, other, n, difference, low, high, p, q, supported, column },
      }),
    );
    expect(differences).toEqual(stated);
  });

  it('gathers scores by data set, then by kind of task, in order of first sight', () => {
    const rows = [
      score('one', 'a', 1, { dataset: 'x', task: 'k' }),
      score('two', 'a', 1, { dataset: 'y', task: 'k' }),
      score('three', 'a', 1, { dataset: 'x', task: 'l' }),
      score('four', 'a', 1, { dataset: 'x', task: 'k' }),
    ];
    const { tasks = [] } = readProbes({ probeScores: buildBatch(probeScoreSchema, columnsOf(rows)) }) ?? {};
    expect(tasks.map(({ dataset, task, columns }) => [dataset, task, ...columns.map(({ metric }) => metric)])).toEqual([
      ['x', 'k', 'one', 'four'],
      ['x', 'l', 'three'],
      ['y', 'k', 'two'],
    ]);
  });

  it('puts first who does better than most of the others, whatever the direction of a score', () => {
    expect(modelsOf([score('s', 'a', 1), score('s', 'b', 3), score('s', 'c', 2)])).toEqual(['b', 'c', 'a']);
    const isError = true;
    expect(
      modelsOf([score('s', 'a', 1, { isError }), score('s', 'b', 3, { isError }), score('s', 'c', 2, { isError })]),
    ).toEqual(['a', 'c', 'b']);
    // Nothing tells them apart: by their names, numbers as numbers.
    expect(modelsOf([score('s', 'm10', 1), score('s', 'm9', 1), score('s', 'm1', Number.NaN)])).toEqual([
      'm9',
      'm10',
      'm1',
    ]);
  });

  it('weighs kinds of tasks alike, however many scores they have, and rates a model by what it has', () => {
    const many = ['p', 'q', 'r'].flatMap((metric) => [score(metric, 'a', 2), score(metric, 'b', 1)]);
    const other = (task: string) => [score(task, 'a', 1, { task }), score(task, 'b', 2, { task })];
    expect(modelsOf([...many, ...other('k'), ...other('l')])).toEqual(['b', 'a']);
    // Both a and c beat all whom they were compared with.
    expect(modelsOf([...many, score('s', 'c', 1, { task: 'k' }), score('s', 'b', 0, { task: 'k' })])).toEqual([
      'a',
      'c',
      'b',
    ]);
  });

  it('reads nothing where there are no scores, and leaves out differences of scores that are not there', () => {
    expect(readProbes({})).toBeUndefined();
    const { probeDifferences } = syntheticProbes();
    expect(readProbes({ probeDifferences })).toBeUndefined();
    const [first] = rowsOf(probeDifferences);
    const lone = buildBatch(probeDifferenceSchema, columnsOf([{ ...first, column: 'another' }]));
    const probes = readProbes({
      probeScores: buildBatch(probeScoreSchema, columnsOf([score('s', 'a', 1)])),
      probeDifferences: lone,
    });
    expect(probes?.tasks.flatMap(({ columns }) => columns.flatMap(({ differences }) => differences))).toEqual([]);
  });
});
