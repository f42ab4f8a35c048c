import { labelledImageSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { labelVocabulary } from '../labels/label-vocabulary.ts';
import { nameColours } from './add-colours.ts';

const vocabulary = labelVocabulary([{ number: 3, name: 'sky', category: 'object' }]);
const colour = { red: [255, 0, 0], green: [0, 128, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const;

/** Images of 4 x 2 pixels; labels of 2 x 1 lie over the pixels (1, 1) and (3, 1). Only the first image has a plane. */
const batch = (rows: readonly (readonly (keyof typeof colour)[])[]) =>
  buildBatch(labelledImageSchema({ height: 2, width: 4, labelHeight: 1, labelWidth: 2 }), {
    image: rows.map((_, index) => String(index)),
    pixels: Uint8Array.from(rows.flat().flatMap((name) => [...colour[name]])),
    labels: { offsets: Int32Array.from([0, ...rows.map(() => 1)]), values: Uint16Array.from([3, 0]) },
  });

describe(nameColours, () => {
  const colours = nameColours(vocabulary);

  it('appends the eleven terms to the vocabulary', () => {
    expect(colours.vocabulary.concepts).toHaveLength(12);
    expect(colours.vocabulary.concepts[1]).toEqual({ number: 4, name: 'black', category: 'color' });
    expect(() => nameColours(colours.vocabulary)).toThrow(/"black" of category "color" is given twice/u);
  });

  it('adds a plane of the colours under the label cells, after the planes that are there', async () => {
    const input = batch([
      ['white', 'white', 'white', 'white', 'white', 'red', 'white', 'green'],
      ['red', 'red', 'red', 'red', 'red', 'blue', 'red', 'blue'],
    ]);
    const output = await lastValueFrom(of(input).pipe(colours.operator()));
    const names = (plane: Uint16Array | undefined) =>
      [...(plane ?? [])].map(
        (number) => colours.vocabulary.concepts.find((concept) => concept.number === number)?.name,
      );
    const rows = labelledImageRows(output);
    expect(rows.map(({ planes }) => planes.map(names))).toEqual([
      [
        ['sky', undefined],
        ['red', 'green'],
      ],
      [['blue', 'blue']],
    ]);
    expect(rows.map(({ pixels, image }) => [image, ...pixels])).toEqual(
      labelledImageRows(input).map(({ pixels, image }) => [image, ...pixels]),
    );
    expect(output.schema.metadata).toEqual(input.schema.metadata);
  });

  it('reads a slice of a batch as its own rows', () => {
    const rows = labelledImageRows(
      colours
        .addTo(batch([Array.from({ length: 8 }, () => 'white'), Array.from({ length: 8 }, () => 'blue')]))
        .slice(1),
    );
    expect(rows.map(({ image, planes, pixels }) => [image, planes.length, pixels[2], pixels[0]])).toEqual([
      ['1', 1, 255, 0],
    ]);
  });
});
