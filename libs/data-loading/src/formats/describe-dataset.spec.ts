import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawScenes, writeCocoInstancesLayout, writePlainLayout, writePng, writeVocLayout } from '@intermodel/testing';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { openLabelledImages } from '../images/load-labelled-images.ts';
import { describeDataset, type DescribeDatasetOptions } from './describe-dataset.ts';
import { readDataset } from './read-dataset.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'describe-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A data set of two images of 4 x 2 pixels with these planes. */
const tiny = (planes: readonly (readonly (readonly number[])[])[], ignore = 9) => {
  writeFileSync(
    path.join(root, 'labels.csv'),
    'number,name,category\n1,sky,object\n2,sea,object\n3,wave,part\n4,fish,object\n',
  );
  planes.forEach((of, image) => {
    writePng(path.join(root, 'images', `${String(image)}.png`), {
      width: 4,
      height: 2,
      data: new Uint8Array(24),
      channels: 3,
    });
    of.forEach((data, plane) => {
      writePng(path.join(root, 'labels', `${String(image)}${plane === 0 ? '' : `_${String(plane)}`}.png`), {
        width: 4,
        height: 2,
        data: Uint8Array.from(data),
        channels: 1,
      });
    });
  });
  return readDataset('plain', root, { ignore });
};
const grid = { labelHeight: 2, labelWidth: 4 };

describe(describeDataset, () => {
  it('counts images, planes, and pixels of every concept by hand', async () => {
    const set = await tiny([
      [
        [1, 1, 1, 1, 2, 2, 2, 9],
        [0, 0, 0, 0, 3, 3, 0, 0],
      ],
      [[1, 1, 0, 0, 0, 0, 9, 9]],
    ]);
    const described = await describeDataset(set, { ...grid, fewImages: 2 });
    expect(described).toMatchObject({
      images: 2,
      planes: 3,
      mostPlanes: 2,
      ignoredShare: 3 / 16,
      unlabelledShare: 4 / 16,
    });
    expect(described.concepts.map(({ name, images, pixelShare }) => [name, images, pixelShare])).toEqual([
      ['sky', 2, 6 / 16],
      ['sea', 1, 3 / 16],
      ['wave', 1, 2 / 16],
      ['fish', 0, 0],
    ]);
    expect(described.categories).toEqual([
      { category: 'object', concepts: 3, found: 2, pixelShare: 9 / 16, images: 2 },
      { category: 'part', concepts: 1, found: 1, pixelShare: 2 / 16, images: 1 },
    ]);
    expect(described.overlaps).toEqual([{ first: 2, second: 3, pixelShare: 2 / 16 }]);
    expect(described.warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'CONCEPTS_ABSENT: 1 concepts of the vocabulary occur in no image: fish',
      'CONCEPTS_RARE: 2 concepts occur in fewer than 2 images: sea, wave',
    ]);
  });

  it('reads no further image once it is told to stop', async () => {
    const set = await tiny(Array.from({ length: 6 }, () => [[1, 1, 1, 1, 1, 1, 1, 1]]));
    const controller = new AbortController();
    const told: number[] = [];
    const onProgress = (done: number) => {
      told.push(done);
      controller.abort(new Error('stopped'));
    };
    await expect(
      describeDataset(set, { ...grid, concurrency: 2, signal: controller.signal, onProgress }),
    ).rejects.toThrow('stopped');
    expect(told.length).toBeLessThanOrEqual(2);
  });

  it('warns of numbers that the vocabulary lacks, with the first place', async () => {
    const set = await tiny([[[1, 1, 1, 1, 1, 1, 1, 1]], [[1, 7, 7, 1, 5, 1, 1, 1]]]);
    const { warnings, unlabelledShare } = await describeDataset(set, grid);
    const unknown = warnings.filter(({ code }) => code === 'LABEL_UNKNOWN').map(({ message }) => message);
    expect(unknown).toEqual([
      expect.stringMatching(/^number 5 .* pixel \(0, 1\) of .*1\.png/u),
      expect.stringMatching(/^number 7 .* pixel \(1, 0\) of .*1\.png/u),
    ]);
    expect(unlabelledShare).toBe(3 / 16);
  });

  it('warns of them too where planes are made of what is loaded', async () => {
    const set = await tiny([[[1, 7, 7, 1, 5, 1, 1, 1]]]);
    const planesOf: DescribeDatasetOptions['planesOf'] = async (entry, onUnknown) =>
      labelledImageRows(
        (
          await openLabelledImages({
            geometry: { height: 2, width: 4, ...grid },
            vocabulary: set.vocabulary,
            onUnknown,
          })([entry])
        ).batch,
      ).map(({ planes }) => ({ planes, turned: false }))[0];
    expect(await describeDataset(set, { ...grid, planesOf })).toEqual(await describeDataset(set, grid));
  });

  it('says how many images EXIF turns, and reads labels of their stored shape where it is ignored', async () => {
    const set = await tiny(Array.from({ length: 4 }, () => [[1, 1, 1, 1, 2, 2, 2, 2]]));
    for (const [image, orientation] of [
      [1, 3],
      [2, 1],
      [3, 2],
    ] as const)
      await sharp(new Uint8Array(24), { raw: { width: 4, height: 2, channels: 3 } })
        .withMetadata({ orientation })
        .png()
        .toFile(path.join(root, 'images', `${String(image)}.png`));
    const turnsOf = async (options: DescribeDatasetOptions = {}) => {
      const { turned, warnings } = await describeDataset(set, { ...grid, ...options });
      return [turned, ...warnings.filter(({ code }) => code === 'IMAGES_TURNED').map(({ message }) => message)];
    };
    expect(await turnsOf()).toEqual([
      2,
      expect.stringMatching(/^EXIF turns 2 of 4 images, .*`data\.exif: ignore`: 1\.png, 3\.png$/u),
    ]);
    expect(await turnsOf({ exif: 'ignore' })).toEqual([
      2,
      'EXIF would turn 2 of 4 images, which are read as they are stored: 1.png, 3.png',
    ]);
    await sharp(new Uint8Array(24), { raw: { width: 4, height: 2, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toFile(path.join(root, 'images', '3.png'));
    await expect(describeDataset(set, grid)).rejects.toMatchObject({
      code: 'LABEL_ASPECT',
      message: expect.stringMatching(/`data\.exif: ignore`/u) as string,
    });
    expect(await turnsOf({ exif: 'ignore' })).toEqual([2, expect.any(String)]);
  });

  it('gives the same whatever the concurrency, and tells how far it is', async () => {
    const set = await readDataset('plain', writePlainAt(root));
    const progress: string[] = [];
    const one = await describeDataset(set, {
      concurrency: 1,
      onProgress: (done, of) => progress.push(`${String(done)}/${String(of)}`),
    });
    expect(await describeDataset(set, { concurrency: 16 })).toEqual(one);
    expect(progress).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    expect(one.unlabelledShare).toBe(0);
    expect(one.categories.map(({ category, pixelShare }) => [category, pixelShare > 0])).toEqual([
      ['object', true],
      ['part', true],
      ['scene', false],
    ]);
  });

  it('describes other formats, and images without labels', async () => {
    const voc = await describeDataset(await readDataset('voc', writeVocLayout(path.join(root, 'voc'), drawScenes())));
    expect(voc.ignoredShare).toBeGreaterThan(0);
    expect(voc.concepts.filter(({ images }) => images > 0).length).toBeGreaterThan(0);
    const coco = await describeDataset(
      await readDataset('coco-instances', writeCocoInstancesLayout(path.join(root, 'coco'), drawScenes())),
    );
    expect(coco.unlabelledShare).toBeGreaterThan(0.5);
    expect((await describeDataset({ images: [], vocabulary: { concepts: [] }, warnings: [] })).images).toBe(0);
  });
});

function writePlainAt(folder: string): string {
  writePlainLayout(folder, drawScenes());
  return folder;
}
