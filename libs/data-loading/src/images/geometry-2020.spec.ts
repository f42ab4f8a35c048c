import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writePng } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.ts';
import { imageGeometries, nearestInCrop, nearestPositions, placeImage, resolveGeometry } from './image-geometry.ts';

interface Case {
  readonly size: readonly [width: number, height: number];
  readonly sha256: string;
  readonly corner: readonly number[];
}
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden', 'geometry-2020.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};
const geometry = resolveGeometry(imageGeometries['dissect-2020']);
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'geometry-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The same arithmetic as in `tools/golden/geometry-2020.py`. */
function picture(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(3 * width * height);
  let index = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const rough = (x * x * 7 + y * y * 13 + x * y * 3 + c * 91) % 251;
        const isSmooth = (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 0;
        bytes[index++] = isSmooth ? (x * 5 + y * 3 + c * 40) % 256 : rough;
      }
  return bytes;
}

describe('the geometry of Network Dissection 2020', () => {
  it.each(golden.cases)('squashes and crops $size as numpy does, byte for byte', async ({ size, sha256, corner }) => {
    const [width, height] = size;
    const file = path.join(folder, `${String(width)}-${String(height)}.png`);
    writePng(file, { width, height, data: picture(width, height), channels: 3, depth: 8 });
    const { pixels } = await decodeImage(file, geometry);
    expect([...pixels.subarray(0, 3)]).toEqual(corner);
    expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256);
  });

  it('places the crop in the middle whatever the shape of the image', () => {
    for (const [height, width] of [
      [100, 900],
      [256, 256],
      [700, 300],
    ] as const)
      expect(placeImage(geometry, height, width)).toEqual({ scaledHeight: 256, scaledWidth: 256, top: 16, left: 16 });
    expect(() => resolveGeometry({ ...imageGeometries['dissect-2020'], width: 299 })).toThrow(
      'both sides are scaled to 256 pixels, less than the crop of 299 x 224',
    );
  });

  it('finds the cells of a plane that shows the crop', () => {
    const seen = { scaledSize: 256, start: 16, size: 224, fileSize: 56 };
    // The same crop: each cell its own. A whole image sees more on both sides; a crop of 227 hardly.
    expect([...nearestInCrop(56, 224, 256, 16, seen)]).toEqual(Array.from({ length: 56 }, (_, cell) => cell));
    expect([...nearestInCrop(4, 224, 224, 0, seen)]).toEqual([4, 20, 36, 52]);
    const whole = nearestInCrop(56, 224, 224, 0, seen);
    expect([whole[0], whole[55]]).toEqual([-4, 59]);
    const wider = nearestInCrop(56, 227, 256, 14, seen);
    expect([wider[0], wider[55]]).toEqual([0, 55]);
    // Of a plane that shows all, it finds what `nearestPositions` finds.
    const all = { scaledSize: 60, start: 0, size: 60, fileSize: 60 };
    expect([...nearestInCrop(7, 224, 256, 16, all)]).toEqual([...nearestPositions(7, 224, 256, 16, 60)]);
  });
});
