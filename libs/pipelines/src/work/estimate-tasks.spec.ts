import type { MeasuredRun } from '@intermodel/inputs';
import type { Study } from '@intermodel/studies';
import { describe, expect, it } from 'vitest';
import { estimateTask, type EstimateOptions } from './estimate-tasks.ts';
import type { StudyTask, StudyWave } from './study-tasks.ts';

const mebibyte = 2 ** 20;
const run: MeasuredRun = {
  milliseconds: 7,
  memoryBytes: 164 * mebibyte,
  putOut: new Map([['layer', { units: 10, mapSize: 4 }]]),
};
const options: EstimateOptions = {
  study: {
    runtime: { keptMapsMegabytes: 128, imagesPerShard: 32, secondPass: false },
    gallery: { units: 5, images: 3 },
  } as unknown as Study,
  ...{ shards: 4, images: 128 },
  paceOf: () => ({}),
  runOf: () => run,
};
const task = (wave: StudyWave, images: number) => ({ wave, model: 'm', images }) as unknown as StudyTask;

describe(estimateTask, () => {
  it('goes by what tasks of the same wave and model took', () => {
    const known = { ...options, paceOf: () => ({ milliseconds: 20, bytes: 300 }) };
    expect(estimateTask(task('counts', 64), known)).toMatchObject({ seconds: 1.28, storedBytes: 19_200 });
  });

  it('goes by a measured run where none was done', () => {
    // 7 ms of inference and 3 ms for the image.
    expect(estimateTask(task('counts', 64), options).seconds).toBeCloseTo(0.64, 10);
    const { storedBytes = 0 } = estimateTask(task('counts', 64), options);
    // Of each of 2 shards and 10 units: 3 images of 4 values with their numbers, and counts of 32 images in 10 bytes each.
    const counts = 2 * 10 * (3 * (4 * 4 + 16) + 320);
    expect(storedBytes).toBeGreaterThan(counts);
    const withoutMaps = { ...options.study.runtime, secondPass: true };
    expect(estimateTask(task('counts', 64), { ...options, study: { ...options.study, runtime: withoutMaps } })).toEqual(
      expect.objectContaining({ storedBytes: counts }),
    );
  });

  it('asks for memory for two copies of the model, the maps that are held, and a shard', () => {
    const held = (384 + 128) * mebibyte + 10 * 6 * 4 * 32;
    expect(estimateTask(task('counts', 64), options).memoryBytes).toBe(held + 2 * 100 * mebibyte);
    expect(estimateTask(task('overlaps', 64), options).memoryBytes).toBe(held);
    expect(estimateTask(task('labels', 64), options).memoryBytes).toBe(384 * mebibyte);
  });

  it('leaves open what neither tells', () => {
    const unknown = { ...options, runOf: () => undefined };
    expect(estimateTask(task('counts', 64), unknown)).toEqual({
      ...{ seconds: undefined, memoryBytes: undefined, storedBytes: undefined },
    });
  });
});
