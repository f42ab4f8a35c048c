import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { labelledImageRows, pruneKeptPlanes, usedPlaneKeys } from '@intermodel/data-loading';
import { defineStudy, type DataContent } from '@intermodel/studies';
import { drawScenes, writeColourSegmenter, writePlainLayout } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openImageSource, studyPlaneKeys } from './image-source.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'source-'));
  writePlainLayout(root, drawScenes({ count: 3 }));
  writeColourSegmenter(at('segmenter.onnx'), {
    heads: [{ name: 'logits', classes: 3, weights: { 0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1] } }],
  });
  writeFileSync(at('classes.csv'), 'index,name\n1,greenish\n2,bluish\n');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});
const study = (data: DataContent) =>
  defineStudy({ data, models: [{ name: 'a', file: 'segmenter.onnx' }] }, { folder: root });
const segmented = (more: Partial<DataContent> = {}) =>
  study({
    images: 'images',
    segmenters: [
      {
        file: 'segmenter.onnx',
        input: { width: 64, height: 48 },
        heads: [{ tensor: 'logits', category: 'object', classes: 'classes.csv' }],
      },
    ],
    ...more,
  });

describe(openImageSource, () => {
  it('tells the steps of a segmentation, and makes labels once for all geometries', async () => {
    const steps: string[] = [];
    const open = () =>
      openImageSource(segmented({ colours: true }), {
        labelCache: at('kept'),
        onProgress: (done, of) => steps.push(`${String(done)}/${String(of)}`),
      });
    const source = await open();
    expect(steps).toEqual(['1/3', '2/3', '3/3']);
    const planes = async (size: number) =>
      labelledImageRows(
        (await source.load({ width: size, height: size, labelWidth: 8, labelHeight: 8 })(source.images)).batch,
      ).map((row) => [...(row.planes[0] ?? [])]);
    expect(await planes(32)).toEqual(await planes(224));
    expect(source.vocabulary.concepts.map(({ category }) => category)).toEqual([
      'object',
      'object',
      ...Array.from({ length: 11 }, () => 'color'),
    ]);
    expect((await open()).images).toEqual(source.images);
  });

  it('describes what it loads, with what the vocabulary lacks', async () => {
    const source = await openImageSource(study({ root: '.', colours: true, spatialParts: true }));
    const grid = { width: 64, height: 48, labelWidth: 64, labelHeight: 48 };
    const { concepts, warnings } = await source.describe(grid, undefined, 4);
    const rows = labelledImageRows((await source.load(grid)(source.images)).batch);
    for (const { number, pixelShare } of concepts) {
      const pixels = rows.reduce(
        (sum, { planes }) =>
          sum + planes.reduce((of, plane) => of + plane.filter((value) => value === number).length, 0),
        0,
      );
      expect(pixelShare).toBeCloseTo(pixels / (3 * 64 * 48), 12);
    }
    expect(warnings.find(({ code }) => code === 'CONCEPTS_RARE')?.message).toMatch(/fewer than 4 images/u);
  });
});

describe(studyPlaneKeys, () => {
  it('names what a run uses, so that the rest can be pruned', async () => {
    const now = segmented();
    const before = segmented({ background: [0, 0, 0] });
    await openImageSource(before, { labelCache: at('kept') });
    const { images } = await openImageSource(now, { labelCache: at('kept') });
    const needed = await studyPlaneKeys(now);
    expect([...needed].sort()).toEqual([...usedPlaneKeys(images)].sort());
    expect(pruneKeptPlanes(at('kept'), needed)).toMatchObject({ kept: 3, removed: 3 });
    expect(pruneKeptPlanes(at('kept'), new Set([...needed, ...(await studyPlaneKeys(before))]))).toMatchObject({
      kept: 3,
      removed: 0,
    });
    expect(await studyPlaneKeys(study({ root: '.' }))).toEqual(new Set());
    expect(readdirSync(at('kept')).length).toBeGreaterThan(0);
  });
});
