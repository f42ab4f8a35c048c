import { describe, expect, it } from 'vitest';
import { copiedBytes, imagesOfCopies, ModelCopies } from './model-copies.ts';

const size = (file: string) => ({ half: copiedBytes / 2, weights: copiedBytes / 4, large: copiedBytes + 1 })[file] ?? 0;
const copies = (changes: { readonly threads?: number; readonly executionProviders?: readonly string[] } = {}) => new ModelCopies({ threads: 2, executionProviders: ['cpu'], ...changes }, size);

describe('ModelCopies', () => {
  it('takes two copies of models, in their order, until the bytes of all their files are spent', () => {
    const plan = copies();
    expect([['half'], ['half', 'weights'], ['weights'], ['weights'], ['weights']].map((files) => plan.take(files, imagesOfCopies))).toEqual([2, 1, 2, 2, 1]);
    expect(copies().take(['large'], 1000)).toBe(1);
  });

  it('takes one for few images, on one thread, and on other devices than processors', () => {
    expect(copies().take(['half'], imagesOfCopies - 1)).toBe(1);
    expect(copies({ threads: 1 }).take(['half'], 1000)).toBe(1);
    expect(copies({ executionProviders: ['cuda', 'cpu'] }).take(['half'], 1000)).toBe(1);
  });
});
