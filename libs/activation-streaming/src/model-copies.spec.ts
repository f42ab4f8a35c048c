import { describe, expect, it } from 'vitest';
import { copiedBytes, imagesOfCopies, modelCopies } from './model-copies.ts';

const size = (file: string) => ({ model: copiedBytes / 2, weights: copiedBytes / 2, more: 1 })[file] ?? 0;
const copies = (
  files: readonly string[][],
  images = imagesOfCopies,
  changes: { readonly threads?: number; readonly executionProviders?: readonly string[] } = {},
) => modelCopies(files, images, { threads: 2, executionProviders: ['cpu'], ...changes }, size);

describe('modelCopies', () => {
  it('runs a model in two copies as long as all its files together are small', () => {
    expect([copies([['model']]), copies([['model', 'weights']]), copies([['model', 'weights', 'more']])]).toEqual([
      2, 2, 1,
    ]);
  });

  it('runs it once beside other models, for few images, on one thread, and on other devices than processors', () => {
    expect([copies([]), copies([['model'], ['more']]), copies([['model']], imagesOfCopies - 1)]).toEqual([1, 1, 1]);
    expect([
      copies([['model']], 1000, { threads: 1 }),
      copies([['model']], 1000, { executionProviders: ['cuda', 'cpu'] }),
    ]).toEqual([1, 1]);
  });
});
