import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageGeometries, labelledImageRows } from '@intermodel/data-loading';
import { defineStudy, type DataContent, type SegmenterContent } from '@intermodel/studies';
import { drawBytes, goldenSegmenters, writePng } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImageSource } from './image-source.ts';
import { importSegmenters } from './import-segmenters.ts';

const golden = goldenSegmenters();
const [object, material, part, upperPublished, sidesPublished, upper, sides, colour] = golden.numbers;
let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'published-'));
  // The networks see the middle of 256 x 256; what lies around is nothing that they know.
  const [side, crop] = [256, 224];
  const seen = drawBytes(crop);
  const data = new Uint8Array(3 * side * side).fill(99);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < crop; y++)
      for (let x = 0; x < crop; x++)
        data[3 * ((y + 16) * side + x + 16) + c] = seen[(c * crop + y) * crop + x] as number;
  writePng(at('images', 'a.png'), { width: side, height: side, data, channels: 3, depth: 8 });
  for (const file of [...golden.parsing, ...golden.colours, golden.labels, golden.colourLabels])
    copyFileSync(file, at(path.basename(file)));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const checkpoints = ['upp-decoder.pth', 'color-encoder.pth', 'upp-encoder.pth', 'color-decoder.pth'];
const labels = ['color-labels.json', 'labels.json'];
const published: SegmenterContent = { checkpoint: checkpoints, labels, preset: 'dissect-2020', anyWidth: true };
const open = (segmenters: readonly SegmenterContent[], more: Partial<DataContent> = {}, kept = 'kept') =>
  openImageSource(
    defineStudy(
      { data: { images: 'images', segmenters, ...more }, models: [{ name: 'a', file: 'labels.json' }] },
      { folder: root },
    ),
    { labelCache: at(kept) },
  );
const planesOf = async (
  source: Awaited<ReturnType<typeof open>>,
  geometry: Parameters<typeof source.load>[0] = imageGeometries['dissect-2020'],
) => labelledImageRows((await source.load(geometry)(source.images)).batch)[0]?.planes.map((plane) => [...plane]);
/** The colour network's class for none has no number here. */
const colours = colour?.map((number) => (number === 1813 ? 0 : number));

describe('the preset dissect-2020', () => {
  it('gives the label numbers of the published code, halves included, from checkpoints in any order', async () => {
    const source = await open([published], { spatialParts: { skipLastComponent: true } });
    expect(source.vocabulary.concepts).toHaveLength(1823);
    const expected = [object, material, part, colours, upperPublished, sidesPublished];
    expect(await planesOf(source)).toEqual(expected);
    // Whole, and by itself, as the preset has it where nothing is said.
    expect((await planesOf(await open([published])))?.slice(4)).toEqual([upper, sides]);
    expect(await planesOf(await open([published], { spatialParts: false }))).toEqual(expected.slice(0, 4));
    // One file for each network, made once.
    expect(
      readdirSync(at('kept'), { recursive: true }).filter((name) => String(name).endsWith('.planes')),
    ).toHaveLength(2);
  });

  it('finds the planes again where the checkpoints lie elsewhere, and takes both halves of two folders', async () => {
    await open([published]);
    const before = readdirSync(at('kept'), { recursive: true }).sort();
    for (const folder of ['one', 'other']) mkdirSync(at(folder));
    checkpoints.forEach((file, index) => {
      copyFileSync(at(file), at(index % 2 === 0 ? 'one' : 'other', file));
    });
    renameSync(at('one', 'upp-encoder.pth'), at('other', 'renamed.pth'));
    const moved = ['one/upp-decoder.pth', 'other/renamed.pth', 'other/color-encoder.pth', 'other/color-decoder.pth'];
    const source = await open([{ ...published, checkpoint: moved }]);
    expect(readdirSync(at('kept'), { recursive: true }).sort()).toEqual(before);
    const anew = await open([{ ...published, checkpoint: moved }], {}, 'anew');
    expect(await planesOf(anew)).toEqual(await planesOf(source));
  });

  it('takes networks one by one, and as they were imported', async () => {
    await importSegmenters(
      checkpoints.map((file) => at(file)),
      {
        ...{ labels: labels.map((file) => at(file)), out: at('imported'), anyWidth: true },
      },
    );
    const source = await open([
      { file: 'imported/colours.onnx', labels: 'color-labels.json', preset: 'dissect-2020' },
      { file: 'imported/unified-parsing.onnx', labels: 'labels.json', preset: 'dissect-2020' },
    ]);
    expect((await planesOf(source))?.slice(0, 4)).toEqual([colours, object, material, part]);
    const pair = { ...published, checkpoint: ['upp-encoder.pth', 'upp-decoder.pth'], labels: 'labels.json' };
    const alone = await open([pair]);
    expect(alone.vocabulary.concepts.at(-1)?.number).toBe(1812);
  });

  it('describes the crop that is labelled, and refuses models that see more', async () => {
    const source = await open([published]);
    const { categories } = await source.describe({ height: 224, width: 224 });
    expect(categories.find(({ category }) => category === 'color')?.found).toBe(9);
    await expect(planesOf(source, { height: 224, width: 224 })).rejects.toMatchObject({
      code: 'LABEL_CROP',
      message: expect.stringContaining('224 x 224 pixels in the centre of 256 x 256') as string,
    });
  });

  it.each([
    ['SEGMENTER_WIDTH', { anyWidth: false }, /`data\.segmenters\[\]\.anyWidth`/u],
    ['SEGMENTER_HALF', { checkpoint: ['upp-encoder.pth', 'color-decoder.pth'] }, /whose decoder is missing/u],
    ['SEGMENTER_LABELS', { labels: 'labels.json' }, /names of the classes of colours .* are missing/u],
    ['SEGMENTER_LABELS', { labels: [...labels, 'again.json'] }, /has the names of unified parsing .* too/u],
  ])('refuses with %s what does not belong together (%#)', async (code, more, message) => {
    copyFileSync(golden.labels, at('again.json'));
    await expect(open([{ ...published, ...more }])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses another graph, and an input of another size', async () => {
    writeFileSync(at('classes.csv'), 'index,name\n1,a\n');
    await importSegmenters(golden.colours, {
      labels: [golden.colourLabels],
      out: at('c.onnx'),
      anyWidth: true,
      side: 128,
    });
    const wrong = { file: 'c.onnx', labels: 'labels.json', preset: 'dissect-2020' } as const;
    await expect(open([wrong])).rejects.toMatchObject({ code: 'SEGMENTER_OUTPUTS' });
    const heads = [{ tensor: 'color', category: 'color', classes: 'classes.csv' }];
    const other = { file: 'c.onnx', heads, input: { width: 224, height: 224 } };
    await expect(open([other])).rejects.toMatchObject({
      code: 'SEGMENTER_INPUT',
      message: expect.stringContaining('the model takes images of 128 x 128 pixels') as string,
    });
  });
});
