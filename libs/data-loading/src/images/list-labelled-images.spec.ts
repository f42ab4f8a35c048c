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
  return {
    images: path.join(folder, 'images'),
    labels: path.join(folder, 'labels'),
    labelNames: path.join(folder, 'labels.csv'),
  };
};
const pairs = async (options: ListLabelledImagesOptions) => {
  const { images } = await listLabelledImages(options);
  return Object.fromEntries(
    images.map(({ image, labels }) => [
      image,
      labels.map((label) => (label.kind === 'png' ? path.relative(options.labels, label.file) : label)),
    ]),
  );
};

describe(listLabelledImages, () => {
  it('pairs the files of a written data set, sorted by name', async () => {
    const set = await listLabelledImages(writePlainLayout(folder, drawScenes({ count: 3 })));
    expect(set.images.map(({ image, labels }) => [image, labels.length])).toEqual([
      ['scene-000.png', 2],
      ['scene-001.png', 2],
      ['scene-002.png', 2],
    ]);
    expect(set.vocabulary.concepts).toEqual(drawnConcepts);
    expect(set.warnings).toEqual([]);
  });

  it('orders numbered planes by number', async () => {
    expect(await pairs(layout(['b.jpg', 'a.PNG'], ['a.png', 'a_10.png', 'a_2.png', 'b.png']))).toEqual({
      'a.PNG': ['a.png', 'a_2.png', 'a_10.png'],
      'b.jpg': ['b.png'],
    });
    expect(Object.keys(await pairs(layout(['b.jpg', 'a.PNG'], [])))).toEqual(['a.PNG', 'b.jpg']);
  });

  it('gives a label file to the image of its whole stem before one that it would be a plane of', async () => {
    expect(await pairs(layout(['a.jpg', 'a_1.webp'], ['a.png', 'a_1.png', 'a_1_1.png']))).toEqual({
      'a.jpg': ['a.png'],
      'a_1.webp': ['a_1.png', 'a_1_1.png'],
    });
  });

  it('finds planes in a folder for each category, and images in sub-folders', async () => {
    expect(
      await pairs(layout(['x/a.jpg', 'y/a.tif'], ['object/x/a.png', 'part/x/a.png', 'part/x/a_1.png', 'y/a.png'])),
    ).toEqual({ 'x/a.jpg': ['object/x/a.png', 'part/x/a.png', 'part/x/a_1.png'], 'y/a.tif': ['y/a.png'] });
  });

  it('adds labels of whole images', async () => {
    const options = layout(['a.jpg', 'b.jpg'], ['a.png']);
    const imageLabels = path.join(folder, 'whole.csv');
    writeFileSync(imageLabels, 'image,number\na,2\nb.jpg,2\n');
    expect(await pairs({ ...options, imageLabels })).toEqual({
      'a.jpg': ['a.png', { kind: 'whole', number: 2 }],
      'b.jpg': [{ kind: 'whole', number: 2 }],
    });
    writeFileSync(imageLabels, 'image,number\nc.jpg,2\n');
    await expect(pairs({ ...options, imageLabels })).rejects.toThrow(
      /whole\.csv, line 2, column "image": there is no image "c\.jpg"/u,
    );
    writeFileSync(imageLabels, 'image,number\na.jpg,9\n');
    await expect(pairs({ ...options, imageLabels })).rejects.toThrow(
      /line 2, column "number": the vocabulary does not list number 9/u,
    );
  });

  it('refuses images without labels and labels without images, or leaves them out with a warning', async () => {
    const lonely = layout(['a.jpg', 'b.jpg', 'c.jpg'], ['a.png']);
    const orphan = { ...layout([], ['z.png']) };
    await expect(listLabelledImages(lonely)).rejects.toThrow(/2 images have no label image: b\.jpg, c\.jpg/u);
    const { images, warnings } = await listLabelledImages({ ...orphan, unpaired: 'leave-out' });
    expect(images.map(({ image }) => image)).toEqual(['a.jpg']);
    expect(warnings.map(({ code }) => code)).toEqual(['IMAGES_WITHOUT_LABELS', 'LABELS_WITHOUT_IMAGES']);
    rmSync(path.join(folder, 'images', 'b.jpg'));
    rmSync(path.join(folder, 'images', 'c.jpg'));
    await expect(listLabelledImages(orphan)).rejects.toThrow(/1 label image belongs to no image: z\.png/u);
  });

  it('names the files of unread kinds that lie where an image or a label image is missed', async () => {
    await expect(listLabelledImages(layout(['a.jpg', 'b.gif'], ['a.png', 'b_2.png']))).rejects.toThrow(
      /1 label image belongs to no image: b_2\.png; among the images lies b\.gif, but only \.jpg, .*\.tiff are read/u,
    );
    rmSync(path.join(folder, 'labels', 'b_2.png'));
    await expect(listLabelledImages(layout(['c.png', 'd.png'], ['object/c.jpg', 'd.png']))).rejects.toThrow(
      /1 image has no label image: c\.png; among the labels lies object\/c\.jpg, but only \.png and \.npy are read/u,
    );
    rmSync(path.join(folder, 'images'), { recursive: true });
    await expect(listLabelledImages(layout(['b.gif'], []))).rejects.toThrow(
      /holds no images; the files that lie there .*: b\.gif/u,
    );
  });

  it('pairs by what stands before a suffix, of images, of labels, of both', async () => {
    const cityscapes = layout(
      ['ulm/ulm_1_leftImg8bit.png', 'ulm/ulm_1_rightImg8bit.png'],
      ['ulm/ulm_1_gtFine_labelIds.png', 'ulm/ulm_1_gtFine_color.png', 'ulm/ulm_1_gtFine_polygons.json'],
    );
    const suffixes = { imageSuffix: '_leftImg8bit', labelSuffix: '_gtFine_labelIds' };
    expect(await pairs({ ...cityscapes, ...suffixes })).toEqual({
      'ulm/ulm_1_leftImg8bit.png': ['ulm/ulm_1_gtFine_labelIds.png'],
    });
    expect((await listLabelledImages({ ...cityscapes, ...suffixes })).warnings.map(({ message }) => message)).toEqual([
      '1 images whose stems do not end with "_leftImg8bit" were left aside: ulm/ulm_1_rightImg8bit.png',
      '1 label images whose stems do not end with "_gtFine_labelIds" were left aside: ulm/ulm_1_gtFine_color.png',
    ]);
    await expect(listLabelledImages({ ...cityscapes, ...suffixes, imageSuffix: '_left' })).rejects.toThrow(
      /images: holds no images whose stems end with "_left"[\s\S]*Correct the suffix of the images/u,
    );
    await expect(listLabelledImages({ ...cityscapes, ...suffixes, labelSuffix: '_ids' })).rejects.toThrow(
      /labels: holds no label images whose stems end with "_ids"/u,
    );
  });

  it('knows planes of suffixed labels by their numbers, and whole labels by names with and without the suffix', async () => {
    const options = {
      ...layout(['b.jpg', 'c.jpg'], ['b_mask.png', 'b_mask_2.png', 'b_1_mask.png', 'part/c_mask.npy']),
      labelSuffix: '_mask',
    };
    const imageLabels = path.join(folder, 'whole.csv');
    writeFileSync(imageLabels, 'image,number\nb,2\nc.jpg,2\n');
    const { images } = await listLabelledImages({ ...options, imageLabels });
    expect(
      images.map(({ image, labels }) => [
        image,
        labels.map((label) => ('file' in label ? path.relative(options.labels, label.file) : label.kind)),
      ]),
    ).toEqual([
      ['b.jpg', ['b_mask.png', 'b_1_mask.png', 'b_mask_2.png', 'whole']],
      ['c.jpg', ['part/c_mask.npy', 'whole']],
    ]);
  });

  it('takes endings that stand twice, and the Unicode forms of a name, as one', async () => {
    expect(
      await pairs(layout(['a.jpg', 'b.png.jpg', 'c.JPEG'], ['a.jpg.png', 'b.png', 'c.JPEG.npy', 'c.JPEG_1.png'])),
    ).toMatchObject({ 'a.jpg': ['a.jpg.png'], 'b.png.jpg': ['b.png'], 'c.JPEG': [{ kind: 'npy' }, 'c.JPEG_1.png'] });
    rmSync(folder, { recursive: true });
    expect(
      await pairs(layout(['cafe\u0301.jpg', 'n\u00e9/x.jpg'], ['caf\u00e9.png', 'part/ne\u0301/x_1.png'])),
    ).toEqual({ 'cafe\u0301.jpg': ['caf\u00e9.png'], 'n\u00e9/x.jpg': ['part/ne\u0301/x_1.png'] });
  });

  it('leaves to each image the labels of just its name', async () => {
    expect(await pairs(layout(['a.jpg', 'a.jpg.jpg'], ['a.png', 'a.jpg.png']))).toEqual({
      'a.jpg': ['a.png'],
      'a.jpg.jpg': ['a.jpg.png'],
    });
    rmSync(path.join(folder, 'labels', 'a.png'));
    rmSync(path.join(folder, 'labels', 'a.jpg.png'));
    // Which of the two is meant cannot be told.
    await expect(pairs(layout(['a.png.jpg'], ['a.tif.png']))).rejects.toThrow(/3 images have no label image/u);
  });

  it.each([
    [
      ['t/x_1_leftImg8bit.png', 't/x_2_leftImg8bit.png'],
      ['t/x_1_labelIds.png', 't/x_2_labelIds.png'],
      'nearest in name to t/x_1_leftImg8bit.png is t/x_1_labelIds.png: if it belongs to the image, give `data.imageSuffix: _leftImg8bit` and `data.labelSuffix: _labelIds`.',
    ],
    [['0001TP.jpg'], ['0001TP_L.png'], 'is 0001TP_L.png: if it belongs to the image, give `data.labelSuffix: _L`.'],
    [['car.photo.jpg'], ['car.png'], 'is car.png: if it belongs to the image, give `data.imageSuffix: .photo`.'],
    [['image_0001.png'], ['gt_0001.png'], 'is gt_0001.png: if it belongs to the image, give both one stem'],
    [['A.JPG'], ['a.png'], 'is a.png: if it belongs to the image, give both one stem'],
    // The next frame is another image, not another kind of file.
    [
      ['frame_001.png', 'frame_002.png'],
      ['frame_001.png', 'frame_003.png'],
      'is frame_003.png: if it belongs to the image, give both one stem',
    ],
    [
      ['a.png', 'b.png', 'c_x.png'],
      ['a.png', 'b.png', 'c_y.png'],
      'is c_y.png: if it belongs to the image, give both one stem',
    ],
  ])('shows the label image nearest in name to one of %j', async (images, labels, hint) => {
    await expect(listLabelledImages(layout(images, labels))).rejects.toMatchObject({
      code: 'IMAGES_WITHOUT_LABELS',
      message: expect.stringContaining(hint) as string,
    });
  });

  it('refuses empty folders, missing folders, and two images of one stem; warns of other files', async () => {
    await expect(listLabelledImages(layout([], ['a.png']))).rejects.toThrow(/images: holds no images/u);
    await expect(listLabelledImages({ ...layout([], []), images: path.join(folder, 'nowhere') })).rejects.toMatchObject(
      { code: 'FILE_MISSING' },
    );
    await expect(
      listLabelledImages({ ...layout([], []), images: path.join(folder, 'labels.csv') }),
    ).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
    rmSync(path.join(folder, 'labels', 'a.png'));
    await expect(listLabelledImages(layout(['a.jpg', 'notes.txt', '.hidden'], []))).rejects.toThrow(
      /labels: holds no label images/u,
    );
    const { warnings } = await listLabelledImages(layout([], ['a.png']));
    expect(warnings[0]?.message).toMatch(/1 files of other kinds .*: notes\.txt/u);
    await expect(listLabelledImages(layout(['a.png'], []))).rejects.toThrow(/a\.jpg and a\.png have the same stem/u);
  });
});
