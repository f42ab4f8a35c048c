import { createRandom, kllRankError, planUpsampling, upsampleMap } from '@intermodel/numerics';
import { describe, expect, it } from 'vitest';
import { ActivationDissection, dissectionPresets, type DissectionPreset } from './index.ts';
import { upsamplingOptions } from './kernel-options.ts';

const shape = { model: 'm', layer: 'l', units: 6, mapHeight: 3, mapWidth: 4, labelHeight: 9, labelWidth: 8 };
const vocabulary = [
  { number: 1, name: 'left', category: 'place' },
  { number: 2, name: 'right', category: 'place' },
];
const labels = { planes: Uint16Array.from({ length: 72 }, (_, pixel) => (pixel % 8 < 4 ? 1 : 2)) };
const perImage = shape.units * 12;

/** Normal activations; of the last units one is dead, one constant, and one NaN in the third image. */
const imagesOf = (count: number): Float32Array[] => {
  const random = createRandom(5);
  return Array.from({ length: count }, (_, image) =>
    Float32Array.from({ length: perImage }, (__, index) => {
      const value = random.normal();
      return [value, value, Math.max(0, value), 0, 1.5, image === 2 ? NaN : value][Math.floor(index / 12)] as number;
    }),
  );
};
const dissect = (images: readonly Float32Array[], preset: DissectionPreset, sketch?: number) => {
  const dissection = new ActivationDissection({
    shape,
    vocabulary,
    preset,
    ...(sketch === undefined ? {} : { sketch }),
  });
  let passes = 0;
  do {
    passes++;
    for (const [image, activations] of images.entries()) dissection.add(image, activations, labels);
  } while (dissection.endPass() === 'again');
  return { passes, files: dissection.store?.files, ...dissection.finish() };
};
const rows = (batch: { toArray(): unknown[] }) => batch.toArray().map((row) => JSON.stringify(row));

describe('ActivationDissection with a sketch', () => {
  it.each(Object.entries(dissectionPresets))(
    'equals the exact dissection of %s while the sketch holds all values, in two passes',
    (_, published) => {
      const preset = { ...published, level: 0.9, minimumImages: 0, minimumCoverage: 0 };
      const images = imagesOf(20);
      const [exact, sketched] = [dissect(images, preset), dissect(images, preset, 4096)];
      expect([exact.passes, sketched.passes, sketched.files]).toEqual([1, 2, undefined]);
      for (const table of ['thresholds', 'overlaps', 'matches'] as const)
        expect(rows(sketched[table])).toEqual(rows(exact[table]));
      expect([sketched.summary, sketched.conditions, sketched.images]).toEqual([exact.summary, exact.conditions, 20]);
      expect(sketched.conditions).toEqual(['ordinary', 'ordinary', 'ordinary', 'dead', 'constant', 'invalid']);
    },
  );

  it('keeps thresholds within the stated rank error of the level', () => {
    const images = imagesOf(300);
    const preset = dissectionPresets['dissect-2020'];
    const { thresholds } = dissect(images, preset, 200);
    const plan = planUpsampling(upsamplingOptions(shape, preset));
    for (let unit = 0; unit < 3; unit++) {
      const values = images.flatMap((image) => [...upsampleMap(plan, image.subarray(unit * 12, unit * 12 + 12))]);
      const threshold = thresholds.get(unit)?.threshold ?? NaN;
      const level = values.filter((value) => value <= threshold).length / values.length;
      expect(Math.abs(level - 0.99)).toBeLessThan(kllRankError(200));
    }
  });

  it('refuses maps of another size', () => {
    const dissection = new ActivationDissection({ shape, vocabulary, sketch: 64 });
    expect(() => {
      dissection.add(0, new Float32Array(5), labels);
    }).toThrow('expected 6 maps of 12 values, got 5 values');
  });
});
