import { activationSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { readActivations, readShape } from '../count/read-activations.ts';
import { LabelledActivations } from './labelled-activations.ts';

const shape = { model: 'm', layer: 'l', units: 1, mapHeight: 1, mapWidth: 1, labelHeight: 2, labelWidth: 3 };
const batch = (planes: readonly (readonly number[])[], sizes = shape) =>
  buildBatch(activationSchema(sizes), {
    image: planes.map((_, image) => String(image)),
    activations: Float32Array.from(planes, ([first]) => first ?? 0),
    labels: {
      // Two planes for each image.
      offsets: Int32Array.from({ length: planes.length + 1 }, (_, image) => 2 * image),
      values: Uint16Array.from(planes.flat()),
    },
  });
const one = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
const two = [21, 22, 23, 24, 25, 26, 31, 32, 33, 34, 35, 36];
const planesOf = (moved: ReturnType<LabelledActivations['asTheyAre']>) =>
  Array.from(readActivations(moved, readShape('spec', moved)), ({ planes }) => [...planes]);

describe(LabelledActivations, () => {
  const labelled = new LabelledActivations([batch([one]), batch([two])]);
  const move = (words: string) => labelled.moves.find((each) => each.words.startsWith(words)) ?? fail(words);

  it('moves the planes of each image, and leaves activations where they are', () => {
    expect(labelled.images).toBe(2);
    expect(planesOf(labelled.asTheyAre())).toEqual([one, two]);
    expect(planesOf(labelled.moved(move('mirrored left')))[0]).toEqual([3, 2, 1, 6, 5, 4, 13, 12, 11, 16, 15, 14]);
    expect(planesOf(labelled.moved(move('mirrored top')))[0]).toEqual([4, 5, 6, 1, 2, 3, 14, 15, 16, 11, 12, 13]);
    expect(planesOf(labelled.moved(move('turned upside')))[1]).toEqual([
      26, 25, 24, 23, 22, 21, 36, 35, 34, 33, 32, 31,
    ]);
    const moved = labelled.moved(move('turned upside'));
    expect(Array.from(readActivations(moved, labelled.shape), ({ activations }) => activations[0])).toEqual([1, 21]);
  });

  it('exchanges labels among images, in a circle', () => {
    expect(planesOf(labelled.exchanged(1))).toEqual([two, one]);
    expect(planesOf(labelled.exchanged(2))).toEqual([one, two]);
  });

  it('turns square planes alone by a quarter', () => {
    expect(labelled.moves.some(({ isOfSquares }) => isOfSquares)).toBe(false);
    const square = new LabelledActivations([batch([[1, 2, 3, 4, 5, 6, 7, 8]], { ...shape, labelWidth: 2 })]);
    const quarter = (words: string) =>
      planesOf(square.moved(square.moves.find((each) => each.words === words) ?? fail(words)))[0]?.slice(0, 4);
    expect(quarter('turned a quarter to the right')).toEqual([3, 1, 4, 2]);
    expect(quarter('turned a quarter to the left')).toEqual([2, 4, 1, 3]);
    expect(quarter('with rows and columns exchanged')).toEqual([1, 3, 2, 4]);
  });

  it('shifts by an eighth of the side, over the edges', () => {
    const side = 8;
    const sizes = { ...shape, labelHeight: side, labelWidth: side };
    const plane = Array.from({ length: 2 * side * side }, (_, at) => at);
    const wide = new LabelledActivations([batch([plane], sizes)]);
    const first = (words: string) =>
      planesOf(wide.moved(wide.moves.find((each) => each.words.startsWith(words)) ?? fail(words)))[0]?.[0];
    expect(['shifted down', 'shifted up', 'shifted to the right', 'shifted to the left'].map(first)).toEqual([
      ...[side * (side - 1), side, side - 1, 1],
    ]);
  });

  it('needs a batch', () => {
    expect(() => new LabelledActivations([])).toThrow(RangeError);
  });
});

function fail(words: string): never {
  throw new Error(`there is no move "${words}"`);
}
