import { expect, it } from 'vitest';
import { kindsFor, taskKinds } from './task-kinds.ts';

it('tells the kinds that targets allow, each kind for one sort of targets', () => {
  expect(kindsFor('classes')).toEqual(['many-shot', 'few-shot', 'neighbours', 'transferability']);
  expect(kindsFor('boxes')).toEqual(['detection']);
  const all = (['classes', 'boxes', 'planes', 'normals', 'depth'] as const).flatMap(kindsFor);
  expect(all.sort()).toEqual(Object.keys(taskKinds).sort());
});
