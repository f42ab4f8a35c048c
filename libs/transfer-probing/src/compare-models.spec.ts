import { sampleWeights } from '@intermodel/numerics';
import { describe, expect, it } from 'vitest';
import { compareModels } from './compare-models.ts';
import type { ProbeOutcome } from './probe-outcome.ts';
import { scoreOutcomes, type ProbeTables } from './score-outcomes.ts';

const outcome = (replicates: readonly number[] | undefined, more: Partial<ProbeOutcome> = {}): ProbeOutcome => ({
  ...{ metric: 'accuracy', score: 0.5, higherIsBetter: true, n: 10, chosen: '' },
  replicates: replicates === undefined ? undefined : Float64Array.from(replicates),
  ...more,
});
const tablesOf = (model: string, ...outcomes: readonly ProbeOutcome[]): ProbeTables =>
  scoreOutcomes({ model, task: 'many-shot classification', dataset: 'd' }, outcomes);
const rowsOf = (...tables: readonly ProbeTables[]) =>
  compareModels(tables)
    .toArray()
    .map((row) => row.toJSON());

describe(scoreOutcomes, () => {
  it('gives scores their names and intervals, and keeps the replicates of those that have some', () => {
    const { scores, replicates } = tablesOf(
      'm',
      outcome([0.1, 0.2, 0.3], { score: 0.2, chosen: 'C = 1' }),
      outcome(undefined, { metric: 'LogME', score: -3 }),
    );
    const [accuracy, logMe] = scores.toArray().map((row) => row.toJSON());
    expect(accuracy).toMatchObject({
      column: 'many-shot classification/d/accuracy',
      score: 0.2,
      n: 10,
      chosen: 'C = 1',
    });
    expect(accuracy?.low).toBeCloseTo(0.105, 12);
    expect(accuracy?.high).toBeCloseTo(0.295, 12);
    expect(logMe).toMatchObject({ score: -3, low: null, high: null });
    expect(replicates.numRows).toBe(1);
    expect(Array.from(replicates.get(0)?.replicates ?? [])).toEqual([0.1, 0.2, 0.3]);
  });
});

describe(compareModels, () => {
  it('pairs samples, and counts those on the other side of 0', () => {
    const samples = Array.from({ length: 99 }, (_, index) => index);
    const [row] = rowsOf(
      tablesOf(
        'a',
        outcome(
          samples.map((value) => value + 1),
          { score: 8 },
        ),
      ),
      tablesOf(
        'b',
        outcome(
          samples.map((value) => (value < 3 ? value + 2 : value)),
          { score: 7 },
        ),
      ),
    );
    // 3 of 99 differences are -1, the others 1: p = 2 (1 + 3) / 100.
    expect(row).toMatchObject({ model: 'a', other: 'b', difference: 1, high: 1, p: 0.08, q: 0.08 });
    expect(row?.['low']).toBeCloseTo(-0.1, 12);
    expect(row?.supported).toBe(false);
  });

  it('supports what no sample contradicts, and never gives a p of 0', () => {
    const [row] = rowsOf(
      tablesOf('a', outcome(Array.from({ length: 199 }, () => 0.9))),
      tablesOf('b', outcome(Array.from({ length: 199 }, () => 0.1))),
    );
    expect(row).toMatchObject({ p: 0.01, q: 0.01, supported: true });
  });

  it('finds no difference between a model and itself', () => {
    const same = () =>
      outcome(Array.from(sampleWeights(50, 200, 1), (weights) => (weights[0] ?? 0) + (weights[1] ?? 0)));
    const [row] = rowsOf(tablesOf('a', same()), tablesOf('b', same()));
    expect(row).toMatchObject({ difference: 0, low: 0, high: 0, p: 1, q: 1, supported: false });
  });

  it('corrects for all pairs and scores of the table', () => {
    const strong = [
      tablesOf('a', outcome(Array.from({ length: 99 }, () => 1))),
      tablesOf('b', outcome(Array.from({ length: 99 }, () => 0))),
    ];
    const weak = tablesOf('c', outcome(Array.from({ length: 99 }, (_, index) => index % 2)));
    const rows = rowsOf(...strong, weak);
    expect(rows.map(({ model, other }) => `${model}${other}`)).toEqual(['ab', 'ac', 'bc']);
    expect(rows[0]?.q).toBeCloseTo(0.06, 12);
  });

  it('compares only what comes from the same images, and has samples', () => {
    const values = [1, 2, 3];
    expect(rowsOf(tablesOf('a', outcome(values)), tablesOf('b', outcome(values, { n: 9 })))).toEqual([]);
    expect(rowsOf(tablesOf('a', outcome(undefined)), tablesOf('b', outcome(undefined)))).toEqual([]);
    expect(rowsOf(tablesOf('a', outcome(values)))).toEqual([]);
    const other = scoreOutcomes({ model: 'b', task: 'many-shot classification', dataset: 'e' }, [outcome(values)]);
    expect(rowsOf(tablesOf('a', outcome(values)), other)).toEqual([]);
  });

  it('passes over samples in which a score is undefined', () => {
    const [row] = rowsOf(
      tablesOf('a', outcome([Number.NaN, ...Array.from({ length: 19 }, () => 1)])),
      tablesOf('b', outcome(Array.from({ length: 20 }, () => 0))),
    );
    expect(row).toMatchObject({ low: 1, high: 1, p: 0.1 });
  });
});
