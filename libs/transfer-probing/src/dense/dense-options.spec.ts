import { expect, it } from 'vitest';
import { bestSetting } from './dense-options.ts';

it('chooses the setting with the best score, the first of equal ones, and none where no score is defined', () => {
  const settings = [0.1, 1, 10, 100];
  expect(bestSetting(settings, [0.2, 0.7, 0.7, Number.NaN], true)).toBe(1);
  expect(bestSetting(settings, [Number.NaN, 0.7, 0.3, 0.3], false)).toBe(10);
  expect(bestSetting(settings, [Number.NaN, Number.NaN, Number.NaN, Number.NaN], true)).toBeUndefined();
  expect(bestSetting(settings, [], true)).toBeUndefined();
});
