import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeFile, writePng } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCocoInstances } from './read-coco.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'intermodel-coco-'));
  for (const name of ['a', 'b'])
    writePng(path.join(folder, 'val', `${name}.png`), {
      width: 4,
      height: 4,
      data: new Uint8Array(48),
      channels: 3,
      depth: 8,
    });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes annotations of a whole image each; ids are written into the text as they are. */
function annotate(imageIds: readonly string[], annotatedIds: readonly string[]): void {
  const images = imageIds.map(
    (id, index) => `{"id": ${id}, "width": 4, "height": 4, "file_name": "${['a', 'b'][index] ?? ''}.png"}`,
  );
  const annotations = annotatedIds.map(
    (id) => `{"image_id": ${id}, "category_id": 1, "iscrowd": 0, "segmentation": [[0, 0, 4, 0, 4, 4, 0, 4]]}`,
  );
  writeFile(
    path.join(folder, 'annotations', 'instances_val.json'),
    `{"images": [${images.join()}], "annotations": [${annotations.join()}], "categories": [{"id": 1, "name": "cat"}]}`,
  );
}

describe('ids of COCO', () => {
  it('are refused where JSON would round them, and exact as text', async () => {
    annotate(['1000000000000000001'], ['1000000000000000002']);
    await expect(readCocoInstances(folder)).rejects.toMatchObject({
      code: 'JSON_SHAPE',
      message: expect.stringContaining('not read exactly') as string,
    });
    annotate(['"1000000000000000001"', '"1000000000000000002"'], ['"1000000000000000002"']);
    expect((await readCocoInstances(folder)).images.map(({ image, labels }) => [image, labels.length])).toEqual([
      ['a.png', 0],
      ['b.png', 1],
    ]);
  });

  it('of images that the file does not list are refused, or left out where that is asked for', async () => {
    annotate(['1'], ['1', '7', '7']);
    await expect(readCocoInstances(folder)).rejects.toMatchObject({ code: 'JSON_INCONSISTENT' });
    const { images, warnings } = await readCocoInstances(folder, { unpaired: 'leave-out' });
    expect([images.length, images[0]?.labels.length, warnings.map(({ code, message }) => [code, message])]).toEqual([
      1,
      1,
      [['LABELS_WITHOUT_IMAGES', expect.stringMatching(/^1 labelled image is not there.*image 7/u)]],
    ]);
  });
});
