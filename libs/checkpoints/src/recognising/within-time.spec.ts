import { InputError } from '@intermodel/errors';
import { describe, expect, it } from 'vitest';
import { withinTime } from './within-time.ts';

describe(withinTime, () => {
  it('gives what is made, and what goes wrong, as it is', () => {
    expect(withinTime('recipe.yaml', () => new Map([['a', 1]]))).toEqual(new Map([['a', 1]]));
    const wrong = new InputError('SOME_CODE', 'is wrong');
    expect(() =>
      withinTime('recipe.yaml', () => {
        throw wrong;
      }),
    ).toThrow(wrong);
  });

  it('ends a pattern that backtracks without end, and names the recipe', () => {
    const name = `${'layer1.conv1.'.repeat(6)}weight`;
    expect(() => withinTime('recipe.yaml', () => /^(\w+\.?)+!$/u.test(name), 50)).toThrow(
      expect.objectContaining({
        code: 'RECIPE_PATTERN_ENDLESS',
        details: expect.objectContaining({ file: 'recipe.yaml' }) as unknown,
      }),
    );
  });
});
