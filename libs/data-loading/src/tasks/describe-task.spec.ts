import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeFile, writePng } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeTask } from './describe-task.ts';
import { readTaskData } from './read-task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'intermodel-described-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

let drawn = 0;
/** An image unlike all others, unless a value is given. */
const image = (name: string, width = 4, height = 4, value?: number) => {
  drawn++;
  const data = Uint8Array.from({ length: width * height }, (_, index) =>
    value === undefined ? (index < 2 ? drawn >> (8 * index) : 0) : value,
  );
  writePng(path.join(root, name), { width, height, channels: 1, depth: 8, data });
};
const described = async (format: string, options: ReadTaskDataOptions = {}) =>
  describeTask(await readTaskData(format, { root, ...options }));
const codes = ({ warnings }: { readonly warnings: readonly { readonly code: string }[] }) =>
  warnings.map(({ code }) => code);

describe('describeTask', () => {
  it('counts images of classes by part, and tells of small classes and of leaks', async () => {
    for (let index = 0; index < 16; index++) image(`train/cat/${String(index)}.png`);
    for (let index = 0; index < 5; index++) image(`train/dog/${String(index)}.png`);
    image('val/cat/a.png');
    image('val/dog/a.png', 4, 4, 77);
    image('test/cat/a.png', 4, 4, 77);
    image('test/dog/a.png');
    const told: number[] = [];
    const task = await readTaskData('class-folders', { root });
    const found = await describeTask(task, { onProgress: (done) => told.push(done) });
    expect(found).toMatchObject({
      ...{ targets: 'classes', images: 25, parts: { train: 21, val: 2, test: 2 }, isMultiLabel: false },
      classes: [
        { name: 'cat', train: 16, val: 1, test: 1 },
        { name: 'dog', train: 5, val: 1, test: 1 },
      ],
      imagesPerClass: { min: 7, median: 12.5, max: 18 },
      ...{ boxes: undefined, knownShare: undefined },
    });
    expect(told).toHaveLength(25);
    expect(found.warnings).toEqual([
      {
        code: 'IMAGES_LEAKED',
        message:
          '1 image has the same bytes in more than one part, so that scores are too good: val/dog/a.png (val) = test/cat/a.png (test)',
      },
      {
        code: 'CLASSES_OF_FEW_IMAGES',
        message:
          '1 of 2 classes have fewer than 16 images, too few for a few-shot episode of 1 shot and 15 queries: dog',
      },
    ]);
    const stopped = AbortSignal.abort(new Error('stop'));
    await expect(describeTask(task, { signal: stopped })).rejects.toThrow('stop');
  });

  it('counts boxes by class and size, and tells of images of another size', async () => {
    for (const name of ['a', 'b', 'c', 'd']) image(`${name}.png`, 200, 100);
    image('d.png', 100, 50);
    writeFile(
      path.join(root, 'annotations/instances_x.json'),
      JSON.stringify({
        images: ['a', 'b', 'c', 'd'].map((id) => ({ id, file_name: `${id}.png`, width: 200, height: 100 })),
        categories: [
          { id: 1, name: 'dog' },
          { id: 2, name: 'cat' },
          { id: 3, name: 'none' },
        ],
        annotations: [
          { image_id: 'a', category_id: 1, bbox: [0, 0, 32, 32], iscrowd: 0 },
          { image_id: 'a', category_id: 1, bbox: [0, 0, 32, 33], iscrowd: 0 },
          { image_id: 'b', category_id: 2, bbox: [0, 0, 96, 96], iscrowd: 0 },
          { image_id: 'c', category_id: 2, bbox: [0, 0, 97, 97], iscrowd: 1 },
        ],
      }),
    );
    const found = await described('coco-boxes');
    expect(found.boxes).toEqual({
      ...{ count: 4, ignored: 1, imagesWithout: 1, small: 1, medium: 2, large: 1, perClass: [1, 2, 0] },
    });
    expect(found.classes.map(({ name, train, val, test }) => [name, train + val + test])).toEqual([
      ['cat', 1],
      ['dog', 1],
      ['none', 0],
    ]);
    expect(codes(found)).toContain('CLASSES_ABSENT');
    expect(found.warnings.find(({ code }) => code === 'IMAGE_SIZE')?.message).toMatch(
      /^1 image has another size.*d\.png/u,
    );
  });

  it('gives the share of pixels of which something is known', async () => {
    for (const name of ['a', 'b', 'c']) {
      image(`images/${name}.png`);
      image(`labels/${name}.png`, 2, 2, name === 'a' ? 0 : 5);
      image(`depth/${name}.png`, 2, 2, name === 'a' ? 9 : 0);
    }
    writeFile(path.join(root, 'labels.csv'), 'number,name,category\n5,sky,object\n6,sea,object\n');
    const planes = await described('planes');
    expect(planes.knownShare).toBeCloseTo(2 / 3, 10);
    expect(planes.classes.map(({ name, train, val, test }) => [name, train + val + test])).toEqual([
      ['sky', 2],
      ['sea', 0],
    ]);
    const depth = await described('depth');
    expect(depth.knownShare).toBeCloseTo(1 / 3, 10);
    expect([depth.classes, depth.imagesPerClass]).toEqual([[], undefined]);
    expect(codes(depth)).not.toContain('NOTHING_KNOWN');
    image('depth/a.png', 2, 2, 0);
    expect(codes(await described('depth'))).toContain('NOTHING_KNOWN');
  });

  it('refuses depths that have not the shape of their image', async () => {
    for (const name of ['a', 'b', 'c']) {
      image(`images/${name}.png`, 8, 4);
      image(`depth/${name}.png`, 4, 8, 1);
    }
    await expect(described('depth')).rejects.toMatchObject({ code: 'LABEL_ASPECT' });
  });
});
