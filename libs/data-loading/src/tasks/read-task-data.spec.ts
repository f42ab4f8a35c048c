import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeFile, writePng } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTaskData, taskFormats } from './read-task-data.ts';
import type { BoxTask, ClassTask, TaskData, TaskPart } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'intermodel-tasks-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const file = (name: string, content: string | Buffer = '') => {
  writeFile(path.join(root, name), content);
};
const files = (...names: readonly string[]) => {
  for (const name of names) file(name);
};
const read = async <Task extends TaskData>(format: string, options: ReadTaskDataOptions = {}): Promise<Task> =>
  (await readTaskData(format, { root, ...options })) as Task;
const partsOf = ({ images }: TaskData) => Object.fromEntries(images.map(({ image, part }) => [image, part]));
const targetsOf = ({ images }: TaskData) => Object.fromEntries(images.map(({ image, target }) => [image, target]));
const codes = ({ warnings }: TaskData) => warnings.map(({ code }) => code);
const countOf = ({ images }: TaskData, part: TaskPart) => images.filter((one) => one.part === part).length;
const manyFiles = (folder: string, count: number) => {
  for (let index = 0; index < count; index++) files(`${folder}/${String(index)}.jpg`);
};

describe('readTaskData', () => {
  it('names the nearest format, and the nearest option of a format', async () => {
    await expect(readTaskData('class-folder')).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
      details: { hint: expect.stringContaining('class-folders') as string },
    });
    await expect(read('class-folders', { labels: 'x' })).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
      details: { column: 'labels' },
    });
    await expect(readTaskData('class-folders')).rejects.toMatchObject({ code: 'DATA_OPTIONS' });
    expect(Object.keys(taskFormats)).toEqual([
      ...['class-folders', 'class-csv', 'coco-boxes', 'voc-boxes', 'planes', 'normals', 'depth'],
    ]);
  });
});

describe('class-folders', () => {
  it('reads parts as they are, with nested images and hidden files', async () => {
    files('train/dog/deep/er/a.jpg', 'train/cat/b.png', 'Validation/cat/c.jpg', 'Validation/dog/d.jpg');
    files('test/dog/e.jpg', 'test/cat/f.jpg', 'train/cat/.hidden.jpg', '.DS_Store', 'train/.git/x.jpg');
    const task = await read<ClassTask>('class-folders');
    expect(task).toMatchObject({ targets: 'classes', classes: ['cat', 'dog'], isMultiLabel: false, files: [] });
    expect(targetsOf(task)).toEqual({
      ...{ 'Validation/cat/c.jpg': [0], 'Validation/dog/d.jpg': [1] },
      ...{ 'test/cat/f.jpg': [0], 'test/dog/e.jpg': [1], 'train/cat/b.png': [0], 'train/dog/deep/er/a.jpg': [1] },
    });
    expect(partsOf(task)).toMatchObject({ 'Validation/cat/c.jpg': 'val', 'test/dog/e.jpg': 'test' });
    expect(codes(task)).toEqual([]);
  });

  it('draws parts of each class where there are none', async () => {
    manyFiles('cat', 10);
    manyFiles('dog', 20);
    const task = await read<ClassTask>('class-folders');
    for (const [name, number, size] of [
      ['cat', 0, 10],
      ['dog', 1, 20],
    ] as const) {
      const own = { ...task, images: task.images.filter(({ target }) => target[0] === number) };
      expect([countOf(own, 'train'), countOf(own, 'val'), countOf(own, 'test')], name).toEqual([
        0.7 * size,
        0.1 * size,
        0.2 * size,
      ]);
    }
    expect(await read('class-folders')).toEqual(task);
    expect(partsOf(await read('class-folders', { split: { seed: 1 } }))).not.toEqual(partsOf(task));
  });

  it('takes a class that is called train for a class', async () => {
    manyFiles('train', 3);
    manyFiles('boat', 3);
    expect((await read<ClassTask>('class-folders')).classes).toEqual(['boat', 'train']);
  });

  it('draws validation images of the part train, with the share of the two', async () => {
    manyFiles('train/cat', 40);
    manyFiles('train/dog', 8);
    manyFiles('test/cat', 2);
    manyFiles('test/dog', 1);
    const task = await read('class-folders');
    // An eighth of each class: 0.1 of 0.1 + 0.7.
    expect([countOf(task, 'train'), countOf(task, 'val'), countOf(task, 'test')]).toEqual([42, 6, 3]);
    expect(task.warnings).toEqual([
      {
        code: 'VAL_DRAWN',
        message: 'the data have no validation part: 6 of 48 images of the part train are drawn for it',
      },
    ]);
  });

  it('takes scores from the part val where there is no test part', async () => {
    manyFiles('train/cat', 8);
    manyFiles('train/dog', 8);
    manyFiles('valid/cat', 2);
    manyFiles('valid/dog', 1);
    const task = await read('class-folders');
    expect([countOf(task, 'train'), countOf(task, 'val'), countOf(task, 'test')]).toEqual([14, 2, 3]);
    expect(codes(task)).toEqual(['VAL_IS_TEST']);
    expect(partsOf(task)['valid/cat/0.jpg']).toBe('test');
  });

  it('tells of classes that parts lack, and of one with a single image', async () => {
    files('train/a/1.jpg', 'train/a/2.jpg', 'train/b/1.jpg', 'val/a/1.jpg', 'test/a/1.jpg', 'test/c/1.jpg');
    const task = await read<ClassTask>('class-folders');
    expect(task.classes).toEqual(['a', 'b', 'c']);
    expect(task.warnings).toEqual([
      { code: 'CLASSES_OF_ONE_IMAGE', message: '2 classes have a single image: b, c' },
      {
        code: 'CLASSES_NOT_TRAINED',
        message: '1 class is missing from the part train, so that its images cannot be told: c',
      },
      {
        code: 'CLASSES_NOT_TESTED',
        message: '1 class is missing from the part test, so that no score tells of it: b',
      },
    ]);
  });

  it('gives classes one order and one Unicode form, whatever the files', async () => {
    const name = 'caf\u00e9';
    files(`train/${name.normalize('NFD')}/1.jpg`, `test/${name}/2.jpg`, 'val/zoo/3.jpg');
    files('train/zoo/1.jpg', 'train/Zoo/1.jpg');
    expect((await read<ClassTask>('class-folders')).classes).toEqual(['Zoo', name, 'zoo']);
  });

  it('tells of images outside of classes and of other files', async () => {
    manyFiles('a', 3);
    manyFiles('b', 3);
    files('loose.jpg', 'a/readme.txt');
    expect(codes(await read('class-folders'))).toEqual(['IMAGES_WITHOUT_CLASS', 'OTHER_FILES']);
  });

  it.each([
    ['an empty folder', ['a.txt'], 'FOLDER_EMPTY', /holds no images.*a\.txt/u],
    ['images without classes', ['a.jpg', 'b.jpg'], 'CLASS_MISSING', /no image lies in the folder of a class/u],
    ['parts without classes', ['train/a.jpg', 'test/b.jpg'], 'CLASS_MISSING', /\(test, train\)/u],
    ['one class', ['cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg'], 'CLASSES_TOO_FEW', /one class only, "cat"/u],
    ['a folder beside parts', ['train/a/1.jpg', 'tset/a/1.jpg'], 'PART_UNKNOWN', /beside "train" .*tset/u],
    ['no training part', ['val/a/1.jpg', 'test/b/1.jpg'], 'PART_EMPTY', /no training part, only val and test/u],
    ['classes of one image', ['a/1.jpg', 'b/1.jpg'], 'PART_EMPTY', /2 images leave none for the part test/u],
    ['classes of two images', ['a/1.jpg', 'b/1.jpg', 'a/2.jpg', 'b/2.jpg'], 'PART_EMPTY', /part val/u],
  ])('refuses %s', async (_, names, code, message) => {
    files(...names);
    await expect(read('class-folders')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('follows links to folders of classes, since files that are listed may be links', async () => {
    manyFiles('a', 3);
    const outside = mkdtempSync(path.join(tmpdir(), 'intermodel-outside-'));
    for (const name of ['x', 'y', 'z']) writeFile(path.join(outside, `${name}.jpg`), '');
    symlinkSync(outside, path.join(root, 'b'));
    expect((await read<ClassTask>('class-folders')).classes).toEqual(['a', 'b']);
    rmSync(outside, { recursive: true });
  });
});

describe('class-csv', () => {
  beforeEach(() => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) files(`images/${name}.jpg`);
  });

  it('reads image, label and split, in any order of columns and rows', async () => {
    file('labels.csv', 'split,label,image\ntest,dog,a.jpg\nTrain,"cat, big",b.jpg\nval,dog,c\ntraining,dog,./d.jpg\n');
    const task = await read<ClassTask>('class-csv');
    expect(task).toMatchObject({ classes: ['cat, big', 'dog'], isMultiLabel: false });
    expect(targetsOf(task)).toEqual({ 'a.jpg': [1], 'b.jpg': [0], 'c.jpg': [1], 'd.jpg': [1] });
    expect(partsOf(task)).toEqual({ 'a.jpg': 'test', 'b.jpg': 'train', 'c.jpg': 'val', 'd.jpg': 'train' });
    expect(task.files).toEqual([path.join(root, 'labels.csv')]);
  });

  it('reads several labels of a cell and of several rows', async () => {
    file('labels.csv', 'image,label\na,x|y\nb,y; z\nc,\nd,x\nd,z\ne,x\nf,x|x\n');
    const task = await read<ClassTask>('class-csv');
    expect(task).toMatchObject({ classes: ['x', 'y', 'z'], isMultiLabel: true });
    expect(targetsOf(task)).toEqual({
      ...{ 'a.jpg': [0, 1], 'b.jpg': [1, 2], 'c.jpg': [], 'd.jpg': [0, 2], 'e.jpg': [0], 'f.jpg': [0] },
    });
    expect(task.warnings.find(({ code }) => code === 'IMAGES_TWICE')?.message).toBe(
      '1 image is listed more than once; what its rows say adds up: d.jpg',
    );
  });

  it('counts a row that stands twice once', async () => {
    file('labels.csv', 'image,label\na,x\na.jpg,x\nb,y\nc,x\nd,y\ne,x\nf,y\n');
    const task = await read<ClassTask>('class-csv');
    expect([task.isMultiLabel, task.images.length]).toEqual([false, 6]);
    expect(codes(task)).toContain('IMAGES_TWICE');
  });

  it('reads another encoding and folders of its own', async () => {
    file('other.csv', Buffer.from('image,label\na,caf\u00e9\nb,x\nc,x\nd,x\ne,caf\u00e9\nf,caf\u00e9\n', 'latin1'));
    const task = (await readTaskData('class-csv', {
      ...{ labels: path.join(root, 'other.csv'), images: path.join(root, 'images'), encoding: 'latin-1' },
    })) as ClassTask;
    expect(task.classes).toEqual(['caf\u00e9', 'x']);
  });

  it('takes names relative to the folder of the data set where the first image lies there', async () => {
    file('labels.csv', 'image,label\nimages/a.jpg,x\nimages/b,y\nimages/c,x\nimages/d,y\nimages/e,x\nimages/f,y\n');
    const task = await read<ClassTask>('class-csv');
    expect(task.images.map(({ image }) => image)).toContain('images/a.jpg');
    expect(task.images).toHaveLength(6);
  });

  it.each([
    ['no column of images', 'picture,label\na,x\n', 'COLUMN_MISSING', 1],
    ['no column of labels', 'image,lable\na,x\n', 'COLUMN_MISSING', 1],
    ['semicolons', 'image;label\na;x\n', 'COLUMN_MISSING', 1],
    ['an unknown part', 'image,label,split\na,x,train\nb,y,holdout\n', 'PART_UNKNOWN', 3],
    ['an empty part', 'image,label,split\na,x,train\nb,y,\n', 'PART_UNKNOWN', 3],
    ['an empty label', 'image,label\na,x\nb,\n', 'LABEL_EMPTY', 3],
    ['a missing image', 'image,label\na,x\nnone.jpg,y\n', 'FILE_MISSING', 3],
    ['a path that leads out', 'image,label\na,x\n../labels.csv,y\n', 'PATH_OUTSIDE', 3],
    ['an absolute path', 'image,label\na,x\n/etc/passwd,y\n', 'PATH_OUTSIDE', 3],
    ['no rows', 'image,label\n', 'TABLE_EMPTY', undefined],
    ['an image in two parts', 'image,label,split\na,x,train\na.jpg,x,test\nb,y,val\n', 'IMAGE_IN_TWO_PARTS', undefined],
    ['one class', 'image,label\na,x\nb,x\nc,x\n', 'CLASSES_TOO_FEW', undefined],
    ['no label at all', 'image,label\na,\nb,\n', 'LABEL_EMPTY', 2],
  ])('refuses %s', async (_, text, code, line) => {
    file('labels.csv', text);
    await expect(read('class-csv')).rejects.toMatchObject({
      code,
      details: expect.objectContaining(line === undefined ? {} : { line }) as object,
    });
  });

  it('refuses a name that may be two images, and one that is none', async () => {
    files('images/a.png', 'images/notes.txt');
    file('labels.csv', 'image,label\na,x\nb,y\n');
    await expect(read('class-csv')).rejects.toMatchObject({ code: 'STEM_TWICE', details: { line: 2 } });
    file('labels.csv', 'image,label\na.jpg,x\nnotes.txt,y\n');
    await expect(read('class-csv')).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN', details: { line: 3 } });
  });

  it('leaves missing images out where that is asked for', async () => {
    file('labels.csv', 'image,label\na,x\nb,y\nc,x\nd,y\ne,x\nf,y\nnone,x\n');
    const task = await read('class-csv', { unpaired: 'leave-out' });
    expect([task.images.length, ...codes(task)]).toEqual([6, 'LABELS_WITHOUT_IMAGES']);
  });
});

/** A file of COCO instances of images of 100 x 50. */
const coco = (
  images: readonly string[],
  boxes: readonly (readonly [image: string, category: number, box: readonly unknown[], crowd?: number])[],
  categories: readonly (readonly [id: number, name: string])[] = [
    [7, 'dog'],
    [3, 'cat'],
  ],
) =>
  JSON.stringify({
    images: images.map((name) => ({ id: name, file_name: name, width: 100, height: 50 })),
    categories: categories.map(([id, name]) => ({ id, name })),
    annotations: boxes.map(([image_id, category_id, bbox, iscrowd = 0], id) => ({
      ...{ id, image_id, category_id, bbox, iscrowd },
    })),
  });

describe('coco-boxes', () => {
  it('reads parts of files named after them, crowds and images without boxes', async () => {
    files('train2017/a.jpg', 'train2017/b.jpg', 'images/val2017/a.jpg', 'c.jpg');
    file('annotations/instances_train2017.json', coco(['a.jpg', 'b.jpg'], [['a.jpg', 7, [1, 2, 3.5, 4]]]));
    file('annotations/instances_val2017.json', coco(['a.jpg'], [['a.jpg', 3, [0, 0, 100, 50], 1]]));
    file('annotations/instances_test.json', coco(['c.jpg'], [['c.jpg', 3, [5, 5, 5, 5]]], [[3, 'cat']]));
    const task = await read<BoxTask>('coco-boxes');
    expect(task.classes).toEqual(['cat', 'dog']);
    expect(partsOf(task)).toEqual({
      ...{ 'c.jpg': 'test', 'images/val2017/a.jpg': 'val', 'train2017/a.jpg': 'train', 'train2017/b.jpg': 'train' },
    });
    expect(targetsOf(task)).toEqual({
      'c.jpg': [{ x: 5, y: 5, width: 5, height: 5, class: 0, isIgnored: false }],
      'images/val2017/a.jpg': [{ x: 0, y: 0, width: 100, height: 50, class: 0, isIgnored: true }],
      'train2017/a.jpg': [{ x: 1, y: 2, width: 3.5, height: 4, class: 1, isIgnored: false }],
      'train2017/b.jpg': [],
    });
    expect(task.images[0]?.stated).toEqual({ width: 100, height: 50, by: 'instances_test.json' });
    expect(task.warnings.map(({ code }) => code)).toEqual([
      'CLASSES_OF_ONE_IMAGE',
      'CLASSES_NOT_TRAINED',
      'CLASSES_NOT_TESTED',
    ]);
    expect(task.files.map((one) => path.basename(one)).sort()).toEqual([
      ...['instances_test.json', 'instances_train2017.json', 'instances_val2017.json'],
    ]);
  });

  it('cuts boxes to their images, and leaves out those that have nothing in them', async () => {
    const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
    files(...names);
    file(
      'annotations/instances_all.json',
      coco(names, [
        ['a.jpg', 7, [-2, -1, 4, 4]],
        ['a.jpg', 7, [98, 49, 4, 4]],
        ['b.jpg', 7, [100, 0, 4, 4]],
        ['b.jpg', 7, [-4, 0, 4, 4]],
        ['c.jpg', 7, [1, 1, 0, 4]],
        ['c.jpg', 7, [1, 1, 4, -1]],
        ['d.jpg', 7, [0, 0, 100, 50]],
      ]),
    );
    const task = await read<BoxTask>('coco-boxes');
    expect(targetsOf(task)).toEqual({
      'a.jpg': [
        { x: 0, y: 0, width: 2, height: 3, class: 1, isIgnored: false },
        { x: 98, y: 49, width: 2, height: 1, class: 1, isIgnored: false },
      ],
      'b.jpg': [],
      'c.jpg': [],
      'd.jpg': [{ x: 0, y: 0, width: 100, height: 50, class: 1, isIgnored: false }],
    });
    expect(task.warnings.slice(0, 3).map(({ code, message }) => [code, message.slice(0, 12)])).toEqual([
      ['BOXES_WITHOUT_AREA', '2 of 7 boxes'],
      ['BOXES_OUTSIDE', '2 of 7 boxes'],
      ['BOXES_CUT', '2 of 7 boxes'],
    ]);
    expect([countOf(task, 'train'), countOf(task, 'val'), countOf(task, 'test')]).toEqual([2, 1, 1]);
  });

  it('takes parts by the names that are given', async () => {
    files('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg');
    file('annotations/instances_one.json', coco(['a.jpg', 'b.jpg', 'c.jpg'], [['a.jpg', 7, [1, 1, 1, 1]]]));
    file('annotations/instances_two.json', coco(['d.jpg'], [['d.jpg', 7, [1, 1, 1, 1]]]));
    await expect(read('coco-boxes')).rejects.toMatchObject({ code: 'PART_UNKNOWN' });
    const task = await read('coco-boxes', { parts: { train: 'one', test: 'two' } });
    expect([countOf(task, 'train'), countOf(task, 'val'), countOf(task, 'test')]).toEqual([2, 1, 1]);
    await expect(read('coco-boxes', { parts: { train: 'one', test: 'tow' } })).rejects.toMatchObject({
      code: 'SPLIT_UNKNOWN',
      details: { column: 'parts.test', hint: expect.stringContaining('two') as string },
    });
  });

  it('takes a file by itself, with the folder of its photographs', async () => {
    files('photos/a.jpg', 'photos/b.jpg', 'photos/c.jpg');
    file('boxes.json', coco(['a.jpg', 'b.jpg', 'c.jpg'], [['a.jpg', 7, [1, 1, 1, 1]]]));
    const labels = path.join(root, 'boxes.json');
    const task = await readTaskData('coco-boxes', { labels, images: path.join(root, 'photos') });
    expect([task.images.map(({ image }) => image), task.files]).toEqual([['a.jpg', 'b.jpg', 'c.jpg'], [labels]]);
    await expect(readTaskData('coco-boxes', { labels })).rejects.toMatchObject({ code: 'DATA_OPTIONS' });
    await expect(read('coco-boxes', { labels, parts: { train: 'x' } })).rejects.toMatchObject({ code: 'DATA_OPTIONS' });
  });

  it.each([
    ['broken JSON', '{', 'JSON_BROKEN'],
    ['a box of three numbers', coco(['a.jpg'], [['a.jpg', 7, [1, 2, 3]]]), 'JSON_SHAPE'],
    ['a box of texts', coco(['a.jpg'], [['a.jpg', 7, [1, 2, 3, '4']]]), 'JSON_SHAPE'],
    ['a box of an unknown image', coco(['a.jpg'], [['b.jpg', 7, [1, 2, 3, 4]]]), 'JSON_INCONSISTENT'],
    ['a box of an unknown category', coco(['a.jpg'], [['a.jpg', 8, [1, 2, 3, 4]]]), 'JSON_INCONSISTENT'],
    ['a missing image', coco(['b.jpg'], []), 'FILE_MISSING'],
    ['a path that leads out', coco(['../../b.jpg'], []), 'PATH_OUTSIDE'],
    ['no box', coco(['a.jpg'], []), 'CLASSES_TOO_FEW'],
    ['too few images', coco(['a.jpg'], [['a.jpg', 7, [1, 2, 3, 4]]]), 'PART_EMPTY'],
  ])('refuses %s', async (_, text, code) => {
    files('a.jpg');
    file('annotations/instances_x.json', text);
    await expect(read('coco-boxes')).rejects.toMatchObject({ code });
  });

  it('refuses an image in two parts', async () => {
    files('images/a.jpg');
    file('annotations/instances_train.json', coco(['a.jpg'], [['a.jpg', 7, [1, 2, 3, 4]]]));
    file('annotations/instances_test.json', coco(['a.jpg'], [['a.jpg', 7, [1, 2, 3, 4]]]));
    await expect(read('coco-boxes')).rejects.toMatchObject({ code: 'IMAGE_IN_TWO_PARTS' });
  });
});

/** An annotation of Pascal VOC. */
const voc = (objects: string, size = '<size><width>100</width><height>50</height><depth>3</depth></size>') =>
  `<?xml version="1.0"?><annotation><filename>x</filename>${size}${objects}</annotation>`;
const object = (name: string, [xmin, ymin, xmax, ymax]: readonly (number | string)[], more = '') =>
  `<object><name>${name}</name>${more}<bndbox><xmin>${String(xmin)}</xmin><ymin>${String(ymin)}</ymin><xmax>${String(xmax)}</xmax><ymax>${String(ymax)}</ymax></bndbox></object>`;

describe('voc-boxes', () => {
  beforeEach(() => {
    for (const stem of ['a', 'b', 'c', 'd']) {
      files(`JPEGImages/${stem}.jpg`);
      file(`Annotations/${stem}.xml`, voc(object('dog', [1, 1, 10, 20])));
    }
  });

  it('reads lists, objects and difficult ones, from pixel 1 on', async () => {
    file('ImageSets/Main/train.txt', 'a\r\nb\r\n');
    file('ImageSets/Main/val.txt', 'c\n\n');
    file('ImageSets/Main/test.txt', 'd');
    file('ImageSets/Main/dog_train.txt', 'a 1\nb -1\n');
    file(
      'Annotations/d.xml',
      voc(
        object('cat', [1, 1, 1, 1], '<difficult>1</difficult>') +
          object('dog', [91, 41, 100, 50], '<difficult>0</difficult><part><name>head</name></part>'),
      ),
    );
    const task = await read<BoxTask>('voc-boxes');
    expect(task.classes).toEqual(['cat', 'dog']);
    expect(partsOf(task)).toEqual({ 'a.jpg': 'train', 'b.jpg': 'train', 'c.jpg': 'val', 'd.jpg': 'test' });
    expect(targetsOf(task)['a.jpg']).toEqual([{ x: 0, y: 0, width: 10, height: 20, class: 1, isIgnored: false }]);
    expect(targetsOf(task)['d.jpg']).toEqual([
      { x: 0, y: 0, width: 1, height: 1, class: 0, isIgnored: true },
      { x: 90, y: 40, width: 10, height: 10, class: 1, isIgnored: false },
    ]);
    expect(task.files).toHaveLength(7);
  });

  it('draws validation images of trainval', async () => {
    file('ImageSets/Main/trainval.txt', 'a\nb\nc\n');
    file('ImageSets/Main/test.txt', 'd\n');
    const task = await read('voc-boxes');
    expect([countOf(task, 'train'), countOf(task, 'val'), countOf(task, 'test')]).toEqual([2, 1, 1]);
    expect(codes(task)).toEqual(['VAL_DRAWN']);
  });

  it('draws parts where there are no lists, and takes a size that is not stated from the image', async () => {
    writePng(path.join(root, 'JPEGImages/a.png'), { width: 8, height: 6, data: new Uint8Array(48), channels: 1 });
    rmSync(path.join(root, 'JPEGImages/a.jpg'));
    file('Annotations/a.xml', voc(object('dog', [1, 1, 10, 20]), '<size><width>0</width><height>0</height></size>'));
    const task = await read<BoxTask>('voc-boxes');
    expect(targetsOf(task)['a.png']).toEqual([{ x: 0, y: 0, width: 8, height: 6, class: 0, isIgnored: false }]);
    expect(codes(task)).toEqual(['BOXES_CUT']);
    expect(countOf(task, 'train')).toBe(2);
  });

  it('counts an image that a list names twice once', async () => {
    file('ImageSets/Main/train.txt', 'a\na\nb\n');
    file('ImageSets/Main/val.txt', 'c\n');
    file('ImageSets/Main/test.txt', 'd\n');
    const task = await read<BoxTask>('voc-boxes');
    expect([task.images[0]?.target.length, ...codes(task)]).toEqual([1, 'IMAGES_TWICE']);
  });

  it.each([
    ['what is no XML', 'Annotations/a.xml', '<annotation><object>', 'XML_BROKEN', /is not whole XML/u],
    ['another root', 'Annotations/a.xml', '<html/>', 'XML_SHAPE', /html is missing or of another kind/u],
    ['a box without a corner', 'Annotations/a.xml', voc(object('dog', [1, 1, '', 5])), 'XML_SHAPE', /bndbox\.xmax/u],
    [
      'a corner that is no number',
      'Annotations/a.xml',
      voc(object('dog', [1, 1, 'x', 5])),
      'XML_SHAPE',
      /bndbox\.xmax/u,
    ],
    ['an object without a name', 'Annotations/a.xml', voc(object('', [1, 1, 2, 2])), 'XML_SHAPE', /object\.name/u],
    [
      'entities that stand for one another',
      'Annotations/a.xml',
      `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><annotation><object><name>&b;</name></object></annotation>`,
      'XML_BROKEN',
      /is not whole XML/u,
    ],
    [
      'elements in elements without end',
      'Annotations/a.xml',
      '<annotation>'.repeat(200_000),
      'XML_BROKEN',
      /nested too deeply|is not whole XML/u,
    ],
    ['a stem that is not there', 'ImageSets/Main/train.txt', 'nothing\n', 'FILE_MISSING', /train\.txt.*1/u],
    ['a stem that leads out', 'ImageSets/Main/train.txt', '../../etc/passwd\n', 'PATH_OUTSIDE', /no path below/u],
    ['lists without a training part', 'ImageSets/Main/test.txt', 'a\n', 'PART_EMPTY', /no training part/u],
    ['an empty list', 'ImageSets/Main/train.txt', '\n', 'FOLDER_EMPTY', /lists of images are empty/u],
  ])('refuses %s', async (_, name, text, code, message) => {
    file(name, text);
    await expect(read('voc-boxes')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses an image in two lists', async () => {
    file('ImageSets/Main/train.txt', 'a\nb\n');
    file('ImageSets/Main/test.txt', 'b\n');
    await expect(read('voc-boxes')).rejects.toMatchObject({ code: 'IMAGE_IN_TWO_PARTS' });
  });
});
