import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelNumberTable, labelVocabulary } from './label-vocabulary.ts';
import {
  appendConcepts,
  assignCategories,
  keepConcepts,
  keepFrequent,
  mergeSynonyms,
  readCategories,
  readSynonyms,
  redefineConcepts,
} from './vocabulary-tools.ts';

const vocabulary = labelVocabulary(
  [
    { number: 1, name: 'sky', category: 'object' },
    { number: 2, name: 'sofa', category: 'object' },
    { number: 3, name: 'couch', category: 'object' },
    { number: 5, name: 'wood', category: 'object' },
    { number: 8, name: 'wood', category: 'material' },
  ],
  9,
);
const loaded = (changed: typeof vocabulary, ...numbers: number[]) =>
  numbers.map((number) => labelNumberTable(changed)[number]);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vocabulary-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const written = (text: string) => {
  const file = path.join(folder, 'table.csv');
  writeFileSync(file, text);
  return file;
};

describe(labelNumberTable, () => {
  it('knows 0, the concepts and the number to ignore, and nothing else', () => {
    expect(loaded(vocabulary, 0, 1, 8, 9, 4, 65_535)).toEqual([0, 1, 8, 9, -1, -1]);
  });
});

describe(mergeSynonyms, () => {
  it('loads a synonym as the concept that it was merged into', () => {
    const merged = mergeSynonyms(vocabulary, [['couch', 'sofa', 'settee']]);
    expect(merged.concepts.map(({ number, name }) => `${String(number)} ${name}`)).toEqual([
      '1 sky',
      '2 couch',
      '5 wood',
      '8 wood',
    ]);
    expect(loaded(merged, 2, 3, 9)).toEqual([2, 2, 9]);
  });

  it('does not merge over categories', () => {
    expect(mergeSynonyms(vocabulary, [['wood', 'timber']]).concepts).toEqual(vocabulary.concepts);
  });

  it('refuses a group that no concept belongs to, and a name in two groups', () => {
    expect(() => mergeSynonyms(vocabulary, [['skye', 'heaven']])).toThrow(
      /there is no concept "skye"[\s\S]*Did you mean "sky"/u,
    );
    expect(() =>
      mergeSynonyms(vocabulary, [
        ['sofa', 'settee'],
        ['couch', 'settee'],
      ]),
    ).toThrow(/"settee" is a synonym of "sofa" and of "couch"/u);
  });

  it('reads groups from a file', async () => {
    await expect(readSynonyms(written('name,synonym\nsofa,couch\nsky,heaven\nsofa,settee\n'))).resolves.toEqual([
      ['sofa', 'couch', 'settee'],
      ['sky', 'heaven'],
    ]);
  });
});

describe(assignCategories, () => {
  it('moves concepts, and makes one of those that meet', async () => {
    const moved = assignCategories(
      vocabulary,
      await readCategories(written('name,category\nwood,material\nsky,stuff\n')),
    );
    expect(moved.concepts).toContainEqual({ number: 1, name: 'sky', category: 'stuff' });
    expect(moved.concepts).toContainEqual({ number: 5, name: 'wood', category: 'material' });
    expect(loaded(moved, 5, 8)).toEqual([5, 5]);
  });

  it('names what it does not know, and rows that say nothing or twice', async () => {
    expect(() => assignCategories(vocabulary, new Map([['woood', 'x']]))).toThrow(/Did you mean "wood"/u);
    await expect(readCategories(written('name,category\nwood,\n'))).rejects.toThrow(
      /table\.csv, line 2, column "category": "wood" gets no category/u,
    );
    await expect(readCategories(written('name,category\nwood,a\nwood,b\n'))).rejects.toThrow(
      /line 3, column "name": "wood" is given twice/u,
    );
  });
});

describe(keepConcepts, () => {
  it('loads what is left out as unlabelled', () => {
    const kept = keepConcepts(vocabulary, { keep: ['wood', 'sky'], keepCategories: ['object'] });
    expect(kept.concepts.map(({ number }) => number)).toEqual([1, 5]);
    expect(loaded(kept, 1, 2, 3, 5, 8, 9, 4)).toEqual([1, 0, 0, 5, 0, 9, -1]);
  });

  it('keeps what was merged before, and forgets merged numbers with their concept', () => {
    const merged = mergeSynonyms(vocabulary, [['sofa', 'couch']]);
    expect(loaded(keepConcepts(merged, { keep: ['sofa'] }), 2, 3, 5)).toEqual([2, 2, 0]);
    expect(loaded(keepConcepts(merged, { keep: ['wood'] }), 2, 3, 5)).toEqual([0, 0, 5]);
  });

  it('suggests names', () => {
    expect(() => keepConcepts(vocabulary, { keep: ['sof'] })).toThrow(/Did you mean "sofa"/u);
    expect(() => keepConcepts(vocabulary, { keepCategories: ['materials'] })).toThrow(/Did you mean "material"/u);
  });
});

describe(keepFrequent, () => {
  const counted = {
    images: 40,
    concepts: vocabulary.concepts.map(({ number }) => ({
      number,
      images: { 1: 40, 2: 10, 3: 9, 5: 10, 8: 40 }[number] ?? 0,
      pixelShare: { 1: 0.5, 2: 0.5 / 40, 3: 0.4, 5: 0.0124, 8: 0.02 }[number] ?? 0,
    })),
  };

  it('keeps concepts in at least 10 images that cover at least half an image', () => {
    // The wood of objects alone covers 0.496 images; together with that of materials it is frequent enough.
    expect(keepFrequent(vocabulary, counted).concepts.map(({ number }) => number)).toEqual([1, 2, 5, 8]);
    expect(keepFrequent(vocabulary, counted, { minimumImages: 40 }).concepts.map(({ number }) => number)).toEqual([
      1, 5, 8,
    ]);
    expect(keepFrequent(vocabulary, counted, { minimumImages: 51 }).concepts).toEqual([]);
    const objects = keepConcepts(vocabulary, { keepCategories: ['object'] });
    expect(keepFrequent(objects, counted).concepts.map(({ number }) => number)).toEqual([1, 2]);
    expect(keepFrequent(vocabulary, counted, { minimumImages: 0, minimumCoverage: 0 })).toEqual(
      redefineConcepts(vocabulary, (concept) => concept),
    );
  });
});

describe(appendConcepts, () => {
  it('numbers above all that is in use, past the number to ignore', () => {
    const appended = appendConcepts(vocabulary, [
      { name: 'a', category: 'color' },
      { name: 'b', category: 'color' },
    ]);
    expect(appended.numbers).toEqual([10, 11]);
    const merged = mergeSynonyms(
      labelVocabulary([
        { number: 7, name: 'x', category: 'o' },
        { number: 20, name: 'y', category: 'o' },
      ]),
      [['x', 'y']],
    );
    expect(appendConcepts(merged, [{ name: 'z', category: 'o' }]).numbers).toEqual([21]);
    expect(loaded(appendConcepts(merged, [{ name: 'z', category: 'o' }]).vocabulary, 20, 21)).toEqual([7, 21]);
  });

  it('refuses a concept that is there, and more than there are numbers', () => {
    expect(() => appendConcepts(vocabulary, [{ name: 'sky', category: 'object' }])).toThrow(
      /"sky" of category "object" is given twice/u,
    );
    const full = labelVocabulary([{ number: 65_535, name: 'x', category: 'o' }]);
    expect(() => appendConcepts(full, [{ name: 'y', category: 'o' }])).toThrow(
      /do not fit into the numbers up to 65535/u,
    );
  });
});
