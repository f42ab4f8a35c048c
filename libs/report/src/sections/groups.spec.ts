import { describe, expect, it } from 'vitest';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import type { PageContext } from '../page/page-context.ts';
import { parseDocument } from '../page/parse-document.ts';
import { readStudy } from '../tables/read-study.ts';
import type { Embedding, Trait } from '../tables/study.ts';
import { groupsBlock } from './groups.ts';

const trait = (name: string, category: string, inside: number, outside: number, concept = ''): Trait => ({
  ...{ group: 0, trait: name, concept, category, inside, outside, difference: inside - outside },
});
const study = readStudy(syntheticStudy({ models: 3 }));
const embedding: Embedding = {
  ...(study.embedding as Embedding),
  groups: 1,
  points: [
    { model: 'a', group: 0, scores: [1] },
    { model: 'b', group: 0, scores: [2] },
  ],
  quality: [{ k: 1, inertia: 1, silhouette: 0.456, gap: 0.123, gapError: 0.05 }],
  traits: [
    trait('matches', 'object', 12.34, 7.89),
    trait('unique', 'object', 3.21, 4.56),
    trait('redundancy', 'object', 1.234, 5.678),
    ...[trait('weight', 'object', 1, 3, 'dog'), trait('weight', 'color', 5, 1, 'red')],
    ...[trait('weight', 'object', 2, 1, 'sky'), trait('weight', 'part', 0, 9, 'wing')],
  ],
};

describe('groupsBlock', () => {
  it('tells the means of a group from those of the others, and what it has more of from what it has less of', () => {
    const block = groupsBlock({ study } as PageContext, embedding).toString();
    const page = parseDocument(`<!doctype html><html><body>${block}</body></html>`);
    const texts = (selector: string) => [...page.querySelectorAll(selector)].map(({ textContent }) => textContent);
    expect(texts('.card .members')).toEqual(['a and b']);
    expect(texts('.card td.number')).toEqual(['12.3', '3.2', '1.23', '7.9', '4.6', '5.68']);
    expect(texts('.card li')).toEqual([
      'More than the others red (color), sky (object)',
      'Less than the others wing (part), dog (object)',
    ]);
    expect(texts('p')[0]).toContain('With k = 1 the mean silhouette is 0.46, the gap statistic 0.12.');
    expect(texts('p.quiet')).toEqual(['1 model of the study is not part of the embedding.']);
  });
});
