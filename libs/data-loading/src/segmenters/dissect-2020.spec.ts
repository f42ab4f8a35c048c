import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { goldenSegmenters, readGoldenLabels } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutSpatialParts } from '../spatial-parts/cut-spatial-parts.ts';
import { dissect2020Heads, dissect2020Input, dissect2020Labels } from './dissect-2020.ts';
import { readSegmenterLabels, type SegmenterLabels } from './segmenter-labels.ts';
import { segmenterVocabulary } from './segmenter-vocabulary.ts';

const golden = goldenSegmenters();
let folder = '';
let both: readonly [SegmenterLabels, SegmenterLabels];
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'labels-2020-'));
  both = [await readSegmenterLabels(golden.labels), await readSegmenterLabels(golden.colourLabels)];
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const write = (name: string, content: object) => {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
};

describe('labels of the published study', () => {
  it('are 1,825 with all owners of parts, numbered without a gap, of which two are for none', () => {
    const labels = dissect2020Labels(both);
    expect(labels).toHaveLength(1825);
    expect(labels.map(({ number }) => number)).toEqual(Array.from({ length: 1825 }, (_, number) => number));
    expect(labels.filter(({ isNone }) => isNone).map(({ number }) => number)).toEqual([0, 1813]);
    const counts = new Map<string, number>();
    for (const { category } of labels) counts.set(category, (counts.get(category) ?? 0) + 1);
    // Halves of 335 objects and 112 parts that are no objects.
    expect(Object.fromEntries(counts)).toEqual({ '-': 2, object: 335, material: 25, part: 4 * 335 + 112, color: 11 });
  });

  it('are the vocabulary of a study with halves, but for those of none', () => {
    const segmenters = both.map((labels) => ({
      file: labels.file,
      input: dissect2020Input(),
      heads: dissect2020Heads(labels, both),
    }));
    const { vocabulary } = cutSpatialParts(segmenterVocabulary(segmenters).vocabulary, { planes: 'first' });
    const expected = dissect2020Labels(both).flatMap(({ isNone, ...concept }) => (isNone ? [] : [concept]));
    expect(vocabulary.concepts).toEqual(expected);
    // Twelve names of parts of the first three owners are those of objects, 37 of all with that for none.
    const parts = dissect2020Heads(both[0], both)[2]?.classes ?? [];
    const shared = new Set(parts.filter(({ category }) => category === 'object').map(({ name }) => name));
    expect([shared.size + 1, parts.length + 77]).toEqual([37, 427]);
  });

  it('pairs owners and parts by name, whatever the order of the file', async () => {
    const tables = readGoldenLabels(golden.labels) as { object_part: Record<string, string[]> };
    const file = write('turned.json', {
      ...tables,
      object_part: Object.fromEntries(Object.entries(tables.object_part).reverse()),
    });
    const turned = dissect2020Heads(await readSegmenterLabels(file), both)[2]?.classes ?? [];
    const usual = dissect2020Heads(both[0], both)[2]?.classes ?? [];
    // Channels stay; the numbers of parts follow the order in which the file names them.
    expect(turned.map(({ index, name }) => [index, name])).toEqual(usual.map(({ index, name }) => [index, name]));
  });

  it('numbers colours by themselves where there is no other network', () => {
    const [, colours] = both;
    expect(dissect2020Labels([colours]).map(({ number, name }) => `${String(number)} ${name}`)).toEqual([
      ...['0 -', '1 black', '2 blue', '3 brown', '4 gray', '5 green', '6 orange'],
      ...['7 pink', '8 purple', '9 red', '10 white', '11 yellow'],
    ]);
  });
});

describe('readSegmenterLabels', () => {
  it.each([
    ['SEGMENTER_LABELS', () => ({ names: [] }), /has the keys names/u],
    ['JSON_SHAPE', () => ({ object: ['-'], part: ['-'], object_part: {} }), /material is missing/u],
    ['JSON_SHAPE', () => ({ object: ['-'], part: ['-'], material: ['-'] }), /object_part is missing/u],
    [
      'CONCEPT_UNKNOWN',
      () => ({ object: ['-', 'sky'], part: ['-'], material: ['-'], object_part: { sky: ['-', 'cloud'] } }),
      /"cloud", a part of sky/u,
    ],
    [
      'CONCEPT_UNKNOWN',
      () => ({ ...readGoldenLabels(golden.colourLabels), labels: [{ name: 'red', category: 'hue' }] }),
      /"red" is of the category "hue"/u,
    ],
    [
      'SEGMENTER_LABELS',
      () => ({ ...readGoldenLabels(golden.colourLabels), categories: [{ name: 'color', mask: 'sky' }] }),
      /a category has "mask"/u,
    ],
    [
      'JSON_SHAPE',
      () => ({
        ...readGoldenLabels(golden.colourLabels),
        imageformat: { byteorder: 'BGR', mean: [1, 2, 3], stdev: [0, 1, 1] },
      }),
      /imageformat\.stdev/u,
    ],
    ['JSON_SHAPE', () => ({ labels: [], imageformat: { byteorder: 'GRB' } }), /imageformat\.byteorder/u],
  ])('refuses with %s (%#)', async (code, content, message) => {
    await expect(readSegmenterLabels(write('bad.json', content()))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});
