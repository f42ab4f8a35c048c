import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  drawnAde20kClasses,
  drawnAde20kCount,
  drawnAde20kNames,
  drawnCocoIds,
  drawnVocIndices,
  drawScenes,
  writeAde20kChallengeLayout,
  writeAde20kLayout,
  writeBrodenLayout,
  writeCocoInstancesLayout,
  writeCocoPanopticLayout,
  writeNpy,
  writePlainLayout,
  writePng,
  writeVocLayout,
} from '@intermodel/testing';
import { from, lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabelledImageSet } from '../images/labelled-image-set.ts';
import { listLabelledImages } from '../images/list-labelled-images.ts';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { loadLabelledImages, openLabelledImages } from '../images/load-labelled-images.ts';
import { cocoIgnore } from './read-coco.ts';
import { readDataset, type ReadDatasetOptions } from './read-dataset.ts';

const scenes = drawScenes({ count: 6, seed: 5 });
let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'formats-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});
const at = (...parts: string[]) => path.join(root, ...parts);

/** Planes of every image at full resolution, by image. */
const planesOf = async (set: LabelledImageSet, width = 64, height = 48) => {
  const geometry = { width: 64, height: 48, labelWidth: width, labelHeight: height };
  const batches = await lastValueFrom(
    from(set.images).pipe(loadLabelledImages({ geometry, vocabulary: set.vocabulary }), toArray()),
  );
  return batches.flatMap((batch) =>
    batch.toArray().map((row) => [...row.labels].map((plane) => [...(plane ?? [])] as number[])),
  );
};
const rewrite = (file: string, change: (text: string) => string) => {
  writeFileSync(at(file), change(readFileSync(at(file), 'utf8')));
};
const nonEmpty = (...planes: number[][]) => planes.filter((plane) => plane.some((number) => number > 0));

describe('broden', () => {
  it('gives the planes that were written, of several files and of whole images', async () => {
    const set = await readDataset('broden', writeBrodenLayout(root, scenes));
    expect(set.images.map(({ image }) => image)).toEqual(scenes.map(({ name }) => `drawn/${name}.jpg`));
    const read = await planesOf(set, 32, 24);
    scenes.forEach((scene, index) => {
      const half = (plane: Uint16Array) =>
        Array.from({ length: 32 * 24 }, (_, pixel) => plane[2 * Math.floor(pixel / 32) * 64 + 2 * (pixel % 32)] ?? 0);
      const objects = half(scene.objects).map((number) => (number === 4 ? 300 : number));
      const material = index === 0 ? [objects.map(() => 0), objects.map((number) => (number === 1 ? 300 : 0))] : [];
      const whole = [scene.place, 23 - scene.place].map((number) => objects.map(() => number));
      expect(read[index]).toEqual(nonEmpty(objects, ...material, half(scene.parts), ...whole));
    });
  });

  it.each([224, 227, 384])('reads the release of %i pixels, whose labels have half its size', async (size) => {
    const [scene] = drawScenes({ count: 1, width: size, height: size });
    const set = await readDataset('broden', writeBrodenLayout(root, scene === undefined ? [] : [scene]));
    const side = Math.floor(size / 2);
    const { batch } = await openLabelledImages({
      geometry: { width: size, height: size, labelWidth: side, labelHeight: side },
      vocabulary: set.vocabulary,
    })(set.images);
    const [row] = labelledImageRows(batch);
    expect(row?.pixels).toEqual(scene?.pixels);
    const expected = Uint16Array.from(
      { length: side * side },
      (_, pixel) => scene?.objects[2 * Math.floor(pixel / side) * size + 2 * (pixel % side)] ?? 0,
    ).map((number) => (number === 4 ? 300 : number));
    expect(row?.planes[0]).toEqual(expected);
  });

  it('names file and pixel of a number beyond the vocabulary', async () => {
    writeBrodenLayout(root, scenes);
    writePng(at('images/drawn/scene-002_object.png'), {
      width: 32,
      height: 24,
      channels: 3,
      data: Uint8Array.from({ length: 32 * 24 * 3 }, (_, sample) =>
        sample === 3 * (32 * 5 + 7) ? 231 : sample === 3 * (32 * 5 + 7) + 1 ? 3 : 0,
      ),
    });
    await expect(planesOf(await readDataset('broden', root), 32, 24)).rejects.toThrow(
      /scene-002_object\.png: pixel \(7, 5\) bears 999, which the vocabulary does not list/u,
    );
  });

  it('puts a label into the category in which it covers most', async () => {
    const { vocabulary } = await readDataset('broden', writeBrodenLayout(root, scenes));
    expect(vocabulary.concepts.find(({ number }) => number === 300)).toEqual({
      number: 300,
      name: 'fabric',
      category: 'material',
    });
    const { vocabulary: objects } = await readDataset('broden', root, { categories: ['object'] });
    expect(objects.concepts.at(-1)).toEqual({ number: 300, name: 'fabric', category: 'object' });
    expect(objects.concepts).toHaveLength(7);
  });

  it('reads one split, and leaves out images without the wanted categories', async () => {
    writeBrodenLayout(root, scenes);
    expect((await readDataset('broden', root, { split: 'val' })).images.map(({ image }) => image)).toEqual([
      'drawn/scene-001.jpg',
      'drawn/scene-003.jpg',
      'drawn/scene-005.jpg',
    ]);
    const { images, warnings } = await readDataset('broden', root, { categories: ['material'] });
    expect(images.map(({ labels }) => labels.length)).toEqual([2]);
    expect(warnings[0]?.message).toMatch(/5 images without a label in material are left out/u);
  });

  it.each([
    [
      'index.csv',
      'drawn/scene-000_object.png',
      '../../secret.png',
      /index\.csv, line 2, column "object": "images\/\.\.\/\.\.\/secret\.png" is no path below/u,
    ],
    [
      'index.csv',
      'drawn/scene-000_object.png',
      '/etc/secret.png',
      /index\.csv, line 2, column "object": "\/etc\/secret\.png" is no path below/u,
    ],
    [
      'index.csv',
      'drawn/scene-001.jpg',
      'C:\\\\secret.jpg',
      /index\.csv, line 3, column "image": "C:\\\\secret\.jpg" is no path below/u,
    ],
    [
      'index.csv',
      'drawn/scene-001_object.png',
      'drawn/gone.png',
      /index\.csv, line 3, column "object": there is no file "images\/drawn\/gone\.png"/u,
    ],
    [
      'index.csv',
      '11;12\n',
      '11;99\n',
      /index\.csv, line 2, column "scene": label 99 is not one of the category "scene"/u,
    ],
    ['index.csv', ',sh,', ',hs,', /index\.csv, line 1: there is no column "sh"/u],
    [
      'label.csv',
      '3,water',
      '2,water',
      /label\.csv, line 4, column "number": number 2 is given twice: "grass" \(line 3\)/u,
    ],
    ['category.csv', 'part,7', 'patr,7', /there is no such file/u],
  ])('refuses %s with %s in place of %s', async (file, from_, to, message) => {
    writeBrodenLayout(root, scenes);
    rewrite(file, (text) => text.replace(from_, to));
    await expect(readDataset('broden', root)).rejects.toThrow(message);
  });

  it('names the file and the index when a plane has another size, and a file that is cut short', async () => {
    writeBrodenLayout(root, scenes);
    rewrite('index.csv', (text) => text.replace(',24,32,', ',25,32,'));
    await expect(planesOf(await readDataset('broden', root))).rejects.toThrow(
      /scene-000_object\.png: has 32 x 24 pixels[\s\S]*32 x 25, as index\.csv, line 2, says/u,
    );
    writeBrodenLayout(root, scenes);
    truncateSync(at('images/drawn/scene-003_object.png'), 90);
    await expect(planesOf(await readDataset('broden', root))).rejects.toThrow(/scene-003_object\.png: is cut short/u);
  });

  it('suggests names for a category and a split that do not exist', async () => {
    writeBrodenLayout(root, scenes);
    await expect(readDataset('broden', root, { categories: ['objects'] })).rejects.toThrow(/Did you mean "object"/u);
    await expect(readDataset('broden', root, { split: 'vals' })).rejects.toThrow(/Did you mean "val"/u);
  });
});

describe.each([2016, 2021] as const)('ade20k, release %i', (release) => {
  it('gives objects, and parts as concepts of their own', async () => {
    const set = await readDataset('ade20k', writeAde20kLayout(root, scenes, { release }));
    const order = set.images.map(({ image }) => Number(/scene-(?<index>\d+)/u.exec(image)?.groups?.['index']));
    const highest =
      release === 2016 ? drawnAde20kCount : Math.max(...set.vocabulary.concepts.map(({ number }) => number)) / 2;
    const read = await planesOf(set);
    order.forEach((index, row) => {
      const scene = scenes[index];
      const code = (number: number) => drawnAde20kClasses.get(number) ?? 0;
      expect(read[row]).toEqual(
        nonEmpty(
          [...(scene?.objects ?? [])].map(code),
          [...(scene?.parts ?? [])].map((number) => (number === 0 ? 0 : code(number) + highest)),
          [...(scene?.parts ?? [])].map((number) => (number === 8 ? code(7) + highest : 0)),
        ),
      );
    });
    expect(set.vocabulary.concepts.filter(({ name }) => name === 'door' || name === 'ball')).toEqual([
      { number: 4, name: 'ball', category: 'object' },
      { number: 258, name: 'door', category: 'object' },
      { number: 4 + highest, name: 'ball', category: 'part' },
      { number: 258 + highest, name: 'door', category: 'part' },
    ]);
  });
});

describe('ade20k', () => {
  it('reads a split, and names from a file', async () => {
    writeAde20kLayout(root, scenes);
    expect((await readDataset('ade20k', root, { split: 'validation' })).images).toHaveLength(2);
    await expect(readDataset('ade20k', root, { split: 'test' })).rejects.toThrow(
      /holds no images below a folder "test"/u,
    );
    rmSync(at('index_ade20k.mat'));
    await expect(readDataset('ade20k', root)).rejects.toThrow(/nothing says what the classes are called/u);
    writeFileSync(at('names.txt'), `${drawnAde20kNames().join('\n')}\n`);
    expect((await readDataset('ade20k', root, { names: at('names.txt') })).vocabulary.concepts).toHaveLength(
      2 * drawnAde20kCount,
    );
  });

  it('names what is missing or damaged', async () => {
    writeAde20kLayout(root, scenes, { release: 2021 });
    rewrite('images/training/s/scenery/scene-001.json', (text) => text.slice(0, -5));
    await expect(readDataset('ade20k', root)).rejects.toThrow(/scene-001\.json: is not whole JSON/u);
    writeAde20kLayout(root, scenes, { release: 2021 });
    rewrite('images/training/s/scenery/scene-001.json', (text) => text.replaceAll('name_ndx', 'index'));
    await expect(readDataset('ade20k', root)).rejects.toThrow(
      /scene-001\.json, column "annotation\.object\[0\]\.name_ndx": [\s\S]*a whole number/u,
    );
    rmSync(at('images/training/s/scenery/scene-000_seg.png'));
    await expect(readDataset('ade20k', root)).rejects.toThrow(
      /1 images have no _seg\.png: images\/training\/s\/scenery\/scene-000\.jpg/u,
    );
  });

  it('misses a level of parts, though not the last one', async () => {
    writeAde20kLayout(root, scenes);
    const [whole] = (await readDataset('ade20k', root)).images.filter(({ labels }) => labels.length === 3);
    const stem = whole?.file.replace(/\.jpg$/u, '') ?? '';
    renameSync(`${stem}_parts_2.png`, `${stem}_parts_3.png`);
    await expect(readDataset('ade20k', root)).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringMatching(/_parts_2\.png", though there is ".*_parts_3\.png"/u) as string,
    });
    rmSync(`${stem}_parts_3.png`);
    expect((await readDataset('ade20k', root)).images.find(({ file }) => file === whole?.file)?.labels).toHaveLength(2);
  });

  it('names the pixel of a class without a name', async () => {
    writeAde20kLayout(root, scenes);
    writeFileSync(at('names.txt'), 'sky\nnothing else\n');
    await expect(planesOf(await readDataset('ade20k', root, { names: at('names.txt') }))).rejects.toThrow(
      /scene-000_seg\.png: pixel \(48, 17\) bears 5, which the vocabulary does not list/u,
    );
  });

  it('says what is wrong with an index', async () => {
    writeAde20kLayout(root, scenes);
    truncateSync(at('index_ade20k.mat'), 300);
    await expect(readDataset('ade20k', root)).rejects.toThrow(/index_ade20k\.mat: is cut short or damaged/u);
    writeFileSync(at('index_ade20k.mat'), 'x'.repeat(200));
    await expect(readDataset('ade20k', root)).rejects.toThrow(/not a little-endian MATLAB file/u);
  });
});

describe('ade20k-challenge', () => {
  it('gives the classes, also where they were saved from 0', async () => {
    const expected = (index: number) =>
      nonEmpty([...(scenes[index]?.objects ?? [])].map((number) => (number === 3 ? 0 : number)));
    const order = [0, 1, 3, 4, 2, 5];
    const set = await readDataset('ade20k-challenge', writeAde20kChallengeLayout(at('a'), scenes));
    expect(await planesOf(set)).toEqual(order.map(expected));
    expect(set.vocabulary.concepts).toHaveLength(150);
    expect(set.vocabulary.concepts[149]).toEqual({ number: 150, name: 'class 150', category: 'object' });
    const reduced = await readDataset(
      'ade20k-challenge',
      writeAde20kChallengeLayout(at('b'), scenes, { reducedZero: true }),
      { reducedZero: true },
    );
    expect(await planesOf(reduced)).toEqual(order.map(expected));
  });

  it('refuses names without columns, a class beyond them, and an unknown split', async () => {
    writeAde20kChallengeLayout(root, scenes);
    await expect(readDataset('ade20k-challenge', root, { split: 'train' })).rejects.toThrow(/Did you mean "training"/u);
    rewrite('objectInfo150.txt', (text) => text.split('\n').slice(0, 3).join('\n'));
    await expect(planesOf(await readDataset('ade20k-challenge', root))).rejects.toThrow(
      /pixel \(\d+, \d+\) bears \d, which the vocabulary does not list/u,
    );
    rewrite('objectInfo150.txt', (text) => text.replace('Idx', 'Index'));
    await expect(readDataset('ade20k-challenge', root)).rejects.toThrow(
      /objectInfo150\.txt, line 1: its first line does not name/u,
    );
    rmSync(at('objectInfo150.txt'));
    await expect(readDataset('ade20k-challenge', root)).rejects.toThrow(/there is no file "objectInfo150\.txt"/u);
  });
});

describe('voc', () => {
  it('gives palette indices, with the border told apart', async () => {
    const set = await readDataset('voc', writeVocLayout(root, scenes));
    expect(set.vocabulary).toMatchObject({ ignore: 255, concepts: { length: 20 } });
    expect(await planesOf(set)).toEqual(scenes.map((scene) => [[...drawnVocIndices(scene)]]));
    expect((await readDataset('voc', root, { split: 'val' })).images.map(({ image }) => image)).toEqual([
      'scene-001.jpg',
      'scene-003.jpg',
      'scene-005.jpg',
    ]);
  });

  it('names file and pixel of a class that there is not', async () => {
    writeVocLayout(root, scenes);
    writePng(at('SegmentationClass/scene-001.png'), {
      width: 64,
      height: 48,
      channels: 1,
      data: Uint8Array.from({ length: 64 * 48 }, (_, pixel) => (pixel === 64 * 3 + 9 ? 21 : 0)),
    });
    await expect(planesOf(await readDataset('voc', root))).rejects.toThrow(
      /scene-001\.png: pixel \(9, 3\) bears 21, which the vocabulary does not list/u,
    );
  });

  it('recognises palettes that were expanded to colours', async () => {
    await expect(
      planesOf(await readDataset('voc', writeVocLayout(root, scenes, { labels: 'colours' }))),
    ).rejects.toThrow(/in the colours of the Pascal VOC palette: palette indices were expanded/u);
  });

  it('names the list and line of an image that is not there, or leads elsewhere', async () => {
    writeVocLayout(root, scenes);
    appendFileSync(at('ImageSets/Segmentation/val.txt'), 'gone\n');
    await expect(readDataset('voc', root, { split: 'val' })).rejects.toThrow(
      /val\.txt, line 4: there is no file "JPEGImages\/gone\.jpg"/u,
    );
    rewrite('ImageSets/Segmentation/val.txt', (text) => text.replace('gone', '../../gone'));
    await expect(readDataset('voc', root, { split: 'val' })).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    await expect(readDataset('voc', root, { split: 'vall' })).rejects.toThrow(/Did you mean "val"/u);
    await expect(readDataset('voc', at('JPEGImages'))).rejects.toThrow(/holds no SegmentationClass/u);
  });
});

describe('coco-panoptic', () => {
  it('gives things and stuff by category id', async () => {
    const set = await readDataset('coco-panoptic', writeCocoPanopticLayout(root, scenes));
    expect(await planesOf(set)).toEqual(
      scenes.map(({ objects }) => [[...objects].map((number) => drawnCocoIds.get(number))]),
    );
    expect(set.vocabulary.concepts.map(({ name, category }) => `${name} ${category}`)).toEqual([
      'ball object',
      'house object',
      'water stuff',
      'tree object',
      'sky stuff',
      'grass stuff',
    ]);
  });

  it('ignores crowds where asked', async () => {
    const set = await readDataset('coco-panoptic', writeCocoPanopticLayout(root, scenes), { crowd: 'ignore' });
    expect(set.vocabulary.ignore).toBe(cocoIgnore);
    const trees = (await planesOf(set)).map(([plane]) => new Set(plane).has(cocoIgnore));
    expect(trees).toEqual(scenes.map(({ objects }) => objects.includes(6)));
    expect(trees).toContain(true);
  });

  const file = 'annotations/panoptic_val2017.json';
  it.each([
    ['an unknown segment', '"id":70257', '"id":70258', /scene-000\.png: pixel \(\d+, \d+\) bears 70257/u],
    [
      'an unknown image',
      '"image_id":100',
      '"image_id":999',
      /panoptic_val2017\.json, column "annotations\[0\]\.image_id": there is no image 999/u,
    ],
    [
      'an unknown category',
      '"category_id":187',
      '"category_id":42',
      /segments_info\[\d\]\.category_id": there is no category 42/u,
    ],
    [
      'a label image that is not there',
      'scene-001.png',
      'gone.png',
      /column "annotations\[1\]\.file_name": there is no file "annotations\/panoptic_val2017\/gone\.png"/u,
    ],
    [
      'a path that leads out',
      '"file_name":"scene-001.jpg"',
      '"file_name":"../../../etc/x.jpg"',
      /column "images\[1\]\.file_name": "val2017\/\.\.\/\.\.\/\.\.\/etc\/x\.jpg" is no path below/u,
    ],
    [
      'an absolute path',
      '"file_name":"scene-001.jpg"',
      '"file_name":"/etc/x.jpg"',
      /column "images\[1\]\.file_name": "\/etc\/x\.jpg" is no path below/u,
    ],
    [
      'a path of a label image that leads out',
      '"file_name":"scene-001.png"',
      '"file_name":"../../../etc/x.png"',
      /column "annotations\[1\]\.file_name": "annotations\/panoptic_val2017\/\.\.\/\.\.\/\.\.\/etc\/x\.png" is no path below/u,
    ],
    [
      'another size',
      '"width":64',
      '"width":65',
      /scene-000\.png: has 64 x 48 pixels[\s\S]*65 x 48, as panoptic_val2017\.json says/u,
    ],
    [
      'no segments',
      '"segments_info":[{',
      '"segments":[{',
      /annotations\[0\]\.segments_info": annotations\[0\]\.segments_info is missing/u,
    ],
    ['the same image twice', '"image_id":101', '"image_id":100', /image 100 is annotated twice/u],
    ['a broken end', '"categories"', '"categories', /is not whole JSON/u],
  ])('refuses %s', async (_what, from_, to, message) => {
    writeCocoPanopticLayout(root, scenes);
    rewrite(file, (text) => text.replace(from_, to));
    await expect(readDataset('coco-panoptic', root).then(async (set) => planesOf(set))).rejects.toThrow(message);
  });

  it('asks which split where there are several', async () => {
    writeCocoPanopticLayout(root, scenes);
    writeFileSync(at('annotations/panoptic_train2017.json'), '{}');
    await expect(readDataset('coco-panoptic', root)).rejects.toThrow(
      /there are several splits[\s\S]*train2017, val2017/u,
    );
    expect((await readDataset('coco-panoptic', root, { split: 'val2017' })).images).toHaveLength(6);
    renameSync(at('annotations'), at('other'));
    await expect(readDataset('coco-panoptic', root)).rejects.toThrow(/there is no annotations\/panoptic_\*\.json/u);
  });
});

describe('coco-instances', () => {
  it('draws masks and outlines of things', async () => {
    const set = await readDataset('coco-instances', writeCocoInstancesLayout(root, scenes));
    expect(await planesOf(set)).toEqual(
      scenes.map(({ objects }) =>
        nonEmpty([...objects].map((number) => (number > 3 ? (drawnCocoIds.get(number) ?? 0) : 0))),
      ),
    );
    const ignoring = await planesOf(await readDataset('coco-instances', root, { crowd: 'ignore' }));
    expect(ignoring.flat(2).filter((number) => number === cocoIgnore)).toHaveLength(
      scenes.reduce((sum, { objects }) => sum + objects.filter((number) => number === 6).length, 0),
    );
  });

  it('gives a pixel several labels where instances overlap', async () => {
    writeCocoInstancesLayout(root, scenes.slice(0, 1));
    rewrite('annotations/instances_val2017.json', (text) => {
      const json = JSON.parse(text) as Record<string, unknown>;
      const square = (category: number, from_: number, to: number) => ({
        image_id: 100,
        category_id: category,
        segmentation: [[from_, 0, to, 0, to, 10, from_, 10]],
        iscrowd: 0,
      });
      return JSON.stringify({ ...json, annotations: [square(37, 0, 10), square(128, 5, 15), square(37, 8, 12)] });
    });
    const [planes] = await planesOf(await readDataset('coco-instances', root));
    expect(planes?.map((plane) => plane.slice(0, 16))).toEqual([
      [37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 128, 128, 128, 128, 128, 0],
      [0, 0, 0, 0, 0, 128, 128, 128, 128, 128, 37, 37, 0, 0, 0, 0],
    ]);
  });

  it.each([
    [
      'a mask of another size',
      (one: object) => ({ ...one, segmentation: { size: [48, 64], counts: [5, 5] } }),
      /annotations\[0\]\.segmentation": a mask of 10 pixels and size 48 x 64 does not fit/u,
    ],
    [
      'an outline of an odd length',
      (one: object) => ({ ...one, segmentation: [[1, 2, 3, 4, 5]] }),
      /"annotations\[0\]\.segmentation" is missing|outlines as x, y, x, y/u,
    ],
    [
      'a segmentation of another kind',
      (one: object) => ({ ...one, segmentation: { mask: 1 } }),
      /outlines, or counts and size/u,
    ],
    [
      'an id that is neither number nor text',
      (one: object) => ({ ...one, image_id: null }),
      /annotations\[0\]\.image_id is missing[\s\S]*a number or a text/u,
    ],
  ])('refuses %s', async (_what, change, message) => {
    writeCocoInstancesLayout(root, scenes);
    rewrite('annotations/instances_val2017.json', (text) => {
      const json = JSON.parse(text) as { annotations: object[] };
      return JSON.stringify({ ...json, annotations: [change(json.annotations[0] ?? {})] });
    });
    await expect(readDataset('coco-instances', root)).rejects.toThrow(message);
  });
});

describe('coco as tools write it', () => {
  const square = (left: number) => [left, 8, left + 16, 8, left + 16, 24, left, 24];
  const usual = [
    { id: 1, image_id: 1, category_id: 1, segmentation: [square(8)] },
    { id: 2, image_id: 2, category_id: 2, segmentation: [square(24)] },
  ];
  interface Written {
    readonly categories?: readonly object[];
    readonly annotations?: readonly object[];
    readonly ids?: readonly (string | number)[];
    readonly names?: readonly string[];
    readonly folder?: string;
  }
  /** Two photographs of 64 x 48 pixels, 1 and 2, with the annotations. */
  const write = ({
    categories = [
      { id: 1, name: 'cat' },
      { id: 2, name: 'dog' },
    ],
    annotations = usual,
    ids = [1, 2],
    names = ['a.jpg', 'b.jpg'],
    folder = 'val',
  }: Written) => {
    rmSync(root, { recursive: true, force: true });
    for (const name of ['a.jpg', 'b.jpg'])
      writePng(at(folder, name), { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(9), channels: 3 });
    mkdirSync(at('annotations'), { recursive: true });
    writeFileSync(
      at('annotations/instances_val.json'),
      JSON.stringify({
        images: ids.map((id, index) => ({ id, file_name: names[index], width: 64, height: 48 })),
        categories,
        annotations,
      }),
    );
  };
  /** Names of the concepts of each image, and how many pixels each has. */
  const seen = async (unpaired?: 'leave-out') => {
    const set = await readDataset('coco-instances', root, unpaired === undefined ? {} : { unpaired });
    const names = new Map(set.vocabulary.concepts.map(({ number, name }) => [number, name]));
    const planes = await planesOf(set);
    return {
      set,
      seen: planes.map((some) =>
        some
          .map((plane) =>
            [...names].flatMap(([number, name]) => {
              const count = plane.filter((value) => value === number).length;
              return count === 0 ? [] : [`${name} ${String(count)}`];
            }),
          )
          .flat(),
      ),
    };
  };

  it.each([
    ['from 0', [0, 1]],
    ['above what planes can hold', [7, 65_536]],
    ['of large numbers', [10_000_000_001, 10_000_000_002]],
    ['negative', [-1, 3]],
    ['as texts', ['n02084071', 'n02121620']],
    ['as texts of numbers', ['1', '2']],
    ['of both kinds', [5, 'five']],
  ])('knows categories by ids %s', async (_what, ids) => {
    write({
      categories: ids.map((id, index) => ({ id, name: ['cat', 'dog'][index] })),
      annotations: usual.map((one, index) => ({ ...one, category_id: ids[index] })),
    });
    const { set, seen: found } = await seen();
    expect(found).toEqual([['cat 256'], ['dog 256']]);
    expect(set.vocabulary.concepts.map(({ name }) => name)).toEqual(['cat', 'dog']);
  });

  it('keeps the numbers of ids that planes can hold, and knows a root category that nothing uses', async () => {
    write({
      categories: [
        { id: 3, name: 'cat' },
        { id: 90, name: 'dog' },
      ],
      annotations: [],
    });
    expect((await readDataset('coco-instances', root)).vocabulary.concepts.map(({ number }) => number)).toEqual([
      3, 90,
    ]);
    write({
      categories: [
        { id: 0, name: 'animals', supercategory: 'none' },
        { id: 1, name: 'cat' },
        { id: 2, name: 'dog' },
      ],
    });
    expect((await seen()).seen).toEqual([['cat 256'], ['dog 256']]);
    // Some tools give the root the name of one of its classes.
    write({
      categories: [
        { id: 0, name: 'cat', supercategory: 'none' },
        { id: 1, name: 'cat' },
        { id: 2, name: 'dog' },
      ],
    });
    const { set, seen: found } = await seen();
    expect([found, set.warnings.map(({ code }) => code)]).toEqual([
      [['cat 256'], ['dog 256']],
      ['CATEGORIES_SHARE_NAME'],
    ]);
    write({
      categories: [
        { id: 1, name: 'cat' },
        { id: 1, name: 'dog' },
      ],
    });
    await expect(readDataset('coco-instances', root)).rejects.toThrow(/two categories have the id 1/u);
  });

  it('numbers segments of panoptic images alike', async () => {
    writeCocoPanopticLayout(root, scenes);
    const expected = await readDataset('coco-panoptic', root);
    rewrite('annotations/panoptic_val2017.json', (text) =>
      text
        .replaceAll('"category_id":37,', '"category_id":0,')
        .replace('{"id":37,', '{"id":0,')
        .replaceAll(/"(image_id|id)":10(\d)([,}])/gu, '"$1":"city_10$2"$3'),
    );
    const set = await readDataset('coco-panoptic', root);
    expect(set.vocabulary.concepts.map(({ number, name }) => `${String(number)} ${name}`)).toEqual([
      '1 ball',
      '2 house',
      '3 water',
      '4 tree',
      '5 sky',
      '6 grass',
    ]);
    const inwardly = new Map(expected.vocabulary.concepts.map(({ number }, index) => [number, index + 1]));
    expect(await planesOf(set)).toEqual(
      (await planesOf(expected)).map((planes) => planes.map((plane) => plane.map((number) => inwardly.get(number)))),
    );
  });

  it('knows images by ids of any kind', async () => {
    for (const ids of [
      ['city_000000_000019', 'city_000000_000020'],
      ['2', '3'],
      [0, 1],
      [-4, 1e12],
    ]) {
      write({ ids, annotations: usual.map((one, index) => ({ ...one, image_id: ids[index] })) });
      expect((await seen()).seen).toEqual([['cat 256'], ['dog 256']]);
    }
    write({ ids: [1, '1'] });
    await expect(readDataset('coco-instances', root)).rejects.toThrow(/two images have the same id/u);
    write({ ids: [true as unknown as number, 2] });
    await expect(readDataset('coco-instances', root)).rejects.toThrow(
      /images\[0\]\.id is missing or of another kind[\s\S]*a number or a text/u,
    );
  });

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['an empty list', []],
    ['an empty outline', [[]]],
    ['one point', [[3, 4]]],
    ['two points', [[3, 4, 9, 9]]],
    ['one point three times', [[3, 4, 3, 4, 3, 4]]],
    ['a line there and back', [[3, 4, 9, 4, 6, 4, 3, 4]]],
    ['an empty mask', { size: [48, 64], counts: [3072] }],
    ['a mask without runs', { size: [48, 64], counts: [] }],
  ])('leaves out an annotation whose segmentation is %s, and says so', async (_what, segmentation) => {
    write({ annotations: [...usual, { id: 3, image_id: 2, category_id: 1, bbox: [1, 2, 3, 4], segmentation }] });
    const { set, seen: found } = await seen();
    expect(found).toEqual([['cat 256'], ['dog 256']]);
    expect(set.warnings).toEqual([
      {
        code: 'ANNOTATIONS_WITHOUT_AREA',
        message: expect.stringMatching(/^1 of 3 annotations cover no pixel, .*annotations\[2\]$/u) as string,
      },
    ]);
  });

  it('leaves out outlines without area beside others, and keeps outlines that cross themselves', async () => {
    write({ annotations: [{ ...usual[0], segmentation: [[1, 1, 5, 5], square(8)] }, usual[1] ?? {}] });
    const flat = await seen();
    expect([flat.seen, flat.set.warnings.map(({ code }) => code)]).toEqual([
      [['cat 256'], ['dog 256']],
      ['OUTLINES_WITHOUT_AREA'],
    ]);
    // A bow tie, whose areas to the left and right have opposite signs.
    write({ annotations: [{ ...usual[0], segmentation: [[0, 0, 40, 40, 40, 0, 0, 40]] }, usual[1] ?? {}] });
    const bow = await seen();
    expect(bow.set.warnings).toEqual([]);
    expect(Number(/\d+/u.exec(bow.seen[0]?.[0] ?? '')?.[0])).toBeGreaterThan(700);
  });

  it.each([
    ['SPLIT/', 'val', ''],
    ['images/SPLIT/', 'images/val', ''],
    ['images/', 'images', ''],
    ['the folder itself', '', ''],
    ['the folder itself, with names that begin with the split', 'val', 'val/'],
    ['images/, with names that begin with the split', 'images/val', 'val/'],
    ['the folder itself, with whole names', 'images/val', 'images/val/'],
  ])('finds photographs in %s', async (_what, folder, prefix) => {
    write({ folder, names: [`${prefix}a.jpg`, `${prefix}b.jpg`] });
    expect((await seen()).seen).toEqual([['cat 256'], ['dog 256']]);
  });

  it('names the places where it looked for a photograph, or leaves it out', async () => {
    write({ names: ['a.jpg', 'gone.jpg'] });
    await expect(readDataset('coco-instances', root)).rejects.toThrow(
      /column "images\[1\]\.file_name": there is no file "val\/gone\.jpg" or "images\/val\/gone\.jpg" or "images\/gone\.jpg" or "gone\.jpg"[\s\S]*`data\.unpaired: leave-out`/u,
    );
    const { set, seen: found } = await seen('leave-out');
    expect(found).toEqual([['cat 256']]);
    expect(set.warnings).toEqual([
      { code: 'LABELS_WITHOUT_IMAGES', message: '1 labelled image is not there, and is left out: gone.jpg' },
    ]);
    write({ names: ['gone.jpg', 'too.jpg'] });
    await expect(readDataset('coco-instances', root, { unpaired: 'leave-out' })).rejects.toThrow(
      /no image is left: 2 labelled images are not there/u,
    );
  });
});

describe('files that are not there', () => {
  it.each([
    ['voc', writeVocLayout, 'JPEGImages/scene-001.jpg', 'SegmentationClass/scene-002.png', { split: undefined }],
    ['voc', writeVocLayout, 'JPEGImages/scene-001.jpg', 'SegmentationClass/scene-003.png', { split: 'val' }],
    [
      'coco-panoptic',
      writeCocoPanopticLayout,
      'val2017/scene-001.jpg',
      'annotations/panoptic_val2017/scene-002.png',
      {},
    ],
    ['broden', writeBrodenLayout, 'images/drawn/scene-001.jpg', 'images/drawn/scene-002_object.png', {}],
    ['ade20k', writeAde20kLayout, undefined, 'images/training/s/scenery/scene-003_seg.png', {}],
    ['ade20k-challenge', writeAde20kChallengeLayout, 'images/training/scene-001.jpg', undefined, {}],
  ] as const)('stop %s, or are left out with a warning', async (format, layout, image, label, options) => {
    layout(root, scenes);
    const { split } = { split: undefined, ...options };
    const read = (unpaired?: 'leave-out') =>
      readDataset(format, root, {
        ...(split === undefined ? {} : { split }),
        ...(unpaired === undefined ? {} : { unpaired }),
      });
    const all = (await read()).images.map(({ image: name }) => name);
    for (const file of [image, label]) if (file !== undefined) rmSync(at(file));
    // Without a list, images of Pascal VOC that have no label image are none of the data set.
    await expect(read()).rejects.toThrow(/`data\.unpaired: leave-out`/u);
    const { images, warnings } = await read('leave-out');
    const isGone = (name: string) =>
      [image, label].some((file) => file !== undefined && name.includes(/scene-\d+/u.exec(file)?.[0] ?? ''));
    expect(images.map(({ image: name }) => name)).toEqual(all.filter((name) => !isGone(name)));
    expect(images.length).toBeGreaterThan(0);
    const codes = warnings.map(({ code }) => code);
    expect(codes.includes('LABELS_WITHOUT_IMAGES')).toBe(image !== undefined);
    expect(codes.includes('IMAGES_WITHOUT_LABELS')).toBe(
      label !== undefined && !(format === 'voc' && split === undefined),
    );
  });
});

describe('photographs of any ending', () => {
  it.each(['voc', 'ade20k-challenge'] as const)('are found for the labels of %s', async (format) => {
    (format === 'voc' ? writeVocLayout : writeAde20kChallengeLayout)(root, scenes);
    const folder = format === 'voc' ? 'JPEGImages' : 'images/training';
    const [first, second, third] = (await readDataset(format, root)).images.map(({ file }) =>
      path.basename(file, '.jpg'),
    );
    renameSync(at(folder, `${first ?? ''}.jpg`), at(folder, `${first ?? ''}.JPG`));
    renameSync(at(folder, `${second ?? ''}.jpg`), at(folder, `${second ?? ''}.png`));
    writeFileSync(at(folder, `${third ?? ''}.png`), 'no image, and not looked at beside one that ends with .jpg');
    writeFileSync(at(folder, `${first ?? ''}.txt`), 'notes');
    const { images } = await readDataset(format, root);
    expect(images.slice(0, 3).map(({ image }) => path.basename(image))).toEqual([
      `${first ?? ''}.JPG`,
      `${second ?? ''}.png`,
      `${third ?? ''}.jpg`,
    ]);
  });

  it('are found where names differ in the form of their letters alone', async () => {
    writeVocLayout(root, scenes);
    renameSync(at('JPEGImages/scene-000.jpg'), at('JPEGImages', 'cafe\u0301.jpg'));
    renameSync(at('SegmentationClass/scene-000.png'), at('SegmentationClass', 'caf\u00e9.png'));
    writeFileSync(at('ImageSets/Segmentation/val.txt'), 'caf\u00e9\n');
    expect((await readDataset('voc', root, { split: 'val' })).images).toHaveLength(1);
    expect((await readDataset('voc', root)).images).toHaveLength(scenes.length);
  });
});

describe('plain folders', () => {
  it.each(['|u1', '<u2', '>u2', '<i4', '<i8'] as const)(
    'reads NumPy arrays of type %s, one plane or several, in both orders',
    async (type) => {
      writePlainLayout(root, scenes);
      const reference = await planesOf(await readDataset('plain', root));
      rmSync(at('labels'), { recursive: true });
      scenes.forEach(({ name, objects, parts }, index) => {
        if (index % 3 === 0) writeNpy(at('labels', `${name}.npy`), [...objects, ...parts], [2, 48, 64], type);
        else if (index % 3 === 1)
          [objects, parts].forEach((plane, level) => {
            writeNpy(at('labels', `${name}${level === 0 ? '' : '_1'}.npy`), plane, [48, 64], type);
          });
        else
          writeNpy(
            at('labels', `${name}.npy`),
            Array.from(
              { length: 2 * 48 * 64 },
              (_, place) =>
                [objects, parts][place % 2]?.[(Math.floor(place / 2) % 48) * 64 + Math.floor(place / 96)] ?? 0,
            ),
            [2, 48, 64],
            type,
            true,
          );
      });
      expect(await planesOf(await readDataset('plain', root))).toEqual(reference);
    },
  );

  it('reads labels that hold for whole images from a CSV beside the others, if there is one', async () => {
    writePlainLayout(root, scenes);
    const before = await planesOf(await readDataset('plain', root));
    const [first] = scenes;
    writeFileSync(at('image-labels.csv'), `image,number\n${first?.name ?? ''},1\n`);
    const after = await planesOf(await readDataset('plain', root));
    expect(after.slice(1)).toEqual(before.slice(1));
    expect(after[0]).not.toEqual(before[0]);
  });

  it('says what is wrong with an array', async () => {
    writePlainLayout(root, scenes.slice(0, 1));
    rmSync(at('labels/scene-000.png'));
    const loading = async () => planesOf(await readDataset('plain', root));
    writeNpy(at('labels/scene-000.npy'), [1, 2], [2], '<u2');
    await expect(loading()).rejects.toThrow(/scene-000\.npy: holds an array of shape \(2\)/u);
    writeNpy(at('labels/scene-000.npy'), new Float32Array(48 * 64), [48, 64], '<f4');
    await expect(loading()).rejects.toThrow(/holds numbers of type "<f4"[\s\S]*astype/u);
    writeNpy(at('labels/scene-000.npy'), [1, 2, 3], [48, 64], '<u2');
    await expect(loading()).rejects.toThrow(/is cut short/u);
    writeNpy(at('labels/scene-000.npy'), new Int32Array(48 * 64).fill(-1), [48, 64], '<i4');
    await expect(loading()).rejects.toThrow(/pixel \(0, 0\) bears -1[\s\S]*`data\.ignore: -1`/u);
    writeFileSync(at('labels/scene-000.npy'), 'text, not numbers');
    await expect(loading()).rejects.toThrow(/is not a NumPy file/u);
  });

  it('lets an ignored number ride along', async () => {
    writePlainLayout(root, scenes.slice(0, 1));
    writePng(at('labels/scene-000.png'), {
      width: 64,
      height: 48,
      data: new Uint8Array(64 * 48).fill(255),
      channels: 1,
    });
    const [planes] = await planesOf(await readDataset('plain', root, { ignore: 255 }));
    expect(new Set(planes?.[0])).toEqual(new Set([255]));
  });

  /** One image of 4 x 2 pixels with these numbers in its label file. */
  const tiny = (values: readonly number[], names: string, type: '|u1' | '<u2' | '<i4' | '<i8' | 'png' = 'png') => {
    rmSync(root, { recursive: true, force: true });
    writePng(at('images/a.png'), { width: 4, height: 2, data: new Uint8Array(24), channels: 3 });
    if (type === 'png')
      writePng(at('labels/a.png'), { width: 4, height: 2, data: Uint8Array.from(values), channels: 1 });
    else writeNpy(at('labels/a.npy'), values, [2, 4], type);
    writeFileSync(at('labels.csv'), `number,name,category\n${names}\n`);
  };
  /** Names of the concepts at each pixel; `?` where nobody judged. */
  const named = async (options: ReadDatasetOptions) => {
    const set = await readDataset('plain', root, options);
    const { batch } = await openLabelledImages({
      geometry: { width: 4, height: 2, labelWidth: 4, labelHeight: 2 },
      vocabulary: set.vocabulary,
    })(set.images);
    const nameOf = (number: number) =>
      number === set.vocabulary.ignore
        ? '?'
        : (set.vocabulary.concepts.find((concept) => concept.number === number)?.name ?? '-');
    return labelledImageRows(batch)[0]?.planes.map((plane) => [...plane].map(nameOf).join(' ')) ?? [];
  };

  it.each(['png', '|u1', '<u2', '<i4', '<i8'] as const)('reads classes from 0 in files of type %s', async (type) => {
    tiny([0, 0, 1, 2, 0, 255, 255, 254], '0,road,object\n1,kerb,object\n2,sky,stuff\n254,car,object', type);
    expect(await named({ reducedZero: true })).toEqual(['road road kerb sky road - - car']);
    expect(await named({ reducedZero: true, ignore: 255 })).toEqual(['road road kerb sky road ? ? car']);
    tiny([0, 1, 1, 1, 255, 255, 1, 1], '0,road,object\n1,kerb,object\n255,sky,object', type);
    expect(await named({ reducedZero: true })).toEqual(['road kerb kerb kerb sky sky kerb kerb']);
    tiny([0, 1, 7, 1, 255, 255, 1, 1], '0,road,object\n1,kerb,object', type);
    await expect(named({ reducedZero: true })).rejects.toThrow(/pixel \(2, 0\) bears 7/u);
    tiny([0, 1, 1, 1, 1, 1, 1, 1], '1,kerb,object', type);
    await expect(named({ reducedZero: true })).rejects.toThrow(
      /pixel \(0, 0\) bears 0[\s\S]*leave out `data\.reducedZero`/u,
    );
    writeFileSync(at('whole.csv'), 'image,number\na,0\n');
    tiny([0, 1, 1, 1, 1, 1, 1, 1], '0,road,object\n1,kerb,object', type);
    writeFileSync(at('whole.csv'), 'image,number\na,1\n');
    const set = await listLabelledImages({
      images: at('images'),
      labels: at('labels'),
      labelNames: at('labels.csv'),
      imageLabels: at('whole.csv'),
      reducedZero: true,
    });
    expect(set.images[0]?.labels.at(-1)).toEqual({ kind: 'whole', number: 2 });
  });

  it('says what to do about a concept of number 0 and of a negative number, with the numbers of the file', async () => {
    tiny([0, 1, 1, 1, 1, 1, 1, 1], '0,road,object\n1,kerb,object');
    await expect(named({})).rejects.toThrow(
      /line 2, column "number": number 0 means "unlabelled"[\s\S]*`data\.reducedZero: true`/u,
    );
    tiny([0, 1, 1, 1, 1, 1, 1, 1], '-1,__ignore__,object\n1,kerb,object');
    await expect(named({})).rejects.toThrow(
      /line 2, column "number": -1 cannot name a concept[\s\S]*`data\.ignore: -1`/u,
    );
    tiny([0, 1, 1, 1, 1, 1, 1, 1], '0,road,object\n0,kerb,object');
    await expect(named({ reducedZero: true })).rejects.toThrow(
      /line 3, column "number": number 0 is given twice: "road" \(line 2\)/u,
    );
    tiny([0, 1, 1, 1, 1, 1, 1, 1], '0,road,object\n65535,kerb,object');
    await expect(named({ reducedZero: true })).rejects.toThrow(/65535 is no label number[\s\S]*from 0 to 65534/u);
    tiny([1, 1, 1, 1, 1, 1, 1, 255], '1,road,object');
    await expect(named({})).rejects.toThrow(/bears 255[\s\S]*`data\.ignore: 255`/u);
  });

  it.each(['<i4', '<i8'] as const)(
    'ignores a negative number of arrays of type %s, whatever numbers concepts have',
    async (type) => {
      tiny([1, -1, 2, 0, 65535, -1, 1, 1], '1,cat,object\n2,dog,object\n65535,fox,object', type);
      expect(await named({ ignore: -1 })).toEqual(['cat ? dog - fox ? cat cat']);
      tiny([1, -100, 2, 0, 0, -1, 1, 1], '1,cat,object\n2,dog,object', type);
      await expect(named({ ignore: -100 })).rejects.toThrow(/pixel \(1, 1\) bears -1, which/u);
    },
  );
});

describe('links', () => {
  const layouts = {
    broden: writeBrodenLayout,
    ade20k: writeAde20kLayout,
    'ade20k-challenge': writeAde20kChallengeLayout,
    voc: writeVocLayout,
    'coco-panoptic': writeCocoPanopticLayout,
    'coco-instances': writeCocoInstancesLayout,
  };
  const folders = {
    broden: 'images/drawn',
    ade20k: 'images/training',
    'ade20k-challenge': 'images/training',
    voc: 'JPEGImages',
    'coco-panoptic': 'val2017',
    'coco-instances': 'val2017',
  };

  it.each(Object.keys(layouts) as (keyof typeof layouts)[])(
    'out of the folder of %s are refused, whether of a file or of a folder',
    async (format) => {
      layouts[format](at('set'), scenes);
      writeFileSync(at('secret.png'), 'private');
      symlinkSync(at('secret.png'), at('set', folders[format], 'extra.png'));
      await expect(readDataset(format, at('set'))).rejects.toMatchObject({
        code: 'PATH_OUTSIDE',
        message: expect.stringMatching(
          /extra\.png" is a link that leads out of the folder of the data set, to .*secret\.png/u,
        ) as string,
      });
      rmSync(at('set', folders[format], 'extra.png'));
      renameSync(at('set', folders[format]), at('elsewhere'));
      symlinkSync(at('elsewhere'), at('set', folders[format]));
      await expect(readDataset(format, at('set'))).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    },
  );

  it('within the folder are followed, and the folder itself may be one', async () => {
    writeVocLayout(at('set'), scenes);
    const reference = await planesOf(await readDataset('voc', at('set')));
    renameSync(at('set/JPEGImages'), at('set/photographs'));
    symlinkSync(at('set/photographs'), at('set/JPEGImages'));
    symlinkSync(at('nowhere'), at('set/dangling'));
    symlinkSync(at('set'), at('link'));
    expect(await planesOf(await readDataset('voc', at('link')))).toEqual(reference);
  });
});

describe(readDataset, () => {
  it('suggests names for unknown formats and options', async () => {
    await expect(readDataset('coco-panoptik', root)).rejects.toThrow(/Did you mean "coco-panoptic"/u);
    await expect(readDataset('voc', root, { crowd: 'keep' })).rejects.toThrow(
      /the format "voc" has no option "crowd"/u,
    );
    await expect(readDataset('voc', path.join(root, 'nowhere'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });
});
