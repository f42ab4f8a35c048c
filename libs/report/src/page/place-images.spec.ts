import { describe, expect, it } from 'vitest';
import { syntheticGalleries } from '../fixtures/synthetic-gallery.ts';
import { placeImages } from './place-images.ts';

const galleries = await syntheticGalleries();
const all = galleries.flatMap(({ units }) => units.flatMap(({ images }) => images));

describe('placeImages', () => {
  it('embeds each image once, however often it is shown', () => {
    const placed = placeImages(galleries, { kind: 'embedded', megabytes: 1000 });
    expect(all).toHaveLength(24);
    expect(placed.definitions).toHaveLength(19);
    expect(placed.left).toBe(0);
    expect(all.every((image) => placed.find(image)?.address.startsWith('data:image/png;base64,') === true)).toBe(true);
  });

  it('spends a budget on the best unit of every model first', () => {
    const [first, second] = galleries.map(({ units }) => units[0]?.images[0]);
    const placed = placeImages(galleries, {
      kind: 'embedded',
      megabytes: ((first?.bytes.length ?? 0) + (second?.bytes.length ?? 0)) / 2 ** 20,
    });
    expect(first !== undefined && placed.find(first) !== undefined).toBe(true);
    expect(second !== undefined && placed.find(second) !== undefined).toBe(true);
    expect(placed.definitions.length + placed.left).toBeGreaterThanOrEqual(24 - 5);
    expect(placed.left).toBeGreaterThan(0);
  });

  it('names files by their content, within the folder', () => {
    const { files, definitions } = placeImages(galleries, { kind: 'folder', folder: 'images' });
    expect(files).toHaveLength(19);
    expect(files.every(({ path }) => /^images\/[0-9a-f]{20}\.png$/u.test(path))).toBe(true);
    expect(definitions.map(({ address }) => address)).toEqual(files.map(({ path }) => path));
  });
});
