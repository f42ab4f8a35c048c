import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArrowFile } from '@intermodel/streams';
import { buildOnnxModel, writePng } from '@intermodel/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();

/**
 * Two images of 4 x 4 pixels, of which the model sees every other pixel: its maps are 2 x 2, the label grid is 4 x 4. A
 * value at the top left of a map is spread over the grid by the weights 0.75, 0.75, 0.25, 0 of rows and of columns, one
 * at the bottom right by 0, 0.25, 0.75, 0.75, since nothing lies outside a map.
 */
const first = { red: [160, 0, 0, 0], green: [0, 64, 0, 0], labels: [1, 1, 2, 2, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0] };
const second = { red: [0, 0, 0, 80], green: [64, 0, 0, 64], labels: [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 2, 2, 2] };

beforeAll(() => {
  for (const name of ['images', 'labels']) mkdirSync(at(name));
  writeFileSync(at('labels.csv'), 'number,name,category\n1,left,object\n2,corner,object\n');
  for (const [name, { red, green, labels }] of Object.entries({ first, second })) {
    const data = new Uint8Array(4 * 4 * 3);
    red.forEach((value, place) => {
      const pixel = 8 * (place >> 1) + 2 * (place & 1);
      data[pixel * 3] = value;
      data[pixel * 3 + 1] = green[place] ?? 0;
    });
    writePng(at('images', `${name}.png`), { width: 4, height: 4, data, channels: 3, depth: 8 });
    writePng(at('labels', `${name}.png`), {
      width: 4,
      height: 4,
      data: Uint8Array.from(labels),
      channels: 1,
      depth: 8,
    });
  }
  // Unit 0 is the red, unit 1 the green of the pixel at the top left of each square of four.
  const weights = Array.from({ length: 2 * 3 * 4 }, (_, index) => (index === 0 || index === 3 * 4 + 4 ? 1 : 0));
  writeFileSync(
    at('half.onnx'),
    buildOnnxModel({
      inputs: [{ name: 'input', dims: ['batch', 3, 4, 4] }],
      outputs: [{ name: 'maps', dims: ['batch', 2, 2, 2] }],
      nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'], attributes: { strides: [2, 2] } }],
      initializers: { weights: { dims: [2, 3, 2, 2], data: weights } },
    }),
  );
  writeFileSync(
    at('study.json'),
    JSON.stringify({
      data: { images: 'images', labels: 'labels', labelNames: 'labels.csv', labelGrid: { width: 4, height: 4 } },
      // Bytes as they are, so that all values are whole sixteenths and exact in float32.
      models: [
        {
          name: 'half',
          file: 'half.onnx',
          layer: 'maps',
          input: { preset: 'zero-one', width: 4, height: 4, scale: 1 },
        },
      ],
      // Position 0.625 x 32 - 0.5 = 19.5 of the 32 sorted values: halfway between those of index 19 and 20.
      matching: { level: 0.625 },
    }),
  );
});

describe('a dissection with maps smaller than the label grid', () => {
  it('has the thresholds, counts and IoU that are worked out by hand', () => {
    const run = intermodel(['run', at('study.json'), '--out', at('run'), '--json']);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    const rows = (name: string) =>
      readArrowFile(path.join(at('run', 'models', 'half'), name)).batches.flatMap((batch) =>
        batch.toArray().map((row) => ({ ...(row as { toJSON: () => Record<string, unknown> }).toJSON() })),
      );

    // Unit 0: the first image has 90 four times (0.75 x 0.75 x 160), 30 four times, 10, and 0 seven times; the second
    // 45 four times, 15 four times, 5, and 0 seven times. Sorted: 0 x 14, 5, 10, 15 x 4, 30 x 4, …: halfway from 15 to
    // 30.
    // Unit 1: the first has 36 and 12 four times each, 4, and 0 seven times; in the second the two corners add up to 40
    // twice, 36 six times, 24 twice, 12 four times, 0 twice. Sorted: 0 x 9, 4, 12 x 8, 24 x 2, 36 x 10, 40 x 2.
    // Above these lie 8 and 4 pixels of unit 0, and 4 and 8 of unit 1: 12 of 32 each.
    expect(
      rows('thresholds.arrow').map(({ unit, threshold, activeFraction }) => [unit, threshold, activeFraction]),
    ).toEqual([
      [0, 22.5, 0.375],
      [1, 30, 0.375],
    ]);

    // left: 8 pixels of the first image; corner: 2 of the first, 6 of the second.
    // Unit 0 is active in the first image on the four pixels at the top left, the two right of them and the two below
    // them: left 4 + 2, corner 1; in the second on the four at the bottom right: corner 4.
    // Unit 1 is active in the first on the four at the top right: corner 2; in the second on the four at the top left
    // and the four at the bottom right: corner 4.
    expect(
      rows('overlaps.arrow').map(({ unit, concept, intersection, unitArea, conceptArea, pixels }) => [
        unit,
        concept,
        intersection,
        unitArea,
        conceptArea,
        pixels,
      ]),
    ).toEqual([
      [0, 'left', 6, 12, 8, 32],
      [0, 'corner', 5, 12, 8, 32],
      [1, 'corner', 6, 12, 8, 32],
    ]);

    // 6 / (12 + 8 - 6), for both units; the other concept of unit 0 has 5 / (12 + 8 - 5).
    expect(rows('matches.arrow').map(({ unit, concept, iou }) => [unit, concept, iou])).toEqual([
      [0, 'left', 6 / 14],
      [1, 'corner', 6 / 14],
    ]);
    expect(
      csvRows(at('run', 'models', 'half', 'units.csv')).map(({ unit, threshold, concept, iou }) => [
        unit,
        threshold,
        concept,
        iou,
      ]),
    ).toEqual([
      ['0', '22.5', 'left', String(6 / 14)],
      ['1', '30', 'corner', String(6 / 14)],
    ]);
  });
});
