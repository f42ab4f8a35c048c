import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawnConcepts, drawScenes, writePlainLayout } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listLabelledImages, type ListLabelledImagesOptions } from './list-labelled-images.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pairs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Makes empty files of these names: nothing is decoded when listing. */
const layout = (images: readonly string[], labels: readonly string[]): ListLabelledImagesOptions => {
  const put = (file: string, content = '') => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  };
  for (const name of ['images', 'labels']) mkdirSync(path.join(folder, name), { recursive: true });
  images.forEach((name) => {
    put(`images/${name}`);
  });
  labels.forEach((name) => {
    put(`labels/${name}`);
  });
  put('labels.csv', 'number,name,category\n1,sky,object\n2,beach,scene\n');
  return { images: path.join(folder, 'images'), labels: path.join(folder, 'labels'), labelNames: path.join(folder, 'labels.csv') };
};
const pairs = async (options: ListLabelledImagesOptions) => {
  const { images } = await listLabelledImages(options);
  return Object.fromEntries(images.map(({ image, labels }) => [image, labels.map((label) => (label.kind === 'png' ? path.relative(options.labels, label.file) : label))]));
};

describe(listLabelledImages, () => {
  it('pairs the files of a written data set, sorted by name', async () => {
    const set = await listLabelledImages(writePlainLayout(folder, drawScenes({ count: 3 })));
    expect(set.images.map(({ image, labels }) => [image, labels.length])).toEqual([['scene-000.png', 2], ['scene-001.png', 2], ['scene-002.png', 2]]);
    expect(set.vocabulary.concepts).toEqual(drawnConcepts);
    expect(set.warnings).toEqual([]);
  });

  it('orders numbered planes by number', async () => {
    expect(await pairs(layout(['b.jpg', 'a.PNG'], ['a.png', 'a_10.png', 'a_2.png', 'b.png']))).toEqual({ 'a.PNG': ['a.png', 'a_2.png', 'a_10.png'], 'b.jpg': ['b.png'] });
    expect(Object.keys(await pairs(layout(['b.jpg', 'a.PNG'], [])))).toEqual(['a.PNG', 'b.jpg']);
  });

  it('gives a label file to the image of its whole stem before one that it would be a plane of', async () => {
    expect(await pairs(layout(['a.jpg', 'a_1.webp'], ['a.png', 'a_1.png', 'a_1_1.png']))).toEqual({ 'a.jpg': ['a.png'], 'a_1.webp': ['a_1.png', 'a_1_1.png'] });
  });

  it('finds planes in a folder for each category, and images in sub-folders', async () => {
    expect(await pairs(layout(['x/a.jpg', 'y/a.tif'], ['object/x/a.png', 'part/x/a.png', 'part/x/a_1.png', 'y/a.png']))).toEqual({ 'x/a.jpg': ['object/x/a.png', 'part/x/a.png', 'part/x/a_1.png'], 'y/a.tif': ['y/a.png'] });
  });

  it('adds labels of whole images', async () => {
    const options = layout(['a.jpg', 'b.jpg'], ['a.png']);
    const imageLabels = path.join(folder, 'whole.csv');
    writeFileSync(imageLabels, 'image,number\na,2\nb.jpg,2\n');
    expect(await pairs({ ...options, imageLabels })).toEqual({ 'a.jpg': ['a.png', { kind: 'whole', number: 2 }], 'b.jpg': [{ kind: 'whole', number: 2 }] });
    writeFileSync(imageLabels, 'image,number\nc.jpg,2\n');
    await expect(pairs({ ...options, imageLabels })).rejects.toThrow(/whole\.csv, line 2, column "image": there is no image "c\.jpg"/u);
    writeFileSync(imageLabels, 'image,number\na.jpg,9\n');
    await expect(pairs({ ...options, imageLabels })).rejects.toThrow(/line 2, column "number": the vocabulary does not list number 9/u);
  });

  it('refuses images without labels and labels without images, or leaves them out with a warning', async () => {
    const [lonely, orphan] = [layout(['a.jpg', 'b.jpg', 'c.jpg'], ['a.png']), { ...layout([], ['z.png']) }];
    await expect(listLabelledImages(lonely)).rejects.toThrow(/2 images have no label image: b\.jpg, c\.jpg/u);
    const { images, warnings } = await listLabelledImages({ ...orphan, unpaired: 'leave-out' });
    expect(images.map(({ image }) => image)).toEqual(['a.jpg']);
    expect(warnings.map(({ code }) => code)).toEqual(['IMAGES_WITHOUT_LABELS', 'LABELS_WITHOUT_IMAGES']);
    rmSync(path.join(folder, 'images', 'b.jpg'));
    rmSync(path.join(folder, 'images', 'c.jpg'));
    await expect(listLabelledImages(orphan)).rejects.toThrow(/1 label image belongs to no image: z\.png/u);
  });

  it('names the files of unread kinds that lie where an image or a label image is missed', async () => {
    await expect(listLabelledImages(layout(['a.jpg', 'b.gif'], ['a.png', 'b_2.png']))).rejects.toThrow(/1 label image belongs to no image: b_2\.png; among the images lies b\.gif, but only \.jpg, .*\.tiff are read/u);
    rmSync(path.join(folder, 'labels', 'b_2.png'));
    await expect(listLabelledImages(layout(['c.png', 'd.png'], ['object/c.jpg', 'd.png']))).rejects.toThrow(/1 image has no label image: c\.png; among the labels lies object\/c\.jpg, but only \.png and \.npy are read/u);
    rmSync(path.join(folder, 'images'), { recursive: true });
    await expect(listLabelledImages(layout(['b.gif'], []))).rejects.toThrow(/holds no images; the files that lie there .*: b\.gif/u);
  });

  it('refuses empty folders, missing folders, and two images of one stem; warns of other files', async () => {
    await expect(listLabelledImages(layout([], ['a.png']))).rejects.toThrow(/images: holds no images/u);
    await expect(listLabelledImages({ ...layout([], []), images: path.join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(listLabelledImages({ ...layout([], []), images: path.join(folder, 'labels.csv') })).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
    rmSync(path.join(folder, 'labels', 'a.png'));
    await expect(listLabelledImages(layout(['a.jpg', 'notes.txt', '.hidden'], []))).rejects.toThrow(/labels: holds no label images/u);
    const { warnings } = await listLabelledImages(layout([], ['a.png']));
    expect(warnings[0]?.message).toMatch(/1 files of other kinds .*: notes\.txt/u);
    await expect(listLabelledImages(layout(['a.png'], []))).rejects.toThrow(/a\.jpg and a\.png have the same stem/u);
  });
});
