import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from 'fast-png';
import { drawScenes, writePlainLayout, writePng, type DrawnScene, type PlainLayout } from '@intermodel/testing';
import { from, lastValueFrom, take, toArray } from 'rxjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelVocabulary } from '../labels/label-vocabulary.ts';
import { readLabelNames } from '../labels/read-label-names.ts';
import type { ImageGeometry } from './image-geometry.ts';
import type { LabelledImageEntry, LabelledImageSet } from './labelled-image-set.ts';
import { listLabelledImages } from './list-labelled-images.ts';
import { loadLabelledImages, type LoadLabelledImagesOptions } from './load-labelled-images.ts';

let folder = '';
let scenes: DrawnScene[] = [];
let set: LabelledImageSet;
let layout: PlainLayout;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'load-'));
  scenes = drawScenes({ count: 7 });
  layout = writePlainLayout(path.join(folder, 'plain'), scenes);
  set = await listLabelledImages(layout);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const whole: ImageGeometry = { width: 64, height: 48, labelWidth: 64, labelHeight: 48 };
const load = async (entries: readonly LabelledImageEntry[], options: Partial<LoadLabelledImagesOptions> = {}) =>
  lastValueFrom(
    from(entries).pipe(loadLabelledImages({ geometry: whole, vocabulary: set.vocabulary, ...options }), toArray()),
  );
const rows = async (entries: readonly LabelledImageEntry[], options: Partial<LoadLabelledImagesOptions> = {}) =>
  (await load(entries, options)).flatMap((batch) =>
    batch.toArray().map((row) => ({
      image: row.image,
      pixels: [...row.pixels],
      planes: [...row.labels].map((plane) => [...(plane ?? [])]),
    })),
  );

/** One image with one label image, as an entry. */
const pair = async (
  name: string,
  label: Uint8Array,
  image: Uint8Array = encode({ width: 8, height: 4, data: new Uint8Array(96), channels: 3 }),
): Promise<LabelledImageEntry> => {
  const file = path.join(folder, `${name}.image`);
  const labelFile = path.join(folder, `${name}.png`);
  writeFileSync(file, image);
  writeFileSync(labelFile, label);
  return Promise.resolve({ image: name, file, labels: [{ kind: 'png', file: labelFile, encoding: 'indices' }] });
};
const small: Partial<LoadLabelledImagesOptions> = {
  geometry: { width: 8, height: 4, labelWidth: 8, labelHeight: 4 },
  vocabulary: labelVocabulary([{ number: 1, name: 'sky', category: 'object' }], 255),
};

describe(loadLabelledImages, () => {
  it('gives back the pixels and planes that were drawn', async () => {
    const read = await rows(set.images);
    expect(read.map(({ image }) => image)).toEqual(scenes.map(({ name }) => `${name}.png`));
    read.forEach(({ pixels, planes }, index) => {
      expect(pixels).toEqual([...(scenes[index]?.pixels ?? [])]);
      expect(planes[0]).toEqual([...(scenes[index]?.objects ?? [])]);
      expect(planes[1] ?? planes[0]?.map(() => 0)).toEqual([...(scenes[index]?.parts ?? [])]);
    });
  });

  it('reads planes of 16 bits in folders of categories alike', async () => {
    const other = await listLabelledImages(
      writePlainLayout(path.join(folder, 'wide'), scenes, { depth: 16, planes: 'folders' }),
    );
    expect(await rows(other.images)).toEqual(await rows(set.images));
  });

  it('gives the same rows however they are batched, whoever finishes first, and when subscribed twice', async () => {
    const reference = await rows(set.images);
    for (const [batchRows, concurrency] of [
      [1, 5],
      [3, 2],
      [100, 1],
    ] as const)
      expect(await rows(set.images, { batchRows, concurrency })).toEqual(reference);
    const twice = from(set.images).pipe(
      loadLabelledImages({ geometry: whole, vocabulary: set.vocabulary, batchRows: 2 }),
      toArray(),
    );
    expect((await lastValueFrom(twice)).map(({ numRows }) => numRows)).toEqual([2, 2, 2, 1]);
    expect((await lastValueFrom(twice)).map(({ numRows }) => numRows)).toEqual([2, 2, 2, 1]);
    expect(await load([])).toEqual([]);
  });

  it('samples labels at the centre of each cell', async () => {
    const [first] = await rows(set.images, { geometry: { width: 64, height: 48 } });
    const objects = scenes[0]?.objects ?? [];
    expect(first?.planes[0]).toEqual(
      Array.from({ length: 12 * 16 }, (_, cell) => objects[(4 * Math.floor(cell / 16) + 2) * 64 + 4 * (cell % 16) + 2]),
    );
  });

  it('crops labels like their image, whatever the size of the label file', async () => {
    const drawn = scenes[2] as DrawnScene;
    const [entry] = set.images.slice(2);
    const geometry: ImageGeometry = { width: 48, height: 48, resize: 'shortest-side', labelWidth: 48, labelHeight: 48 };
    const [row] = await rows([entry as LabelledImageEntry], { geometry });
    const expected = Array.from({ length: 48 * 48 }, (_, cell) => Math.floor(cell / 48) * 64 + 8 + (cell % 48));
    expect(row?.planes[0]).toEqual(expected.map((pixel) => drawn.objects[pixel]));
    expect(row?.pixels).toEqual(expected.flatMap((pixel) => [...drawn.pixels.subarray(3 * pixel, 3 * pixel + 3)]));
    const doubled = Uint8Array.from(
      { length: 128 * 96 },
      (_, pixel) => drawn.objects[Math.floor(Math.floor(pixel / 128) / 2) * 64 + Math.floor((pixel % 128) / 2)] ?? 0,
    );
    const large = path.join(folder, 'large.png');
    writePng(large, { width: 128, height: 96, data: doubled, channels: 1 });
    const [again] = await rows(
      [{ ...(entry as LabelledImageEntry), labels: [{ kind: 'png', file: large, encoding: 'indices' }] }],
      { geometry },
    );
    expect(again?.planes[0]).toEqual(row?.planes[0]);
  });

  it('counts a label of the whole image for every pixel, and repeats no number at a pixel', async () => {
    const [entry] = set.images as [LabelledImageEntry];
    const [row] = await rows([
      { ...entry, labels: [...entry.labels, { kind: 'whole', number: 11 }, { kind: 'whole', number: 1 }] },
    ]);
    expect(row?.planes.at(-2)).toEqual(Array.from({ length: 64 * 48 }, () => 11));
    expect(row?.planes.at(-1)).toEqual([...(scenes[0]?.objects ?? [])].map((number) => (number === 1 ? 0 : 1)));
  });

  it('translates values, and lets ignored pixels ride along', async () => {
    const entry = await pair(
      'translated',
      encode({
        width: 8,
        height: 4,
        data: Uint8Array.from({ length: 32 }, (_, pixel) => [0, 7, 99, 7][pixel % 4] ?? 0),
        channels: 1,
      }),
    );
    const numbers = new Map([
      [0, 0],
      [7, 1],
      [99, 255],
    ]);
    const [row] = await rows([{ ...entry, labels: entry.labels.map((label) => ({ ...label, numbers })) }], small);
    expect(row?.planes[0]?.slice(0, 4)).toEqual([0, 1, 255, 1]);
  });

  it('names file and pixel of a number that the vocabulary lacks', async () => {
    const label = encode({
      width: 8,
      height: 4,
      data: Uint8Array.from({ length: 32 }, (_, pixel) => (pixel === 13 ? 9 : 1)),
      channels: 1,
    });
    await expect(load([await pair('unknown', label)], small)).rejects.toThrow(
      /unknown\.png: pixel \(5, 1\) bears 9, which the vocabulary does not list/u,
    );
    const border = await pair(
      'border',
      encode({ width: 8, height: 4, data: new Uint8Array(32).fill(255), channels: 1 }),
    );
    await expect(
      load([border], { ...small, vocabulary: labelVocabulary([{ number: 1, name: 'sky', category: 'object' }]) }),
    ).rejects.toThrow(/Add 255 to the vocabulary, or declare it as the number to ignore/u);
  });

  it('refuses label images in colours, and recognises where they come from', async () => {
    const coloured = (pixel: (index: number) => readonly number[]) =>
      encode({
        width: 8,
        height: 4,
        data: Uint8Array.from(Array.from({ length: 32 }, (_, index) => pixel(index)).flat()),
        channels: 3,
      });
    await expect(
      load(
        [
          await pair(
            'grey',
            coloured((index) => [index, index, index]),
          ),
        ],
        small,
      ),
    ).rejects.toThrow(/red, green and blue are equal: grey label numbers were saved as RGB/u);
    await expect(
      load(
        [
          await pair(
            'voc',
            coloured(
              (index) =>
                [
                  [0, 0, 0],
                  [128, 0, 0],
                  [0, 128, 0],
                  [224, 224, 192],
                ][index % 4] ?? [],
            ),
          ),
        ],
        small,
      ),
    ).rejects.toThrow(/Pascal VOC palette: palette indices were expanded/u);
    const withAlpha = encode({
      width: 8,
      height: 4,
      data: Uint8Array.from(Array.from({ length: 32 }, (_, index) => [128, index % 2 === 0 ? 128 : 0, 0, 255]).flat()),
      channels: 4,
    });
    await expect(load([await pair('alpha', withAlpha)], small)).rejects.toThrow(
      /Pascal VOC palette: palette indices were expanded/u,
    );
    await expect(
      load(
        [
          await pair(
            'other',
            coloured((index) => [index, 3, 200]),
          ),
        ],
        small,
      ),
    ).rejects.toThrow(/its indices were expanded to colours by another tool[\s\S]*Broden/u);
    const entry = await pair('flat', encode({ width: 8, height: 4, data: new Uint8Array(32), channels: 1 }));
    await expect(
      load([{ ...entry, labels: entry.labels.map((label) => ({ ...label, encoding: 'red-green' as const })) }], small),
    ).rejects.toThrow(/is a 8-bit grey image[\s\S]*an 8-bit RGB image/u);
  });

  it('refuses labels of another shape than their image, and sees an image that was turned', async () => {
    const label = encode({ width: 8, height: 8, data: new Uint8Array(64).fill(1), channels: 1 });
    await expect(load([await pair('square', label)], small)).rejects.toThrow(
      /square\.png: has 8 x 8 pixels, but its image has 8 x 4/u,
    );
    const turned = await sharp(new Uint8Array(96), { raw: { width: 8, height: 4, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    await expect(
      load(
        [await pair('turned', encode({ width: 8, height: 4, data: new Uint8Array(32).fill(1), channels: 1 }), turned)],
        small,
      ),
    ).rejects.toThrow(/its image has 4 x 8[\s\S]*turned by its EXIF orientation/u);
  });

  it('stops at the first bad file, or passes over bad files and tells which', async () => {
    const bad = writePlainLayout(path.join(folder, 'bad'), scenes);
    truncateSync(path.join(bad.images, 'scene-004.png'), 300);
    truncateSync(path.join(bad.labels, 'scene-001.png'), 60);
    rmSync(path.join(bad.labels, 'scene-005_1.png'));
    const { images } = {
      images: set.images.map(({ image, file, labels }) => ({
        image,
        file: file.replace('plain', 'bad'),
        labels: labels.map((label) =>
          label.kind === 'png' ? { ...label, file: label.file.replace('plain', 'bad') } : label,
        ),
      })),
    };
    await expect(load(images)).rejects.toThrow(/scene-001\.png: is cut short/u);
    const skipped: string[] = [];
    const read = await rows(images, {
      skipBad: true,
      batchRows: 2,
      concurrency: 4,
      onSkip: ({ image, error }) => skipped.push(`${image} ${error.code}`),
    });
    expect(read.map(({ image }) => image)).toEqual([0, 2, 3, 6].map((index) => `scene-00${String(index)}.png`));
    expect(skipped).toEqual(['scene-001.png LABEL_BROKEN', 'scene-004.png IMAGE_BROKEN', 'scene-005.png FILE_MISSING']);
    const systematic = await pair(
      'systematic',
      encode({ width: 8, height: 4, data: new Uint8Array(32).fill(9), channels: 1 }),
    );
    await expect(load([systematic], { ...small, skipBad: true })).rejects.toMatchObject({ code: 'LABEL_UNKNOWN' });
  });

  it('says so when not one pixel is labelled', async () => {
    const empty = await pair('all-zero', encode({ width: 8, height: 4, data: new Uint8Array(32), channels: 1 }));
    await expect(load([empty], small)).rejects.toThrow(/none of the 1 images has a labelled pixel/u);
  });

  it('passes on an error of its source and stops when unsubscribed', async () => {
    const first = from(set.images).pipe(
      loadLabelledImages({ geometry: whole, vocabulary: set.vocabulary, batchRows: 2 }),
      take(1),
      toArray(),
    );
    expect((await lastValueFrom(first)).map(({ numRows }) => numRows)).toEqual([2]);
    await expect(
      lastValueFrom(
        from(Promise.reject(new Error('source'))).pipe(
          loadLabelledImages({ geometry: whole, vocabulary: set.vocabulary }),
        ),
      ),
    ).rejects.toThrow('source');
  });
});

const parity = path.resolve(import.meta.dirname, '../../../../../shared/parity/data');
describe.skipIf(!existsSync(parity))(
  'photographs at the size of the network (skipped where the shared photographs are absent)',
  () => {
    it('passes pixels and labels unchanged, and finds the labels at 56 under the centres of those at 224', async () => {
      const listed = await listLabelledImages({
        images: path.join(parity, 'images224'),
        labels: path.join(parity, 'labels56'),
        labelNames: path.join(parity, 'labels.csv'),
      });
      expect(listed.images).toHaveLength(100);
      const vocabulary = await readLabelNames(path.join(parity, 'labels.csv'));
      const entries = listed.images.slice(0, 20);
      const read = await rows(entries, { geometry: { width: 224, height: 224 }, vocabulary });
      entries.forEach(({ file, labels }, index) => {
        expect(
          Buffer.compare(
            Buffer.from(read[index]?.pixels as number[]),
            Buffer.from(decode(readFileSync(file)).data as Uint8Array),
          ),
        ).toBe(0);
        const [label] = labels;
        if (label?.kind !== 'png') throw new Error('no label image');
        expect(read[index]?.planes[0]).toEqual([...decode(readFileSync(label.file)).data]);
      });
      const full = await listLabelledImages({
        images: path.join(parity, 'images224'),
        labels: path.join(parity, 'labels224'),
        labelNames: path.join(parity, 'labels.csv'),
      });
      const sampled = await rows(full.images.slice(0, 20), { geometry: { width: 224, height: 224 }, vocabulary });
      expect(sampled.map(({ planes }) => planes)).toEqual(read.map(({ planes }) => planes));
    });

    it('resizes the original photographs byte for byte as another program did', async () => {
      const [originals, squashed] = await Promise.all(
        ['images', 'images224'].map(async (images) =>
          listLabelledImages({
            images: path.join(parity, images),
            labels: path.join(parity, images === 'images' ? 'labels' : 'labels224'),
            labelNames: path.join(parity, 'labels.csv'),
          }),
        ),
      );
      const sizes: Partial<LoadLabelledImagesOptions> = {
        geometry: { width: 224, height: 224 },
        vocabulary: (originals as LabelledImageSet).vocabulary,
      };
      const ours = await rows(originals?.images.slice(0, 20) ?? [], sizes);
      const theirs = await rows(squashed?.images.slice(0, 20) ?? [], sizes);
      expect(ours).toHaveLength(20);
      ours.forEach(({ pixels }, index) => {
        expect(Buffer.compare(Buffer.from(pixels as number[]), Buffer.from(theirs[index]?.pixels as number[]))).toBe(0);
      });
    });
  },
);
