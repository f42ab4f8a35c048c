import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../golden/resampling.json' with { type: 'json' };
import { resampleImage, type ResampleTarget, type RgbImage } from './resample-image.ts';
import { planResampling, type ResampleFilter } from './resample-plan.ts';

describe(resampleImage, () => {
  it.each(
    golden.cases.map(
      (each) => [`${each.source.join(' x ')} to ${each.scaled.join(' x ')}, ${each.filter}`, each] as const,
    ),
  )('gives the bytes of Pillow: %s', (_, { source, scaled, part, filter, sha256, pixels }) => {
    const [
      [width = 0, height = 0],
      [scaledWidth = 0, scaledHeight = 0],
      [left = 0, top = 0, partWidth = 0, partHeight = 0],
    ] = [source, scaled, part];
    const resized = resampleImage(picture(width, height), {
      scaledWidth,
      scaledHeight,
      left,
      top,
      width: partWidth,
      height: partHeight,
      filter: filter as ResampleFilter,
    });
    if (pixels !== undefined) expect([...resized]).toEqual(pixels);
    expect(createHash('sha256').update(resized).digest('hex')).toBe(sha256);
  });

  it('gives what plain sums over both axes give, for any sizes and parts', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        fc.constantFrom<ResampleFilter>('bilinear', 'bicubic', 'lanczos3', 'nearest'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (width, height, scaledWidth, scaledHeight, filter, share) => {
          const left = Math.floor(share * (scaledWidth - 1));
          const top = Math.floor((1 - share) * (scaledHeight - 1));
          const target: ResampleTarget = {
            scaledWidth,
            scaledHeight,
            left,
            top,
            width: scaledWidth - left,
            height: scaledHeight - top,
            filter,
          };
          expect([...resampleImage(picture(width, height), target)]).toEqual(plainly(picture(width, height), target));
        },
      ),
    );
  });

  it('leaves an image of the right size alone, and flat colours flat', () => {
    const image = picture(33, 21);
    const same = {
      scaledWidth: 33,
      scaledHeight: 21,
      left: 0,
      top: 0,
      width: 33,
      height: 21,
      filter: 'lanczos3',
    } as const;
    expect(resampleImage(image, same)).toEqual(image.pixels);
    const flat = { width: 50, height: 40, pixels: new Uint8Array(6000).fill(201) };
    for (const filter of ['bilinear', 'bicubic', 'lanczos3', 'nearest'] as const)
      expect(new Set(resampleImage(flat, { ...same, filter }))).toEqual(new Set([201]));
  });

  it('takes large images in bands', () => {
    const image = picture(1500, 800);
    const target = {
      scaledWidth: 30,
      scaledHeight: 20,
      left: 2,
      top: 1,
      width: 25,
      height: 18,
      filter: 'bilinear',
    } as const;
    expect([...resampleImage(image, target)]).toEqual(plainly(image, target));
  });
});

/** Whole numbers only, so that the script of the reference figures draws the same. */
function picture(width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++)
        pixels[at++] =
          (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 0
            ? (x * 5 + y * 3 + c * 40) % 256
            : (x * x * 7 + y * y * 13 + x * y * 3 + c * 91) % 251;
    }
  }
  return { width, height, pixels };
}

/** Both passes as sums over the plan, without any kernel. */
function plainly(
  { width, height, pixels }: RgbImage,
  { scaledWidth, scaledHeight, left, top, width: columns, height: rows, filter }: ResampleTarget,
): number[] {
  const round = (sum: number) => Math.min(255, Math.max(0, Math.floor((sum + 2 ** 21) / 2 ** 22)));
  const across = planResampling(width, scaledWidth, width === scaledWidth ? 'nearest' : filter, left, columns);
  const down = planResampling(height, scaledHeight, height === scaledHeight ? 'nearest' : filter, top, rows);
  const sumOf = (plan: typeof across, place: number, value: (source: number) => number) => {
    let sum = 0;
    for (let tap = 0; tap < (plan.counts[place] as number); tap++)
      sum += (plan.weights[place * plan.taps + tap] as number) * value((plan.firsts[place] as number) + tap);
    return round(sum);
  };
  const between = Array.from({ length: height }, (_, row) =>
    Array.from({ length: columns * 3 }, (__, place) =>
      sumOf(across, Math.floor(place / 3), (column) => pixels[(row * width + column) * 3 + (place % 3)] as number),
    ),
  );
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns * 3 }, (__, place) =>
      sumOf(down, row, (source) => between[source]?.[place] as number),
    ),
  ).flat();
}
