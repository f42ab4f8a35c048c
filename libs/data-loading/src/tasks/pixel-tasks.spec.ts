import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeFile, writeNpy, writePng } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveGeometry } from '../images/image-geometry.ts';
import { openClassPlanes } from './class-planes.ts';
import { checkStatedSize, frameOf } from './image-frame.ts';
import { leakedImages } from './leaked-images.ts';
import { readPixelTarget, samplePixelTarget } from './read-pixel-target.ts';
import { readTaskData } from './read-task-data.ts';
import type { PixelTask, PlaneTask } from './task-data.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'intermodel-pixels-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});
const at = (name: string) => path.join(root, name);
const files = (...names: readonly string[]) => {
  for (const name of names) writeFile(at(name), '');
};
const grey = (name: string, width: number, height: number, data: readonly number[], depth: 8 | 16 = 8) => {
  writePng(at(name), {
    ...{ width, height, channels: 1, depth },
    data: depth === 16 ? Uint16Array.from(data) : Uint8Array.from(data),
  });
};
const rounded = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 1000) / 1000);
const unknown = Number.NaN;

describe('readPixelTarget of normals', () => {
  it('reads 8-bit RGB, whose black, grey and white pixels are unknown', async () => {
    writePng(at('n.png'), {
      ...{ width: 3, height: 2, channels: 3, depth: 8 },
      data: Uint8Array.from([255, 127, 127, 0, 128, 128, 128, 255, 128, 0, 0, 0, 128, 128, 128, 255, 255, 255]),
    });
    const { height, width, channels, values } = await readPixelTarget(at('n.png'), 'normals');
    expect({ height, width, channels }).toEqual({ height: 2, width: 3, channels: 3 });
    expect(rounded(values)).toEqual([
      ...[1, -0.004, -0.004, -1, 0.004, 0.004, 0.004, 1, 0.004],
      ...Array.from({ length: 9 }, () => unknown),
    ]);
    expect(Math.hypot(...values.subarray(0, 3))).toBeCloseTo(1, 6);
  });

  it('reads 16-bit RGB, and transparent pixels as unknown', async () => {
    writePng(at('n.png'), {
      ...{ width: 2, height: 1, channels: 4, depth: 16 },
      data: Uint16Array.from([65_535, 32_768, 32_768, 65_535, 65_535, 32_768, 32_768, 0]),
    });
    expect(rounded((await readPixelTarget(at('n.png'), 'normals')).values)).toEqual([
      ...[1, 0, 0, unknown, unknown, unknown],
    ]);
  });

  it.each([
    ['height x width x 3', [1, 2, 3], [0, 3, 4, 0, 0, 0], false],
    ['3 x height x width', [3, 1, 2], [0, 0, 3, 0, 4, 0], false],
    ['columns of height x width x 3', [1, 2, 3], [0, 0, 3, 0, 4, 0], true],
    ['columns of 3 x height x width', [3, 1, 2], [0, 3, 4, 0, 0, 0], true],
  ])('reads arrays of %s, with unit vectors, none of length 0', async (_, shape, numbers, columnOrder) => {
    writeNpy(at('n.npy'), numbers, shape, '<f4', columnOrder);
    const { height, width, values } = await readPixelTarget(at('n.npy'), 'normals');
    expect([height, width, rounded(values)]).toEqual([1, 2, [0, 0.6, 0.8, unknown, unknown, unknown]]);
  });

  it('keeps rows, columns and axes apart', async () => {
    const numbers = [1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1];
    writeNpy(at('n.npy'), numbers, [2, 3, 3], '<f4');
    const square = await readPixelTarget(at('n.npy'), 'normals');
    expect([square.height, square.width, [...square.values]]).toEqual([2, 3, numbers]);
    const planar = [0, 1, 2].flatMap((axis) => numbers.filter((_, index) => index % 3 === axis));
    writeNpy(at('p.npy'), planar, [3, 2, 3].toSpliced(0, 3, 3, 3, 2), '<f4');
    const turned = await readPixelTarget(at('p.npy'), 'normals').catch((error: unknown) => error);
    expect(turned).toMatchObject({ height: 3, width: 2 });
  });

  it('takes what is not finite for unknown', async () => {
    writeNpy(at('n.npy'), [Number.NaN, 0, 1, Number.POSITIVE_INFINITY, 0, 0], [1, 2, 3], '<f4');
    expect((await readPixelTarget(at('n.npy'), 'normals')).values.every(Number.isNaN)).toBe(true);
  });

  it('refuses other samples and shapes', async () => {
    grey('g.png', 1, 1, [5]);
    await expect(readPixelTarget(at('g.png'), 'normals')).rejects.toMatchObject({ code: 'LABEL_TYPE' });
    writeNpy(at('i.npy'), [1, 2, 3], [1, 1, 3], '<i4');
    await expect(readPixelTarget(at('i.npy'), 'normals')).rejects.toMatchObject({ code: 'LABEL_TYPE' });
    writeNpy(at('s.npy'), [1, 2, 3, 4], [2, 2], '<f4');
    await expect(readPixelTarget(at('s.npy'), 'normals')).rejects.toMatchObject({ code: 'LABEL_BROKEN' });
    writeNpy(at('c.npy'), [1, 2, 3], [100, 100, 3], '<f4');
    await expect(readPixelTarget(at('c.npy'), 'normals')).rejects.toMatchObject({ code: 'LABEL_BROKEN' });
    await expect(readPixelTarget(at('c.npy'), 'normals', { maxPixels: 99 })).rejects.toMatchObject({
      code: 'LABEL_TOO_LARGE',
    });
    writeFile(at('e.png'), '');
    await expect(readPixelTarget(at('e.png'), 'normals')).rejects.toMatchObject({ code: 'LABEL_BROKEN' });
  });
});

describe('readPixelTarget of depths', () => {
  it('reads 16-bit grey in units of a metre', async () => {
    grey('d.png', 3, 1, [0, 1500, 65_535], 16);
    expect(rounded((await readPixelTarget(at('d.png'), 'depth')).values)).toEqual([unknown, 1.5, 65.535]);
    expect(rounded((await readPixelTarget(at('d.png'), 'depth', { depthScale: 500 })).values)).toEqual([
      ...[unknown, 3, 131.07],
    ]);
  });

  it('reads arrays of floats in metres, those of whole numbers in units', async () => {
    writeNpy(at('f.npy'), [0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2], [2, 3], '<f4');
    const { height, width, channels, values } = await readPixelTarget(at('f.npy'), 'depth', { depthScale: 10 });
    expect([height, width, channels, rounded(values)]).toEqual([2, 3, 1, [unknown, 1.5, unknown, unknown, unknown, 2]]);
    writeNpy(at('w.npy'), [0, 1500], [1, 2], '<u2');
    expect(rounded((await readPixelTarget(at('w.npy'), 'depth')).values)).toEqual([unknown, 1.5]);
    writeNpy(at('o.npy'), [1, 2, 3, 4, 5, 6], [2, 3], '<f4', true);
    expect([...(await readPixelTarget(at('o.npy'), 'depth')).values]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('reads half floats', async () => {
    // 1.5, the smallest number, infinity, -2 as IEEE 754 has them.
    writeNpy(at('h.npy'), [0x3e00, 0x0001, 0x7c00, 0xc000], [1, 4], '<u2');
    const bytes = readFileSync(at('h.npy'));
    bytes.write('<f2', bytes.indexOf('<u2'));
    writeFile(at('h.npy'), bytes);
    expect([...(await readPixelTarget(at('h.npy'), 'depth')).values]).toEqual([1.5, 2 ** -24, unknown, unknown]);
  });

  it('refuses colours, other shapes and a scale that is none', async () => {
    writePng(at('c.png'), { width: 1, height: 1, channels: 3, depth: 8, data: Uint8Array.from([1, 2, 3]) });
    await expect(readPixelTarget(at('c.png'), 'depth')).rejects.toMatchObject({ code: 'LABEL_TYPE' });
    writeNpy(at('s.npy'), [1, 2, 3, 4], [2, 1, 2], '<f4');
    await expect(readPixelTarget(at('s.npy'), 'depth')).rejects.toMatchObject({ code: 'LABEL_BROKEN' });
    for (const depthScale of [0, -1, Number.NaN])
      await expect(readPixelTarget(at('s.npy'), 'depth', { depthScale })).rejects.toMatchObject({
        code: 'DEPTH_SCALE',
      });
  });
});

describe('samplePixelTarget', () => {
  const target = (width: number, height: number) => ({
    ...{ width, height, channels: 1 as const },
    values: Float32Array.from({ length: width * height }, (_, index) => index),
  });

  it('takes the pixel under the centre of each cell of the squashed image', () => {
    const geometry = resolveGeometry({ height: 4, width: 4 });
    const image = { height: 20, width: 40, turned: false };
    const { values } = samplePixelTarget(target(8, 4), image, geometry, { height: 2, width: 4 }, 'd.png');
    expect([...values]).toEqual([9, 11, 13, 15, 25, 27, 29, 31]);
  });

  it('takes the middle of the image where it is cropped', () => {
    const geometry = resolveGeometry({ height: 4, width: 4, resize: 'shortest-side' });
    const image = { height: 4, width: 8, turned: false };
    const { values } = samplePixelTarget(target(8, 4), image, geometry, { height: 1, width: 4 }, 'd.png');
    expect([...values]).toEqual([18, 19, 20, 21]);
    const tall = { height: 8, width: 4, turned: false };
    const { values: rows } = samplePixelTarget(target(4, 8), tall, geometry, { height: 4, width: 1 }, 'd.png');
    expect([...rows]).toEqual([10, 14, 18, 22]);
  });

  it('keeps the values of a vector together', () => {
    const geometry = resolveGeometry({ height: 2, width: 2 });
    const vectors = { width: 2, height: 1, channels: 3 as const, values: Float32Array.from([1, 0, 0, 0, 0, 1]) };
    const image = { height: 5, width: 10, turned: false };
    const { values } = samplePixelTarget(vectors, image, geometry, { height: 2, width: 2 }, 'n.png');
    expect([...values]).toEqual([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]);
  });

  it('refuses values that have not the shape of the image', () => {
    const geometry = resolveGeometry({ height: 4, width: 4 });
    expect(() =>
      samplePixelTarget(target(8, 4), { height: 40, width: 20, turned: false }, geometry, { height: 1, width: 1 }, 'd'),
    ).toThrow(expect.objectContaining({ code: 'LABEL_ASPECT' }) as Error);
  });
});

describe('tasks of normals and depth', () => {
  it('pairs files by stem, with parts of folders', async () => {
    files('images/train/a.jpg', 'images/train/b.jpg', 'images/test/a.jpg', 'images/val/c.jpg');
    files('normals/train/a.png', 'normals/train/b.npy', 'normals/test/a.jpg.png', 'normals/val/c.png');
    const task = (await readTaskData('normals', { root })) as PixelTask;
    expect(task.images).toEqual([
      {
        image: 'test/a.jpg',
        file: at('images/test/a.jpg'),
        part: 'test',
        target: { file: at('normals/test/a.jpg.png') },
      },
      {
        image: 'train/a.jpg',
        file: at('images/train/a.jpg'),
        part: 'train',
        target: { file: at('normals/train/a.png') },
      },
      {
        image: 'train/b.jpg',
        file: at('images/train/b.jpg'),
        part: 'train',
        target: { file: at('normals/train/b.npy') },
      },
      { image: 'val/c.jpg', file: at('images/val/c.jpg'), part: 'val', target: { file: at('normals/val/c.png') } },
    ]);
  });

  it('draws parts where there are none, and takes suffixes off', async () => {
    for (const stem of ['a', 'b', 'c']) files(`rgb/${stem}_rgb.png`, `d/${stem}_depth.png`);
    files('d/a_mask.png');
    const options = { images: at('rgb'), labels: at('d'), imageSuffix: '_rgb', labelSuffix: '_depth', depthScale: 256 };
    const task = (await readTaskData('depth', options)) as PixelTask;
    expect(task.images.map(({ part }) => part).sort()).toEqual(['test', 'train', 'val']);
    expect([task.targets, task.depthScale]).toEqual(['depth', 256]);
    await expect(readTaskData('depth', { ...options, depthScale: 0 })).rejects.toMatchObject({ code: 'DEPTH_SCALE' });
  });

  it('refuses what lacks its other half, or leaves it out', async () => {
    for (const stem of ['a', 'b', 'c']) files(`images/${stem}.jpg`, `depth/${stem}.png`);
    files('images/d.jpg');
    await expect(readTaskData('depth', { root })).rejects.toMatchObject({
      code: 'IMAGES_WITHOUT_LABELS',
      message: expect.stringContaining('1 image has no file of depth: d.jpg') as string,
    });
    const task = await readTaskData('depth', { root, unpaired: 'leave-out' });
    expect([task.images.length, task.warnings.map(({ code }) => code)]).toEqual([3, ['IMAGES_WITHOUT_LABELS']]);
    files('depth/d.png', 'depth/e.npy');
    await expect(readTaskData('depth', { root })).rejects.toMatchObject({ code: 'LABELS_WITHOUT_IMAGES' });
    files('depth/a.npy');
    await expect(readTaskData('depth', { root })).rejects.toMatchObject({ code: 'STEM_TWICE' });
    await expect(readTaskData('normals', { root, labels: at('images') })).rejects.toMatchObject({
      code: 'FOLDER_EMPTY',
    });
  });

  it('refuses images in some parts and in none', async () => {
    files('images/train/a.jpg', 'images/b.jpg', 'depth/train/a.png', 'depth/b.png');
    await expect(readTaskData('depth', { root })).rejects.toMatchObject({ code: 'PART_UNKNOWN' });
  });
});

describe('tasks of label planes', () => {
  it('reads plain folders and gives the class of each cell', async () => {
    for (const part of ['train', 'val', 'test']) {
      grey(
        `images/${part}/a.png`,
        4,
        4,
        Array.from({ length: 16 }, () => 9),
      );
      grey(`labels/${part}/a.png`, 2, 2, [0, 3, 7, 255]);
    }
    writeFile(at('labels.csv'), 'number,name,category\n7,sky,object\n3,sea,object\n');
    const task = (await readTaskData('planes', { root, ignore: 255 })) as PlaneTask;
    expect(task.images.map(({ image, part }) => [image, part])).toEqual([
      ['test/a.png', 'test'],
      ['train/a.png', 'train'],
      ['val/a.png', 'val'],
    ]);
    const [image] = task.images;
    const geometry = { height: 4, width: 4, labelHeight: 2, labelWidth: 2 };
    const load = openClassPlanes({ geometry, vocabulary: task.vocabulary });
    if (image === undefined) throw new Error('no image');
    const { height, width, classes } = await load(image, { height: 4, width: 4, turned: false });
    expect([height, width, [...classes]]).toEqual([2, 2, [-1, 0, 1, -1]]);
    grey('labels/test/a_1.png', 2, 2, [3, 7, 0, 3]);
    const several = (await readTaskData('planes', { root, ignore: 255 })) as PlaneTask;
    const both = await load(several.images[0] ?? image, { height: 4, width: 4, turned: false });
    expect([...both.classes]).toEqual([0, 0, 1, 0]);
  });

  it('reads parts of the layouts of data sets', async () => {
    for (const stem of ['a', 'b', 'c', 'd']) {
      files(`JPEGImages/${stem}.jpg`, `SegmentationClass/${stem}.png`);
    }
    writeFile(at('ImageSets/Segmentation/train.txt'), 'a\nb\nc\n');
    writeFile(at('ImageSets/Segmentation/val.txt'), 'd\n');
    const task = (await readTaskData('planes', {
      ...{ root, dataset: 'voc', parts: { train: 'train', val: 'val' } },
    })) as PlaneTask;
    expect(task.images.map(({ image }) => image)).toEqual(['a', 'b', 'c', 'd'].map((stem) => `JPEGImages/${stem}.jpg`));
    expect(task.images.filter(({ part }) => part === 'test').map(({ image }) => image)).toEqual(['JPEGImages/d.jpg']);
    expect(task.warnings.map(({ code }) => code)).toEqual(['VAL_IS_TEST']);
    expect(task.vocabulary.concepts).toHaveLength(20);
    const drawn = await readTaskData('planes', { root, dataset: 'voc' });
    expect(new Set(drawn.images.map(({ part }) => part)).size).toBe(3);
    await expect(readTaskData('planes', { root, dataset: 'voc', labels: root })).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    await expect(readTaskData('planes', { root, parts: { train: 'x' } })).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    await expect(readTaskData('planes', { root, dataset: 'voc', parts: {} })).rejects.toMatchObject({
      code: 'DATA_OPTIONS',
    });
    writeFile(at('ImageSets/Segmentation/val.txt'), 'a\n');
    await expect(
      readTaskData('planes', { root, dataset: 'voc', parts: { train: 'train', test: 'val' } }),
    ).rejects.toMatchObject({ code: 'IMAGE_IN_TWO_PARTS' });
  });
});

describe('frameOf', () => {
  it('is the whole image where it is squashed, and its middle where it is cropped', () => {
    expect(frameOf(resolveGeometry({ height: 10, width: 20 }), 300, 500)).toEqual({
      x: 0,
      y: 0,
      width: 500,
      height: 300,
    });
    const cropped = resolveGeometry({ height: 200, width: 200, resize: 'shortest-side', shortestSide: 250 });
    // 500 x 1000 is scaled to 250 x 500: the crop of 200 begins at 25 and 150.
    expect(frameOf(cropped, 1000, 500)).toEqual({ x: 50, y: 300, width: 400, height: 400 });
  });
});

describe('checkStatedSize', () => {
  const stated = { width: 100, height: 50, by: 'a.xml' };

  it('takes the size that is stated, and any where none is', () => {
    expect(() => {
      checkStatedSize({ file: 'a.jpg', stated }, { width: 100, height: 50 });
      checkStatedSize({ file: 'a.jpg' }, { width: 1, height: 1 });
    }).not.toThrow();
  });

  it.each([
    [{ width: 50, height: 100 }, /EXIF/u],
    [{ width: 50, height: 25 }, /same release/u],
  ])('refuses another one: %j', (size, hint) => {
    expect(() => {
      checkStatedSize({ file: 'a.jpg', stated }, size);
    }).toThrow(
      expect.objectContaining({ code: 'IMAGE_SIZE', message: expect.stringMatching(hint) as string }) as Error,
    );
  });
});

describe('leakedImages', () => {
  it('tells of bytes that are in two parts, whatever their names', () => {
    const images = (
      [
        ['a', 'train'],
        ['b', 'train'],
        ['c', 'test'],
        ['d', 'val'],
        ['e', 'test'],
      ] as const
    ).map(([image, part]) => ({ image, part }));
    const hashes = new Map([
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
      ['d', '2'],
      ['e', '3'],
    ]);
    expect(leakedImages(images, hashes).map(({ code, message }) => [code, message.split(': ')[1]])).toEqual([
      ['IMAGES_LEAKED', 'a (train) = c (test)'],
    ]);
    expect(leakedImages(images, new Map([...hashes, ['c', '4']]))).toEqual([]);
  });
});
