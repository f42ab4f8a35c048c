import { expect, it } from 'vitest';
import { distinctRelation, distinctTasks } from '../fixtures/distinct-tasks.ts';
import type { Embedding } from '../tables/study.ts';
import { plainRelation } from './plain-relation.ts';

const loadings = ['a', 'b', 'c', 'd'].map((concept, index) => ({ concept, category: 'x', loadings: [index] }));
const said = (predictor: string, pearson: number) =>
  plainRelation(distinctTasks, { ...distinctRelation, predictor, pearson }, { loadings } as unknown as Embedding);

it('says a relation in words that need no glossary', () => {
  expect([
    said('pc1', -0.6),
    said('redundancy:part', 0.6),
    said('unique:object', 0.6),
    said('matches:color', 0.6),
    said('matches', 0.6),
  ]).toEqual([
    'Models with more units for d, c and b (far along component 1) do worse on CIFAR10, accuracy.',
    'Models that spend more units on each part concept do better on CIFAR10, accuracy.',
    'Models that know more different object concepts do better on CIFAR10, accuracy.',
    'Models with more units for color concepts do better on CIFAR10, accuracy.',
    'Models with more matching units do better on CIFAR10, accuracy.',
  ]);
});
