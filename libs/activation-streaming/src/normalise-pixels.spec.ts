import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNormaliser } from './normalise-pixels.ts';
import { preprocessingPresets } from './preprocessing.ts';

const settings = { scale: 0.5, mean: [1, 2, 3], std: [1, 2, 4] } as const;

type Figures = Pick<Parameters<typeof openNormaliser>[0], 'scale' | 'mean' | 'std'>;

/** Values of images of one row. */
const normalised = (
  bytes: Uint8Array,
  width: number,
  figures: Figures,
  channels: 'rgb' | 'bgr' | 'grey',
  layout: 'NCHW' | 'NHWC',
) => openNormaliser({ ...figures, height: 1, width, channels }, layout).normalise(bytes);

describe('openNormaliser', () => {
  // Two pixels: red 10, green 20, blue 30 and red 40, green 50, blue 60.
  const pixels = Uint8Array.of(10, 20, 30, 40, 50, 60);

  it.each([
    ['rgb', 'NCHW', [4, 19, 4, 11.5, 3, 6.75]],
    ['bgr', 'NCHW', [14, 29, 4, 11.5, 0.5, 4.25]],
    ['rgb', 'NHWC', [4, 4, 3, 19, 11.5, 6.75]],
    ['bgr', 'NHWC', [14, 4, 0.5, 29, 11.5, 4.25]],
  ] as const)('puts %s pixels in order %s', (channels, layout, values) => {
    expect(Array.from(normalised(pixels, 2, settings, channels, layout))).toEqual(values);
  });

  it('makes grey as Pillow does', () => {
    // What Image.new('RGB', (1, 1), colour).convert('L') gives.
    const colours = [
      [255, 0, 0, 76],
      [0, 255, 0, 150],
      [0, 0, 255, 29],
      [255, 255, 255, 255],
      [10, 20, 30, 18],
      [1, 2, 3, 2],
      [200, 100, 50, 124],
      [255, 254, 253, 254],
      [0, 1, 0, 1],
      [127, 128, 129, 128],
    ];
    const bytes = Uint8Array.from(colours.flatMap((colour) => colour.slice(0, 3)));
    const plain = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
    expect(Array.from(normalised(bytes, colours.length, plain, 'grey', 'NCHW'))).toEqual(
      colours.map(([, , , grey]) => grey),
    );
    expect(
      Array.from(normalised(bytes, 1, { scale: 2, mean: [2, 2, 2], std: [4, 4, 4] }, 'grey', 'NHWC')).slice(0, 2),
    ).toEqual([37.5, 74.5]);
  });

  it('equals the formula for every byte and several images', () => {
    for (const preset of Object.values(preprocessingPresets)) {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), (bytes) => {
          const values = normalised(bytes, 4, preset, preset.channels, 'NCHW');
          for (let image = 0; image < 2; image++) {
            for (let channel = 0; channel < 3; channel++) {
              for (let pixel = 0; pixel < 4; pixel++) {
                const byte = bytes[image * 12 + pixel * 3 + (preset.channels === 'bgr' ? 2 - channel : channel)]!;
                expect(values[image * 12 + channel * 4 + pixel]).toBe(
                  Math.fround((byte * preset.scale - preset.mean[channel]!) / preset.std[channel]!),
                );
              }
            }
          }
        }),
        { numRuns: 20 },
      );
    }
  });
});
