import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesUnderWay, cutBatches, imagesPerBatch } from './cut-batches.ts';

const sizes = (images: readonly number[], copies: number) =>
  cutBatches(images, (count) => count, copies).map(({ first, end }) => end - first);

describe('cutBatches', () => {
  it('cuts full batches for one copy, and the rest of each task', () => {
    expect(sizes([20, 0, 8], 1)).toEqual([8, 8, 4, 8]);
  });

  it('cuts smaller ones at both ends of all tasks for two copies', () => {
    expect(sizes([60, 4], 2)).toEqual([1, 1, 2, 2, 4, 4, 8, 8, 8, 7, 5, 4, 3, 2, 1, 1, 1, 1, 1]);
  });

  it('leaves no image out, keeps the order, and never exceeds a batch', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (images, copies) => {
        const tasks = images.map((count, task) => ({ task, count }));
        const batches = cutBatches(tasks, ({ count }) => count, copies);
        const seen = batches.flatMap(({ task, first, end }) =>
          Array.from({ length: end - first }, (_, index) => [task.task, first + index]),
        );
        expect(seen).toEqual(
          tasks.flatMap(({ task, count }) => Array.from({ length: count }, (_, index) => [task, index])),
        );
        expect(Math.max(0, ...batches.map(({ first, end }) => end - first))).toBeLessThanOrEqual(imagesPerBatch);
      }),
    );
  });

  it('lets as many batches be under way as memory allows, within limits', () => {
    expect([0, 2 ** 20, 2 ** 21, 2 ** 24].map(batchesUnderWay)).toEqual([9, 8, 4, 3]);
  });
});
