import { drawWeight } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import { plainTensor } from './plain-checkpoint-contract.ts';
import { spatialHeads } from './spatial-heads.ts';

const tensors = (shapes: Readonly<Record<string, readonly number[]>>) =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, plainTensor(drawWeight(shape, 1))]));
const found = (others: Readonly<Record<string, readonly number[]>>) =>
  spatialHeads(tensors(others), tensors({ 'conv1.weight': [4, 3, 7, 7], 'stem/kernel': [3, 3, 4, 8] })).map(
    ({ name }) => name,
  );

describe('spatialHeads', () => {
  it.each([
    ['3 x 3', [8, 4, 3, 3], true],
    ['1 x 3', [8, 4, 1, 3], true],
    ['3 x 1', [8, 4, 3, 1], true],
    ['depthwise', [8, 1, 3, 3], true],
    ['of one filter', [1, 8, 3, 3], true],
    ['3 x 3 with rows first', [3, 3, 4, 8], true],
    ['1 x 1', [8, 4, 1, 1], false],
    ['1 x 1 with rows first', [1, 1, 4, 8], false],
    ['of one number', [1, 1, 1, 1], false],
    ['a matrix', [8, 4], false],
    ['of three axes', [8, 4, 3], false],
    ['of five axes', [8, 4, 3, 3, 3], false],
  ])('goes by rows and columns: %s', (_, shape, isSpatial) => {
    expect(found({ 'head.weight': shape })).toEqual(isSpatial ? ['head.weight'] : []);
  });

  it('passes over copies of the network: of one of its names behind a whole segment, and of its shape', () => {
    expect(
      found({
        'conv1.weight': [4, 3, 7, 7],
        'module.teacher.conv1.weight': [4, 3, 7, 7],
        'ema/stem/kernel': [3, 3, 4, 8],
        'head.conv1.weight': [4, 3, 3, 3],
        'headconv1.weight': [4, 3, 7, 7],
        'conv1.weight.copy': [4, 3, 7, 7],
      }),
    ).toEqual(['head.conv1.weight', 'headconv1.weight', 'conv1.weight.copy']);
  });
});
