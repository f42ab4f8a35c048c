import { describe, expect, it } from 'vitest';
import { distinctTasks } from '../fixtures/distinct-tasks.ts';
import { conceptLinkTable, familyTable, relationTable, surfaceTable } from './task-tables.ts';

describe('relationTable', () => {
  it('has every number in its own column, what is supported first', () => {
    const table = relationTable(distinctTasks);
    expect(table.markdown().split('\n')).toEqual([
      '| Property | Score | n | Pearson | 95 % interval | Spearman | p | p \\(family\\) | q | Supported | Not supported since | Without one model | Without one family | r given matching units | p given matching units | r given CIFAR10, accuracy | p given CIFAR10, accuracy |',
      '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| component 1 | CIFAR10, accuracy | 13 | −0.618 | −0.87 to −0.10 | −0.433 | 0.022 | 0.335 | 0.045 | yes |  | −0.68 to −0.55 | −0.74 to −0.50 | −0.522 | 0.068 | −0.382 | 0.143 |',
      '| unique object concepts | NYU, mean angle error | 11 | 0.731 | −0.02 to 0.90 | 0.654 | &lt;0.001 | 0.009 | &lt;0.001 | no | the interval includes 0; without SwAV r is −0.13 | 0.31 to 0.82 | −0.13 to 0.86 | 0.217 | 0.473 | – | – |',
    ]);
    expect(table.csv().split('\n')[1]).toBe(
      'component 1,"CIFAR10, accuracy",13,-0.6184,-0.8712,-0.1039,-0.4327,0.0216,0.3347,0.0448,yes,,-0.6831,-0.5527,-0.7416,-0.4973,-0.5219,0.0677,-0.3815,0.1429',
    );
  });

  it('shows q by Benjamini-Yekutieli where that decides, and nothing of a score that is not given', () => {
    const rules = { ...distinctTasks.rules, correction: 'benjamini-yekutieli', given: '' };
    const [headings = '', , strongest = ''] = relationTable({ ...distinctTasks, rules })
      .markdown()
      .split('\n');
    expect(headings).toContain('| q | q \\(Benjamini-Yekutieli\\) | Supported |');
    expect(headings).toMatch(/\| p given matching units \|$/u);
    expect(strongest).toContain('| 0.045 | 0.291 | yes |  | −0.68 to −0.55 |');
  });

  it('sorts by strength, whatever the sign, and what is undefined last', () => {
    const [weak] = distinctTasks.relations;
    if (weak === undefined) throw new Error('there are relations');
    const relations = [0.2, NaN, -0.9, 0.5].map((pearson) => ({ ...weak, pearson }));
    const rows = relationTable({ ...distinctTasks, relations })
      .csv()
      .split('\n')
      .slice(1, -1);
    expect(rows.map((row) => row.split(',')[4])).toEqual(['-0.9', '0.5', '0.2', '']);
  });
});

describe('conceptLinkTable', () => {
  it('ranks the concepts of a score, each with its own p, q and support', () => {
    expect(conceptLinkTable(distinctTasks, 2).markdown().split('\n').slice(2)).toEqual([
      '| CIFAR10, accuracy | red | color | −0.814 | 0.002 | 0.042 | yes |',
      '| CIFAR10, accuracy | sky | object | 0.551 | 0.031 | 0.219 | no |',
    ]);
    expect(conceptLinkTable(distinctTasks, 1).rows).toBe(1);
  });
});

describe('familyTable', () => {
  it('lists the models of each family with the reason', () => {
    expect(familyTable(distinctTasks).markdown().split('\n').slice(2)).toEqual([
      '| MoCo | a | one code base |',
      '| MoCo | b | one code base |',
    ]);
  });
});

describe('surfaceTable', () => {
  it('calls a surface better only where its error is smaller than that of the mean', () => {
    expect(surfaceTable(distinctTasks).markdown().split('\n').slice(2)).toEqual([
      '| CIFAR10, accuracy | 13 | 3 | 3 | no |',
      '| NYU, mean angle error | 11 | 2.35 | 3 | yes |',
    ]);
  });
});
