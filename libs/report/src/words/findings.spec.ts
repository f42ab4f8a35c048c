import { describe, expect, it } from 'vitest';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { readStudy } from '../tables/read-study.ts';
import type { Study } from '../tables/study.ts';
import { conceptLinkSupported, findings } from './findings.ts';

describe('findings', () => {
  it('state a relation only where it is supported', () => {
    const found = findings(readStudy(syntheticStudy({ supported: true })));
    const stated = found.filter(({ text }) => text.startsWith('Models with a higher value'));
    expect(stated).toHaveLength(2);
    expect(stated.map(({ kind }) => kind)).toEqual(['supported', 'supported']);
    expect(stated[0]?.text).toContain('component 1');
    expect(stated[0]?.text).toContain('r\u00a0=\u00a00.97');
    expect(found.some(({ text }) => /^2 of \d+ relations are supported/u.test(text))).toBe(true);
  });

  it('say that nothing is supported, and name no direction, where nothing is', () => {
    const found = findings(readStudy(syntheticStudy({ supported: false })));
    expect(found.some(({ text }) => text.startsWith('None of the'))).toBe(true);
    expect(found.some(({ text }) => text.startsWith('Models with a higher value'))).toBe(false);
  });

  it('turn the direction round for errors', () => {
    const study = readStudy(syntheticStudy({ supported: true }));
    const { tasks } = study;
    if (tasks === undefined) throw new Error('the study has tasks');
    const relation = tasks.relations.find(({ supported }) => supported);
    if (relation === undefined) throw new Error('the study has a supported relation');
    const said = (higherIsBetter: boolean): string => {
      const columns = tasks.columns.map((column) => ({ ...column, higherIsBetter }));
      const turned: Study = { ...study, tasks: { ...tasks, columns, relations: [relation] } };
      return findings(turned).find(({ kind }) => kind === 'supported')?.text ?? '';
    };
    expect(said(true)).toContain('do better on');
    expect(said(false)).toContain('do worse on');
  });

  it('leave out relations and embedding where the study has none', () => {
    const { study, profiles, summaries } = syntheticStudy();
    expect(findings(readStudy({ study, profiles, summaries }))).toEqual([]);
  });
});

describe('conceptLinkSupported', () => {
  it('wants both a small q and an interval without 0', () => {
    expect(conceptLinkSupported({ pearson: 0.9, n: 12, q: 0.01 })).toBe(true);
    expect(conceptLinkSupported({ pearson: 0.9, n: 12, q: 0.06 })).toBe(false);
    expect(conceptLinkSupported({ pearson: 0.5, n: 12, q: 0.01 })).toBe(false);
    expect(conceptLinkSupported({ pearson: Number.NaN, n: 12, q: Number.NaN })).toBe(false);
  });
});
