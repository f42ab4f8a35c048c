import { expect, it } from 'vitest';
import { categoryNames, categorySentence } from './category-names.ts';

const trait = (group: number, category: string, inside: number, outside: number, kind = 'matches') => ({
  ...{ group, trait: kind, concept: '', category, inside, outside, difference: inside - outside },
});
const embedding = {
  groups: 3,
  traits: [
    ...[trait(0, 'object', 750, 376), trait(0, 'part', 50, 5), trait(0, 'color', 1, 900, 'unique')],
    ...[trait(1, 'object', 400, 390), trait(1, 'part', 3, 9)],
    ...[trait(2, 'object', 400, 390), trait(2, 'part', 0, 0)],
  ],
};

it('names categories of models after the units that set them apart most', () => {
  expect(categoryNames(embedding)).toEqual(['object-heavy', 'part-light', 'unremarkable']);
  expect([0, 1, 2].map((group) => categorySentence(embedding, group))).toEqual([
    '750 object units against 376 in the others, on average',
    '3.0 part units against 9.0 in the others, on average',
    'about as many units of every concept category as the others',
  ]);
});

it('gives no name where nothing is told or there is one category', () => {
  expect(categoryNames({ groups: 2, traits: [] })).toEqual(['', '']);
  expect(categoryNames({ ...embedding, groups: 1 })).toEqual(['']);
});
