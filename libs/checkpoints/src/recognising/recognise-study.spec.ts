import { describe, expect, it } from 'vitest';
import { drawResNet, publishedStudy } from '@intermodel/testing';
import { listFamilies } from './list-families.ts';
import { plainCheckpoint, valuesOf } from './plain-checkpoint-contract.ts';
import { recogniseModel } from './recognise-model.ts';
import { tensorsBelow } from './dictionaries.ts';

const containers = { torch: 'torch-legacy', tensorflow: 'tensorflow', pickle: 'pickle' } as const;
/** Those that cannot be told from another of the study: they give the same network. */
const alike: Readonly<Record<string, string>> = {
  'pcl-v1': 'moco-v1',
  'pcl-v2': 'moco-v2',
  'sela-v2': 'deepcluster-v2',
};

describe('the 14 models of the study', () => {
  it('are there', () => {
    expect(publishedStudy().map(({ family }) => family)).toHaveLength(14);
    expect(drawResNet().size).toBe(265);
  });

  for (const { family, file, container, root, weights } of publishedStudy()) {
    const checkpoint = plainCheckpoint(root, containers[container], file);
    it(`are recognised as published: ${family}`, () => {
      const found = recogniseModel(checkpoint);
      expect(found.family).toBe(alike[family] ?? family);
      expect(found.architecture).toBe('resnet');
      expect([...found.weights].map(([name, { shape }]) => [name, shape]).sort()).toEqual(
        [...weights].map(([name, { shape }]) => [name, shape]).sort(),
      );
      if (alike[family] !== undefined) expect(found.assumptions.join('\n')).toContain(family);
    });

    it(`fit their own family, each tensor used or dropped: ${family}`, () => {
      const found = recogniseModel(checkpoint, { family });
      const tensors = [...tensorsBelow(checkpoint.root).keys()];
      const underTaken = tensors.filter((name) => found.taken.path === '' || name.startsWith(`${found.taken.path}.`));
      expect(found.weights.size + found.dropped.length).toBe(underTaken.length);
      expect(found.dropped.every(({ why }) => why.length > 3)).toBe(true);
      const known = listFamilies().find(({ name }) => name === family);
      expect(known?.files?.map(({ name }) => name.replace(/\.index$/u, ''))).toContain(file);
    });
  }

  for (const { family, root, container, weights } of publishedStudy({ width: 2, blocks: [1, 2, 1, 1] }))
    it(`keep their values: ${family}`, () => {
      const found = recogniseModel(plainCheckpoint(root, containers[container]), { family });
      expect(found.weights.size).toBe(weights.size);
      for (const [name, weight] of weights)
        expect(valuesOf(found.weights.get(name)), name).toEqual([...weight.values()]);
    });
});
