import { describe, expect, it } from 'vitest';
import { accuracy, angle, distinctDifference, distinctProbes, logMe } from '../fixtures/distinct-probes.ts';
import { parseDocument } from '../page/parse-document.ts';
import {
  bestTable,
  differencesShown,
  differenceTable,
  probeScoreTable,
  scoreDigits,
  standingTable,
} from './probe-tables.ts';

const bodyOf = (markdown: string) => markdown.split('\n').slice(2);
const taskOf = (column: typeof accuracy) => ({ dataset: column.dataset, task: column.task, columns: [column] });

describe(probeScoreTable, () => {
  it('has every number in its own column, in full in its CSV', () => {
    const table = probeScoreTable('t', taskOf(accuracy));
    expect(table.markdown().split('\n').slice(0, 3)).toEqual([
      '| Model | Score of | Score | Low | High | From | Chosen by validation |',
      '| --- | --- | ---: | ---: | ---: | ---: | --- |',
      '| a | accuracy | 0.9123 | 0.8765 | 0.9432 | 84 images | C = 0.1 |',
    ]);
    const errors = probeScoreTable('t', taskOf(angle));
    expect(bodyOf(errors.markdown())[0]).toBe(
      '| a | mean angle error \\(lower is better\\) | 20.02 | 18.64 | 21.51 | 84 images | lambda = 0.1 |',
    );
    expect(errors.csv().split('\n')[1]).toBe(
      'a,mean angle error (lower is better),20.017,18.636,21.51,84,lambda = 0.1',
    );
  });

  it('shows no interval where there is none', () => {
    expect(bodyOf(probeScoreTable('t', taskOf(logMe)).markdown())).toEqual([
      '| b | LogME | −0.0425 | – | – | 84 images |  |'.replace('−0.0425', '−0.04250'),
    ]);
  });
});

describe(bestTable, () => {
  it('names the best by the direction of the score, and who is not told apart; scores that were not compared have no row', () => {
    expect(bodyOf(bestTable(distinctProbes).markdown())).toEqual([
      '| shapes, accuracy | many-shot classification | higher | 3 | 1 | a | c |',
      '| rooms, mean angle error | surface normal estimation | lower | 1 | 1 | b | – |',
    ]);
  });
});

describe(standingTable, () => {
  it('lists for each model whom it beats, who beats it, and who is not told apart', () => {
    expect(bodyOf(standingTable('t', taskOf(accuracy)).markdown())).toEqual([
      '| a | accuracy | b | – | c |',
      '| b | accuracy | – | a | c |',
      '| c | accuracy | – | – | a, b |',
    ]);
    expect(bodyOf(standingTable('t', taskOf(angle)).markdown())[1]).toBe('| b | mean angle error | a | – | – |');
  });
});

describe(differenceTable, () => {
  it('has every number in its own column, what is supported first, then by q', () => {
    const table = differenceTable(distinctProbes);
    expect(bodyOf(table.markdown())).toEqual([
      '| a | b | rooms, mean angle error | surface normal estimation | 5.74 | 4.85 | 6.66 | 0.004 | 0.001 | yes | b |',
      '| a | b | shapes, accuracy | many-shot classification | 0.1234 | 0.0567 | 0.2011 | 0.004 | 0.013 | yes | a |',
      '| b | c | shapes, accuracy | many-shot classification | −0.0611 | −0.2000 | 0.0300 | 0.004 | 0.067 | no | – |',
      '| a | c | shapes, accuracy | many-shot classification | 0.0623 | −0.0100 | 0.2011 | 0.004 | 0.078 | no | – |',
    ]);
    expect(table.csv().split('\n')[2]).toBe(
      'a,b,"shapes, accuracy",many-shot classification,0.1234,0.0567,0.2011,0.0044,0.0132,yes,a',
    );
  });

  it('holds so many on a page and says how many there are, and all of them as a file', () => {
    const differences = Array.from({ length: differencesShown + 1 }, () => distinctDifference);
    const table = differenceTable({ models: ['a', 'b'], tasks: [taskOf({ ...accuracy, differences })] });
    const page = parseDocument(`<!doctype html><html><body>${table.html().toString()}</body></html>`);
    expect(page.querySelectorAll('tbody tr')).toHaveLength(differencesShown);
    expect(page.querySelector('caption')?.textContent).toContain(
      `The first ${String(differencesShown)} of ${String(differencesShown + 1)} differences`,
    );
    expect(table.csv().trim().split('\n')).toHaveLength(differencesShown + 2);
    expect(table.rows).toBe(differencesShown + 1);
  });
});

describe(scoreDigits, () => {
  it.each([
    [[1, 0.5], 4],
    [[0.04], 5],
    [[-20, 3], 2],
    [[5], 3],
    [[12_345], 2],
    [[1e-12], 8],
    [[0, Number.NaN, Infinity], 4],
  ])('of %j is %i', (values, digits) => {
    const [first] = accuracy.scores;
    const scores = values.map((score) => ({ ...(first as (typeof accuracy.scores)[number]), score }));
    expect(scoreDigits({ scores })).toBe(digits);
  });
});
