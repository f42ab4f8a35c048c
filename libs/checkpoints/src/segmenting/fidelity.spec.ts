import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSession } from '@intermodel/onnx';
import { drawBytes, goldenSegmenters, readGoldenLabels, type GoldenHead } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../reading/open-checkpoint.ts';
import { buildSegmenter, type BuildSegmenterOptions } from './build-segmenter.ts';
import type { ColourClasses, ParsingClasses, SegmenterClasses } from './segmenter-classes.ts';
import { pairSegmenters } from './segmenter-weights.ts';

const golden = goldenSegmenters();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'intermodel-segmenting-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const parsingLabels = readGoldenLabels(golden.labels) as unknown as Record<
  'object' | 'material' | 'scene',
  string[]
> & {
  readonly object_part: Record<string, string[]>;
};
const colourLabels = readGoldenLabels(golden.colourLabels) as unknown as {
  readonly labels: readonly object[];
  readonly imageformat: { readonly mean: number[]; readonly stdev: number[] };
};
const parsing: ParsingClasses = {
  network: 'unified-parsing',
  objects: parsingLabels.object.length,
  materials: parsingLabels.material.length,
  scenes: parsingLabels.scene.length,
  owners: Object.entries(parsingLabels.object_part)
    .map(([name, parts]) => ({ object: parsingLabels.object.indexOf(name), parts: parts.length }))
    .sort((a, b) => a.object - b.object),
};
const colours: ColourClasses = {
  network: 'colours',
  classes: colourLabels.labels.length,
  categories: [{ name: 'color', channels: colourLabels.labels.map((_, channel) => channel) }],
  order: 'bgr',
  mean: colourLabels.imageformat.mean,
  std: colourLabels.imageformat.stdev,
};

const side = 224;
const image = Float32Array.from(drawBytes(side));

async function run(
  files: readonly string[],
  classes: SegmenterClasses,
  options: Partial<BuildSegmenterOptions> = {},
  values = image,
) {
  const [found] = pairSegmenters(await Promise.all(files.map((file) => openCheckpoint(file))));
  if (found === undefined) throw new Error('no network was found');
  const built = buildSegmenter(found, classes, { labels: 'labels.json', anyWidth: true, ...options });
  const file = path.join(folder, `${classes.network}.onnx`);
  writeFileSync(file, built.toBytes({ weights: 'inside' }));
  const tensors = built.outputs.map(({ tensor }) => tensor);
  const session = await openSession({ file, tensors, threads: 1, wholeNumbers: true });
  try {
    return {
      built,
      values: await session.run(values, values.length / (3 * built.input.side ** 2)),
      whole: session.wholeNumbers,
    };
  } finally {
    await session.release();
  }
}

describe.each([
  { files: golden.parsing, classes: parsing, heads: ['object', 'material', 'part'] },
  { files: golden.colours, classes: colours, heads: ['color'] },
] as const)('$classes.network', ({ files, classes, heads }) => {
  it('gives the classes of torch in every pixel that is sure, whatever the order of the files', async () => {
    const { built, values, whole } = await run(files.toReversed(), classes);
    expect(built).toMatchObject({ unused: [], cells: 56, input: { side: 224 } });
    expect(built.outputs.map(({ tensor }) => tensor)).toEqual(heads);
    for (const head of heads) {
      const { dims, data } = values.get(head) ?? { dims: [], data: new Float32Array() };
      expect([whole.has(head), dims]).toEqual([true, [1, 56, 56]]);
      const unsure = golden.unsure(head);
      expect(unsure.size).toBeLessThan(30);
      const sure = (all: Iterable<number>) => [...all].filter((_, pixel) => !unsure.has(pixel));
      expect(sure(data)).toEqual(sure(golden.classes(head)));
      // Many classes are seen, or agreeing would be easy.
      expect(new Set(data).size).toBeGreaterThan(8);
    }
  });

  it('gives the logits of torch', async () => {
    const { built, values } = await run(files, classes, { logits: true });
    for (const [index, { tensor, classes: count }] of built.outputs.entries()) {
      const expected = golden.logits(heads[index] as GoldenHead);
      const { dims, data } = values.get(tensor) ?? { dims: [], data: new Float32Array() };
      expect(dims).toEqual([1, count, 56, 56]);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expected.forEach((value, place) => {
        const pixel = golden.pixels[place % golden.pixels.length] ?? 0;
        const channel = Math.floor(place / golden.pixels.length);
        const difference = Math.abs((data[channel * 56 * 56 + pixel] as number) - value);
        expect(difference / largest).toBeLessThan(1e-4);
      });
    }
  });

  it('takes several images at once, and gives each what it gives it alone', async () => {
    const other = image.map((value) => 255 - value);
    const both = await run(files, classes, {}, Float32Array.from([...other, ...image]));
    const alone = await run(files, classes);
    for (const head of heads)
      expect(both.values.get(head)?.data.subarray(56 * 56)).toEqual(alone.values.get(head)?.data);
  });

  it('refers to weights where they lie', async () => {
    const [found] = pairSegmenters(await Promise.all(files.map((file) => openCheckpoint(file))));
    if (found === undefined) throw new Error('no network was found');
    const built = buildSegmenter(found, classes, { labels: '', anyWidth: true });
    const weights = built.constants.filter(({ name }) => found.weights.has(name));
    expect(weights.every(({ stored }) => stored !== undefined)).toBe(true);
    expect(weights.length).toBe(found.weights.size);
  });
});

it('takes images of 256 x 256 as they are, and gives a quarter of any size', async () => {
  const { built } = await run(golden.colours, colours, { side: 256 }, Float32Array.from(drawBytes(256)));
  expect([built.cells, built.constants.some(({ name }) => name.startsWith('image.pooled'))]).toEqual([64, false]);
  const { values } = await run(golden.parsing, parsing, { side: 227 }, Float32Array.from(drawBytes(227)));
  expect(values.get('part')?.dims).toEqual([1, 56, 56]);
});
