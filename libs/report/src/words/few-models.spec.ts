import { expect, it } from 'vitest';
import { fewModelsSentence, tellsCategories, tellsComponents } from './few-models.ts';

const of = (groups: readonly number[], components: number) => ({
  points: groups.map((group, index) => ({ model: String(index), group, scores: [] })),
  groups: Math.max(...groups) + 1,
  components,
});

it('tells of components and categories only where there are models enough for each', () => {
  expect([tellsComponents(of([0, 0, 0, 0, 0], 2)), tellsComponents(of([0, 0, 0, 0, 0, 0], 2))]).toEqual([false, true]);
  expect(tellsCategories(of([0, 0, 0, 1, 1], 1))).toBe(false);
  expect(tellsCategories(of([0, 0, 0, 1, 1, 1], 1))).toBe(true);
  expect(tellsCategories(of([0, 0, 0, 0, 0, 1], 1))).toBe(false);
  expect(tellsCategories(of([0, 0, 0], 1))).toBe(false);
});

it('says what is not told, and by which rule', () => {
  expect(fewModelsSentence(of([0, 1, 0, 1], 3))).toBe(
    'With 4 embedded models, components and categories describe these models and nothing else: findings are told of components from 3 models for each of them on, and of categories likewise where each has 2 models or more.',
  );
  expect(fewModelsSentence(of([0, 1, 2, 2], 1))).toContain('models, categories describe');
  expect(fewModelsSentence(of([0, 0, 0], 1))).toBeUndefined();
  expect(fewModelsSentence(of([0, 1, 0, 1, 0, 1, 0, 1, 0], 3))).toBeUndefined();
});
