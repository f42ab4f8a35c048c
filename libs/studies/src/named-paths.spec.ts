import { describe, expect, it } from 'vitest';
import { namedPaths } from './named-paths.ts';
import { resolveStudy } from './resolve-study.ts';
import type { StudyContent } from './study-content.ts';

const folder = '/folder';
const models = [
  { name: 'a', file: 'a.onnx' },
  { name: 'b', file: 'b.onnx' },
];
const vocabulary = { synonyms: 'synonyms.csv', categories: 'categories.csv' };
const studies: Readonly<Record<string, StudyContent>> = {
  'label images': {
    data: {
      images: 'images',
      labels: 'labels',
      labelNames: 'names.csv',
      imageLabels: 'whole.csv',
      vocabulary,
    },
    models,
    scores: ['one.csv', 'two.csv'],
    scoreColumns: 'columns.csv',
    embedding: { frozen: 'earlier' },
  },
  'a data set': { data: { format: 'voc', root: 'voc', names: 'classes.txt', vocabulary }, models, scores: 'one.csv' },
  segmenters: {
    data: {
      images: 'images',
      segmenters: [
        { file: 'preset.onnx', preset: 'unified-parsing', labels: 'labels.json' },
        {
          file: 'heads.onnx',
          heads: [
            { tensor: 'objects', category: 'object', classes: 'objects.csv' },
            { tensor: 'parts', category: 'part', classes: 'parts.csv', ownedBy: 'objects', owners: 'owners.csv' },
          ],
        },
      ],
    },
    models,
  },
};

/** All text of a study that lies in the folder: what was resolved as a path. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith(`${folder}/`) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

describe(namedPaths, () => {
  it.each(Object.keys(studies))('lists every path of a study with %s, as written and as resolved', (name) => {
    const content = studies[name] as StudyContent;
    const study = resolveStudy(content, folder);
    const resolved = namedPaths(study).map((path) => path.name);
    expect([...resolved].sort()).toEqual(pathsIn(study).sort());
    expect(namedPaths(content).map((path) => `${folder}/${path.name}`)).toEqual(resolved);
  });

  it('leaves out what need not be there yet', () => {
    const content = { ...studies['segmenters'], runtime: { labelCache: 'kept' } } as StudyContent;
    expect(namedPaths(content)).toEqual(namedPaths(studies['segmenters'] as StudyContent));
    expect(resolveStudy(content, folder).runtime.labelCache).toBe(`${folder}/kept`);
  });

  it('gives the place of each in the study', () => {
    for (const content of Object.values(studies))
      for (const { at, name } of namedPaths(content))
        expect(at.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], content)).toBe(name);
  });
});
