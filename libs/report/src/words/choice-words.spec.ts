import { describe, expect, it } from 'vitest';
import { choiceTitle, levelWords, orderedLevels } from './choice-words.ts';

describe(choiceTitle, () => {
  it('says what is chosen, and keeps names that are not known', () => {
    expect(['gate', 'leftOut', 'clusters', 'constructor', 'else'].map(choiceTitle)).toEqual([
      ...['Gate', 'Models left out', 'Categories of models', 'constructor', 'else'],
    ]);
  });
});

describe(levelWords, () => {
  it.each([
    ['gate', 0.04, '0.04'],
    ['compareGate', '>=', 'at it or above'],
    ['match', 'gate', 'passes the gate'],
    ['match', 'toString', 'toString'],
    ['dropFirstConcept', true, 'left out'],
    ['leftOut', '', 'none'],
    ['leftOut', 'A', 'A'],
    ['leftOut', 'A|B', 'A, B'],
    ['leftOut', 'A|B|C', 'A and 2 more'],
    ['distance', 'cosine', 'cosine'],
  ])('%s %s is "%s"', (choice, value, words) => {
    expect(levelWords(choice, value)).toBe(words);
  });
});

describe(orderedLevels, () => {
  it('orders numbers by value, names as people do, and what leaves out fewer models first', () => {
    expect(orderedLevels('gate', [0.1, 0.03, 0.1]).words).toEqual(['0.03', '0.1']);
    expect(orderedLevels('distance', ['b10', 'b9', 'a']).words).toEqual(['a', 'b9', 'b10']);
    expect(orderedLevels('leftOut', ['A|B', 'C', '', 'A']).words).toEqual(['none', 'A', 'C', 'A, B']);
    expect(orderedLevels('dropFirstConcept', [true, false]).levels).toEqual([false, true]);
  });

  it('keeps levels apart whose words are the same', () => {
    expect(orderedLevels('leftOut', ['', 'A|B|C', 'A|B|D']).words).toEqual([
      'none',
      'A and 2 more',
      'A and 2 more (2)',
    ]);
  });

  it('names what is left out besides what always is', () => {
    expect(orderedLevels('leftOut', ['A|B|C|D', 'A|B', 'B|C|A']).words).toEqual([
      'as in the study',
      'also C',
      'also C, D',
    ]);
  });
});
