import { describe, expect, it } from 'vitest';
import { estimateKeptBytes, KeptMaps } from './kept-maps.ts';

const labels = Uint16Array.from([1, 0, 4, 0]);

function twoImages(): KeptMaps {
  const kept = new KeptMaps(2);
  kept.add(
    7,
    labels,
    { units: Uint32Array.of(0, 1, 3), maxima: Float32Array.of(2, 4, 8) },
    Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  );
  kept.add(
    9,
    labels,
    { units: Uint32Array.of(2), maxima: Float32Array.of(6) },
    Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  );
  return kept;
}

describe('KeptMaps', () => {
  it('copies the surviving maps and counts their bytes', () => {
    const kept = twoImages();
    expect(kept.images.map(({ image, units, maps }) => [image, [...units], [...maps]])).toEqual([
      [7, [0, 1, 3], [1, 2, 3, 4, 7, 8]],
      [9, [2], [5, 6]],
    ]);
    expect(kept.bytes).toBe(2 * 8 + 4 * (4 + 4 + 8));
  });

  it('drops what the risen bounds exclude, but never an image: its labels still count', () => {
    const kept = twoImages();
    const freed = kept.compact(Float32Array.of(1, 4, 6, 7));
    expect(kept.images.map(({ image, units, maxima, maps }) => [image, [...units], [...maxima], [...maps]])).toEqual([
      [7, [0, 3], [2, 8], [1, 2, 7, 8]],
      [9, [], [], []],
    ]);
    expect(freed).toBe(2 * 16);
    const equal = twoImages();
    equal.compact(Float32Array.of(1, 4, 6, 7), true);
    expect(equal.images.map(({ units }) => [...units])).toEqual([[0, 1, 3], [2]]);
  });

  it('finds maps that were not copied before among those of all units', () => {
    const kept = new KeptMaps(2);
    const activations = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    kept.add(7, labels, { units: Uint32Array.of(1, 2, 3), maxima: Float32Array.of(4, 6, 8) }, activations, true);
    kept.compact(Float32Array.of(0, 0, 6, 0));
    expect(kept.images.map(({ units, maxima, maps }) => [[...units], [...maxima], [...maps]])).toEqual([
      [
        [1, 3],
        [4, 8],
        [3, 4, 7, 8],
      ],
    ]);
  });

  it('gives its images away', () => {
    const kept = twoImages();
    expect(kept.drain()).toHaveLength(2);
    expect([kept.images.length, kept.bytes]).toEqual([0, 0]);
  });
});

describe('estimateKeptBytes', () => {
  it('tells the likely and the greatest need', () => {
    const { likely, most } = estimateKeptBytes({ images: 1000, units: 2048, mapSize: 49 });
    expect(most).toBe(1000 * (2048 * 51 * 4 + 5000));
    expect(likely).toBeLessThan(most / 3);
  });
});
