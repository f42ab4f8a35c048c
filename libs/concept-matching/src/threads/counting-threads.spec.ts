import { describe, expect, it } from 'vitest';
import { countingThreads, imagesOfThreads } from './counting-threads.ts';

describe('countingThreads', () => {
  it('counts on one thread where images and layers are few, else on those of the machine, at most 4', () => {
    expect([countingThreads(1, 1, 8), countingThreads(imagesOfThreads - 1, 1, 8)]).toEqual([1, 1]);
    expect([countingThreads(imagesOfThreads, 1, 8), countingThreads(imagesOfThreads / 2, 2, 8)]).toEqual([4, 4]);
    expect([countingThreads(1000, 5, 1), countingThreads(1000, 5, 3)]).toEqual([1, 3]);
  });
});
