import { describe, expect, it } from 'vitest';
import { foldNotes } from './fold-notes.ts';

describe('foldNotes', () => {
  const models = ['a', 'a on b', 'c', 'd', 'e'];
  const of = (names: readonly string[], text = 'few', task = 't, few-shot') =>
    names.map((name) => ({ subject: `${name} on ${task}`, text }));

  it('puts together what is said of several models on one task', () => {
    expect(foldNotes([...of(['a', 'c']), ...of(['a'], 'other'), ...of(['c'], 'few', 'u, depth')], models)).toEqual([
      { subject: 'a, c on t, few-shot', text: 'few' },
      { subject: 'a on t, few-shot', text: 'other' },
      { subject: 'c on u, depth', text: 'few' },
    ]);
  });

  it('counts many models, and names none where it holds for all', () => {
    expect(foldNotes(of(['a', 'c', 'd', 'e']), models)).toEqual([
      { subject: '4 of 5 models on t, few-shot', text: 'few' },
    ]);
    expect(foldNotes(of(['a', 'c']), ['a', 'c'])).toEqual([{ subject: 'all models on t, few-shot', text: 'few' }]);
    expect(foldNotes(of(['a']), ['a'])).toEqual([{ subject: 'a on t, few-shot', text: 'few' }]);
  });

  it('takes the longest name that a subject begins with, and leaves other subjects alone', () => {
    expect(foldNotes(of(['a on b']), models)).toEqual([{ subject: 'a on b on t, few-shot', text: 'few' }]);
    expect(foldNotes([{ subject: 'data', text: 'few' }], models)).toEqual([{ subject: 'data', text: 'few' }]);
  });
});
