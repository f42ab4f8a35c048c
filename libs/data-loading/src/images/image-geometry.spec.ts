import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestPositions, placeImage, resolveGeometry } from './image-geometry.ts';

describe(resolveGeometry, () => {
  it('takes a quarter of the input as label grid', () => {
    expect(resolveGeometry({ height: 224, width: 224 })).toEqual({
      height: 224,
      width: 224,
      resize: 'exact',
      filter: 'bilinear',
      shortestSide: 224,
      labelHeight: 56,
      labelWidth: 56,
    });
  });

  it('refuses sizes that are none, and a crop larger than the image', () => {
    expect(() => resolveGeometry({ height: 0, width: 8 })).toThrow(/column "height": 0 is no size/u);
    expect(() => resolveGeometry({ height: 8, width: 8, labelWidth: 1.5 })).toThrow(/"labelWidth": 1\.5 is no size/u);
    expect(() => resolveGeometry({ height: 224, width: 224, resize: 'shortest-side', shortestSide: 200 })).toThrow(
      /scaled to 200 pixels, less than the crop of 224 x 224/u,
    );
  });
});

describe(placeImage, () => {
  const crop = resolveGeometry({ height: 224, width: 224, resize: 'shortest-side', shortestSide: 256 });

  // Sizes and offsets that torchvision 0.15's Resize(256) and CenterCrop(224) give.
  it.each([
    [375, 500, { scaledHeight: 256, scaledWidth: 341, top: 16, left: 58 }],
    [500, 375, { scaledHeight: 341, scaledWidth: 256, top: 58, left: 16 }],
    [256, 256, { scaledHeight: 256, scaledWidth: 256, top: 16, left: 16 }],
    [100, 103, { scaledHeight: 256, scaledWidth: 263, top: 16, left: 20 }],
    [100, 105, { scaledHeight: 256, scaledWidth: 268, top: 16, left: 22 }],
  ])('places an image of %i x %i like torchvision', (height, width, placement) => {
    expect(placeImage(crop, height, width)).toEqual(placement);
  });

  it('squashes the whole image where the size is exact', () => {
    expect(placeImage(resolveGeometry({ height: 10, width: 20 }), 375, 500)).toEqual({
      scaledHeight: 10,
      scaledWidth: 20,
      top: 0,
      left: 0,
    });
  });
});

describe(nearestPositions, () => {
  it('takes pixel 4i + 2 of labels at 224 for a grid of 56, and every pixel of labels at 56', () => {
    expect([...nearestPositions(56, 224, 224, 0, 224)]).toEqual(Array.from({ length: 56 }, (_, cell) => 4 * cell + 2));
    expect([...nearestPositions(56, 224, 224, 0, 56)]).toEqual(Array.from({ length: 56 }, (_, cell) => cell));
  });

  it('follows the crop', () => {
    // 8 pixels scaled to 8, cropped to the middle 4, two cells of two pixels: centres at 3 and 5.
    expect([...nearestPositions(2, 4, 8, 2, 8)]).toEqual([3, 5]);
    expect([...nearestPositions(2, 4, 8, 2, 16)]).toEqual([6, 10]);
  });

  it('stays in the file and never goes back, at any sizes', () => {
    const sizes = fc.record({
      cells: fc.integer({ min: 1, max: 60 }),
      inputSize: fc.integer({ min: 1, max: 300 }),
      margin: fc.integer({ min: 0, max: 60 }),
      fileSize: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(sizes, ({ cells, inputSize, margin, fileSize }) => {
        const positions = [...nearestPositions(cells, inputSize, inputSize + 2 * margin, margin, fileSize)];
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        expect(positions[0]).toBeGreaterThanOrEqual(0);
        expect(positions.at(-1)).toBeLessThan(fileSize);
        positions.forEach((position, cell) => {
          expect(position).toBe(
            Math.min(
              fileSize - 1,
              Math.floor(((((cell + 0.5) / cells) * inputSize + margin) / (inputSize + 2 * margin)) * fileSize + 1e-9),
            ),
          );
        });
      }),
    );
  });
});
